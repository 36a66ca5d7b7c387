# Sourced by the other scripts: where things are, and how they speak.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '\nvillage-ledger: %s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# npm_ci FOLDER: installs what its lock file names, unless that was done before.
npm_ci() {
  local folder=$1 stamp=$1/node_modules/.installed-from wanted
  wanted=$(node --version; sha256sum <"$folder/package-lock.json")
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  say "npm packages of ${folder#"$root"/}"
  (cd "$folder" && npm ci --no-fund --no-audit) || return
  printf '%s\n' "$wanted" >"$stamp"
}

# build_ui: ui/dist, unless nothing it is made from is newer.
build_ui() {
  local dist=$root/ui/dist/index.html
  npm_ci "$root/ui" || return
  if [ -f "$dist" ] && [ -z "$(cd "$root/ui" && find . \( -name node_modules -o -path ./dist \) -prune -o -type f -newer "$dist" -print -quit)" ]; then
    return 0
  fi
  say "the user interface"
  npm --prefix "$root/ui" run build
}
