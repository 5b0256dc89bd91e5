# Sourced by the other scripts: makes the environment in .venv exactly as uv.lock says, with uv if it is on the
# PATH, else with a uv that pip puts into .uv. Nothing else is needed but Python 3.11 or newer.
# Usage: . scripts/env.sh; podloom_env GROUPS_AND_EXTRAS...   Sets PYTHON to the environment's interpreter.
#        . scripts/env.sh; podloom_coqui_env                  The same for .venv-coqui, with podloom[coqui].

podloom_env() {
    root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
    cd "$root" || exit 1
    uv=$(command -v uv || true)
    [ -n "$uv" ] || uv=$(_podloom_uv) || exit 1
    UV_PROJECT_ENVIRONMENT="$root/.venv" "$uv" sync --quiet --frozen --compile-bytecode --inexact "$@" || exit 1
    export PYTHON="$root/.venv/bin/python"
}

# With pip, which takes torch from wherever its own settings say (PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS): the lock
# has PyPI's, for CUDA. The bounds in pyproject.toml say which releases fit together.
podloom_coqui_env() {
    root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
    cd "$root" || exit 1
    for program in espeak-ng ffmpeg; do
        command -v "$program" >/dev/null || {
            echo "the tests of podloom[coqui] need the program $program; on Debian: apt-get install $program" >&2
            exit 1
        }
    done
    export PYTHON="$root/.venv-coqui/bin/python"
    if [ ! -x "$PYTHON" ]; then
        python=$(_podloom_python) && "$python" -m venv .venv-coqui || exit 1
    fi
    "$PYTHON" -m pip install --quiet --disable-pip-version-check "pip>=25.1" || exit 1
    "$PYTHON" -m pip install --quiet --editable ".[coqui,stt]" --group coqui-test || exit 1
    "$PYTHON" - <<'CHECK' || exit 1
import sys
from podloom.tts.coqui_models import missing_packages
from podloom.tts.coqui_torchaudio import ensure_torchaudio
if missing := missing_packages():
    sys.exit(f"podloom[coqui] is not whole: {', '.join(missing)} missing; delete .venv-coqui and try again")
ensure_torchaudio()
import TTS.api
CHECK
}

_podloom_uv() {
    if [ ! -x .uv/bin/uv ]; then
        python=$(_podloom_python) || return 1
        "$python" -m venv .uv >&2 || {
            echo "cannot make an environment with $python; on Debian: apt-get install python3-venv" >&2
            return 1
        }
        .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1" >&2 || return 1
    fi
    echo "$root/.uv/bin/uv"
}

_podloom_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Podloom needs Python 3.11 or newer, or uv" >&2
    return 1
}
