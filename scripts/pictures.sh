#!/usr/bin/env bash
# Makes docs/village-ledger.png out of what the browser tests saw: the app under Xvfb and the console in Chromium.
# Needs ImageMagick and a run of `make test` before it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

shots=$root/tests/browser/out
magick=$(PATH=/usr/bin:$PATH command -v convert) || die "ImageMagick is missing: apt-get install imagemagick"
mkdir -p "$root/docs"
"$magick" "$shots/app-today.png" "$shots/app-dossier-found.png" \( "$shots/console-ledger-desktop.png" -resize x844 \) \
  -bordercolor '#DDD9D1' -border 1 -bordercolor white -border 12 +append -colors 256 "$root/docs/village-ledger.png"
