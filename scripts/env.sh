# Sourced by the other scripts: finds or makes the environment in .venv, exactly as uv.lock says.
# Usage: . scripts/env.sh; podloom_env GROUPS_AND_EXTRAS...   Sets PYTHON to the environment's interpreter.

UV_VERSION="0.9"

podloom_env() {
    root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
    cd "$root" || exit 1
    PYTHON="$root/.venv/bin/python"
    uv=$(command -v uv || true)
    if [ -z "$uv" ]; then
        base=$(_podloom_python) || exit 1
        if [ ! -x "$PYTHON" ]; then
            "$base" -m venv .venv || {
                echo "cannot make an environment; on Debian: apt-get install python3-venv" >&2
                exit 1
            }
        fi
        uv="$root/.venv/bin/uv"
        # uv comes through pip and installs what the lock file says; pip itself cannot read it.
        [ -x "$uv" ] || "$PYTHON" -m pip install --quiet --disable-pip-version-check "uv>=$UV_VERSION" || exit 1
    fi
    UV_PROJECT_ENVIRONMENT="$root/.venv" "$uv" sync --quiet --frozen --compile-bytecode --inexact "$@" || exit 1
    export PYTHON
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
