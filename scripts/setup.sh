# Sourced by the scripts beside it: makes the environment with what the machine has.
# Needs Python 3.11 or newer and a package registry; nothing else.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3 python; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return
    fi
  done
  say "Python 3.11 or newer is needed: on Debian or Ubuntu, apt-get install python3 python3-venv"
  exit 1
}

# uv keeps the locked versions; where it is missing, it goes into a folder of the project's own.
find_uv() {
  if command -v uv >/dev/null 2>&1; then
    command -v uv
    return
  fi
  if [ ! -x .venv-uv/bin/uv ]; then
    say "Fetching uv …"
    "$(find_python)" -m venv .venv-uv || {
      say "This Python cannot make environments: apt-get install python3-venv"
      exit 1
    }
    .venv-uv/bin/python -m pip install --quiet --disable-pip-version-check uv >&2
  fi
  printf '%s' "$PWD/.venv-uv/bin/uv"
}
UV=$(find_uv)

# Compiled once here, so that every start is quick, the first one too.
export UV_COMPILE_BYTECODE=1
compile_ours() { .venv/bin/python -m compileall -q src; }
