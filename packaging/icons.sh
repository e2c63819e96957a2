#!/bin/sh
# Draws everything under icons/ anew from icons/hearth.svg. Run it after changing the drawing; the results are
# checked in, so that building needs neither this script nor the network.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
npx --yes @tauri-apps/cli@2 icon icons/hearth.svg --output "$scratch"
# What desktops use; the phones' and the stores' pictures are left behind.
for name in 32x32.png 64x64.png 128x128.png 128x128@2x.png icon.png icon.ico icon.icns; do
  cp "$scratch/$name" "icons/$name"
done
