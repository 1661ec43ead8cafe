# Sets $python to a Python that we can use (3.11 to 3.13), installing the distribution's when there is none.

usable_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if command -v "$name" > /dev/null &&
      "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; then
      python=$name
      return 0
    fi
  done
  return 1
}

if ! usable_python; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
      as_root=(sudo -n)
    else
      echo "需要 Python 3.11 至 3.13。Python 3.11 to 3.13 is missing. Run as root: apt-get install python3 python3-venv" >&2
      exit 1
    fi
  fi
  echo "  Installing Python ..."
  {
    "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends python3 python3-venv
  } > /tmp/gridmap-python-$$.log 2>&1 || {
    tail -5 /tmp/gridmap-python-$$.log >&2
    exit 1
  }
  rm -f /tmp/gridmap-python-$$.log
  usable_python || { echo "This distribution's Python is not 3.11 to 3.13." >&2; exit 1; }
fi
