#!/usr/bin/env bash
# Installs what is missing on Debian or Ubuntu beside Rust and Node. Does nothing, and needs nothing, when all is there.
#
#   scripts/setup.sh server   what the server and the user interface are built with
#   scripts/setup.sh app      that, and what the desktop app is built with
#   scripts/setup.sh test     that, and what the tests drive both with
set -euo pipefail
. "$(dirname "$0")/common.sh"

role=${1:-test}
packages=(build-essential pkg-config)
case $role in
  server) ;;
  app) packages+=(libwebkit2gtk-4.1-dev fonts-noto-cjk) ;;
  test) packages+=(libwebkit2gtk-4.1-dev fonts-noto-cjk webkit2gtk-driver xvfb xauth libnss3 libexpat1 sqlite3) ;;
  *) die "setup.sh knows the roles server, app and test, not $role." ;;
esac
tauri_driver=2.1.0

has cargo || die "Rust is missing. Install it from https://rustup.rs and run this again."
has node && has npm || die "Node is missing. Install Node 20.20 or newer with npm and run this again."
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 20) ? 0 : 1)' ||
  die "Node $(node --version) is too old. Install Node 20.20 or newer and run this again."
if [ "$role" = test ]; then
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
    die "rustfmt or clippy is missing. Run: rustup component add rustfmt clippy"
  has chromium || has chromium-browser || has google-chrome || packages+=(chromium)
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    die "packages are missing and neither root nor sudo is at hand. As root run: apt-get install ${missing[*]}"
  fi
}

missing=()
for package in "${packages[@]}"; do
  if has dpkg-query; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  fi
done
if [ ${#missing[@]} -gt 0 ]; then
  has apt-get || die "this needs ${missing[*]} and knows only how to install them with apt-get."
  say "Debian packages: ${missing[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=300 update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}"
fi

if [ "$role" = test ] && ! has tauri-driver && [ ! -x "${CARGO_HOME:-$HOME/.cargo}/bin/tauri-driver" ]; then
  say "tauri-driver $tauri_driver"
  cargo install tauri-driver --version "$tauri_driver" --locked
fi
