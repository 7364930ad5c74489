#!/usr/bin/env bash
# Prepares this checkout: system packages, virtual environment, fonts. Does only what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  xvfb xdotool libgl1 libgl1-mesa-dri libegl1 libgles2 libmtdev1 libxrandr2 libxfixes3   # the kiosk's window
  tigervnc-standalone-server novnc                            # the same window in the demo's page
  alsa-utils                                                  # aplay, the kiosk's voice
  libzbar0                                                    # pyzbar
  librime1 librime-bin rime-data-luna-pinyin rime-essay       # the kiosk's pinyin keyboard
  libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0        # weasyprint
  fonts-noto-cjk fonts-noto-core                              # the sources of the kiosk's fonts
  chromium                                                    # tests of the staff pages
  postgresql                                                  # tests of the server
)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# A mirror may be busy for a moment, and another apt may hold the lock.
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >/dev/null; }

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
  if command -v "$candidate" >/dev/null &&
     "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$candidate; break
  fi
done
if [ -z "$python" ]; then python=python3.11; missing+=(python3.11 python3.11-venv); fi
if [ -n "$python" ] && command -v "$python" >/dev/null && ! "$python" -c 'import ensurepip' 2>/dev/null; then
  missing+=("python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv")
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  apt update || echo "setup: the lists of packages could not be renewed; trying with those that are here" >&2
  apt install -y --no-install-recommends "${missing[@]}" ||
    { echo "setup: these packages could not be installed: ${missing[*]}" >&2; exit 1; }
fi

want=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
have=$(cat .venv/installed 2>/dev/null || true)
if [ "$want" != "$have" ]; then
  echo "setup: installing the locked Python packages into .venv"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 10 --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$want" > .venv/installed
fi

if [ ! -e assets/fonts/built/LobbyScreen-Bold.otf ] || [ ! -e assets/fonts/built/LobbyOther-Bold.ttf ]; then
  echo "setup: building the fonts from Noto Sans CJK and Noto Sans"
  .venv/bin/python tools/build_fonts.py
fi
if [ ! -e assets/pinyin/built/lobbypay.table.bin ] || [ -n "$(find assets/pinyin -maxdepth 1 -newer assets/pinyin/built/lobbypay.table.bin -type f ! -name README.md ! -name characters.tsv)" ]; then
  echo "setup: building the pinyin keyboard's dictionary"
  .venv/bin/python tools/build_pinyin.py
fi
if [ -d assets/locale ]; then .venv/bin/python tools/compile_messages.py; fi
echo "setup: ready"
