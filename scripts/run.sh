#!/usr/bin/env bash
# Builds what changed, starts the office server over the sample data, and opens the app where there is a display.
# What is recorded stays in ./var, or in VILLAGE_LEDGER_HOME.
set -euo pipefail
. "$(dirname "$0")/common.sh"

home=${VILLAGE_LEDGER_HOME:-$root/var}
listen=${VILLAGE_LEDGER_LISTEN:-127.0.0.1:8770}
# The app runs on the same machine, where it may speak HTTP; over the network it would have to be invited.
case $listen in
  127.* | localhost:*) nearby=$listen ;;
  0.0.0.0:* | '[::]:'*) nearby=127.0.0.1:${listen##*:} ;;
  *) die "VILLAGE_LEDGER_LISTEN must be a loopback address, or 0.0.0.0 for all of the network, not $listen" ;;
esac
display=${DISPLAY:-}${WAYLAND_DISPLAY:-}

answers() { (exec 3<>"/dev/tcp/${nearby%:*}/${nearby##*:}") 2>/dev/null; }
! answers || die "port ${listen##*:} is in use. Stop what runs there (perhaps another 'make run'), or choose another: VILLAGE_LEDGER_LISTEN=127.0.0.1:8771 make run"

"$root/scripts/setup.sh" "$([ -n "$display" ] && echo app || echo server)"
build_ui
say "the server${display:+ and the app}"
if [ -n "$display" ]; then
  cargo build --manifest-path "$root/Cargo.toml" -p sync-server -p village-ledger --features village-ledger/custom-protocol
else
  cargo build --manifest-path "$root/Cargo.toml" -p sync-server
fi

umask 077
mkdir -p "$home"
server=("$target/debug/sync-server" --data "$home/server")

if [ ! -e "$home/samples-imported" ]; then
  say "the sample data of Jimei district"
  "${server[@]}" import divisions "$root/samples/divisions-350211.csv"
  "${server[@]}" import boundaries "$root/samples/boundaries-350211.geojson"
  "${server[@]}" import ledger "$root/samples/ledger-donghui.csv"
  "${server[@]}" import tasks "$root/samples/tasks-guankou.csv"
  touch "$home/samples-imported"
fi
if [ ! -e "$home/people-added" ]; then
  say "the sample people: a lead of Guankou town, an inspector of Donghui village, a bureau that looks on"
  while read -r name role grid; do
    # An earlier start may have been stopped in between.
    "${server[@]}" person list | grep -q "^$name	" || "${server[@]}" person add --name "$name" --role "$role" --grid "$grid"
  done <<'PEOPLE'
陈主任 lead 350211102
林志燕 inspector 350211102207
区生态环境局 viewer 350211
PEOPLE
  touch "$home/people-added"
fi
if [ ! -s "$home/app-token" ]; then
  # What it says beside the token is for somebody who would have to write it down.
  "${server[@]}" device add --name "$(uname -n)" --person 林志燕 >"$home/app-token.new" 2>"$home/device-add" ||
    die "the app could not be given a token: $(cat "$home/device-add")"
  rm "$home/device-add"
  mv "$home/app-token.new" "$home/app-token"
fi

# Each child gets a process group of its own, so that ending it ends what it started.
set -m
children=()
end() {
  trap - EXIT INT TERM
  for child in "${children[@]}"; do kill -- "-$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap end EXIT
trap 'end; echo; echo "Everything has ended; what was recorded is kept in $home."; exit 130' INT
trap 'end; exit 143' TERM

say "the server"
"${server[@]}" serve --listen "$listen" --ui "$root/ui/dist" &
serving=$!
children+=("$serving")
until answers; do
  kill -0 "$serving" 2>/dev/null || { wait "$serving" || true; die "the server ended; what it said is above."; }
  sleep 0.2
done

if [ -n "$display" ]; then
  WEBKIT_DISABLE_COMPOSITING_MODE=1 \
    VILLAGE_LEDGER_DATA=$home/app \
    VILLAGE_LEDGER_SERVER=http://$nearby \
    VILLAGE_LEDGER_TOKEN=$(cat "$home/app-token") \
    "$target/debug/village-ledger" &
  children+=("$!")
fi

say "Village Ledger runs"
echo "Office console: the sign-in link above is the administrator's (管理员), this one the lead's (陈主任); each works once:"
"${server[@]}" sign-in-link --person 陈主任
if [ -n "$display" ]; then
  echo "The app: its window is open, belongs to the inspector 林志燕 and syncs Donghui village with this server."
else
  echo "The app: not opened, because there is no display here."
fi
echo "Data: $home"
echo "Ctrl-C ends everything."
wait "$serving" || die "the server ended; what it said is above."
