#!/usr/bin/env bash
# Everything that must hold, the quick checks first; stops at the first that does not.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

logs=$target/test-logs
rm -rf "$logs"
mkdir -p "$logs"
# One choice of packages, targets and features for every cargo command below: a different choice compiles the
# dependencies a second time.
workspace=(--workspace --features village-ledger/custom-protocol)
export WEBKIT_DISABLE_COMPOSITING_MODE=1
# The runners' words are read again at the end.
unset FORCE_COLOR
export NO_COLOR=1

# step NAME HEADLINE COMMAND...: its output goes to the screen and to $logs/NAME.
step() {
  local name=$1 headline=$2 began=$SECONDS
  shift 2
  say "$headline"
  if ! "$@" 2>&1 | tee "$logs/$name"; then
    printf '\n== FAILED: %s (%s)\n' "$headline" "$*" >&2
    exit 1
  fi
  printf -- '-- %s: %d s\n' "$headline" $((SECONDS - began))
}

ui() { npm --prefix ui run "$1"; }

rust_tests() {
  # A few of the simulated seasons; all of them have a step of their own.
  export VILLAGE_LEDGER_SEASONS=10
  if has cargo-nextest; then
    cargo nextest run "${workspace[@]}" --no-fail-fast
  else
    cargo test "${workspace[@]}" --lib --bins --tests --no-fail-fast
  fi
}

# Alone, because it uses every core; what it did and suffered is printed at its end.
seasons() {
  cargo test "${workspace[@]}" --test simulation -- --nocapture
}

browser_tests() {
  # The app may outlive its session; nothing here may wait for it for ever.
  VILLAGE_LEDGER_TARGET=$target timeout -k 10 1500 \
    xvfb-run -a -s "-screen 0 390x844x24" node --test --test-reporter=spec --test-concurrency=1 tests/browser/*.test.mjs
}

step setup "what the tests need" scripts/setup.sh test
step fmt "formatting of Rust" cargo fmt --all --check
step npm-ui "packages of the user interface" npm_ci "$root/ui"
step ui-check "types of the user interface" ui check
step ui-lint "lint of the user interface" ui lint
step ui-test "tests of the user interface" ui test
step ui-build "build of the user interface" ui build
step clippy "clippy" cargo clippy "${workspace[@]}" --all-targets -- -D warnings
step build "build of server, app and tests" cargo build "${workspace[@]}" --lib --bins --tests
step rust "tests of Rust" rust_tests
step seasons "a thousand simulated seasons" seasons
step npm-browser "packages of the browser tests" npm_ci "$root/tests/browser"
step browser "the console in Chromium, new and old, and the app in WebKit" browser_tests

say "in the words of each runner"
grep -hE '^ *(Test Files|Tests) ' "$logs/ui-test"
grep -hE '^ *Summary |^test result:' "$logs/rust" "$logs/seasons"
grep -hE '^ℹ (tests|pass|fail|cancelled|skipped|todo) ' "$logs/browser"
say "all passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
