#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# inferpp_simulator as a program: simulator_program.sh PATH-OF-INFERPP_SIMULATOR
set -euo pipefail

program=$1
folder=$(mktemp -d)
pid=
finish()
{
    [ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

fail()
{
    echo "FAILED: $*" >&2
    cat "$folder"/* >&2
    exit 1
}

# Asks for one path on a connection of its own; prints the status line and the body.
ask()
{
    local path=$1 key=$2
    exec 3<> "/dev/tcp/$host/$port" || fail "no connection to $host:$port"
    printf 'GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: ApiKey %s\r\nConnection: close\r\n\r\n' \
        "$path" "$host:$port" "$key" >&3
    timeout 10 cat <&3 || fail "no answer"
    exec 3>&-
}

# Starts the program and reads its first line.
start()
{
    "$program" "$@" > "$folder/out" 2> "$folder/err" &
    pid=$!
    for _ in $(seq 500); do
        [ "$(wc -l < "$folder/out")" -gt 0 ] && break
        sleep 0.02
    done
    url=$(head -n 1 "$folder/out")
    [[ $url =~ ^http://(127\.0\.0\.1):([0-9]+)/api$ ]] || fail "the first line is '$url'"
    host=${BASH_REMATCH[1]}
    port=${BASH_REMATCH[2]}
}

stop()
{
    kill -TERM "$pid"
    local status=0
    wait "$pid" || status=$?
    pid=
    [ "$status" -eq 0 ] || fail "it ended with $status on SIGTERM"
}

start modzy
ask /api/jobs/features any.key | grep -q inputChunkMaximumSize || fail "it does not serve"
exec 4<> "/dev/tcp/$host/$port" # an open connection does not keep it alive
stop
exec 4>&-

start modzy --api-key good.key
first=$port
ask /api/jobs/x good.key | grep -q '^HTTP/1.1 404' || fail "the right key is refused"
ask /api/jobs/x bad.key | grep -q '^HTTP/1.1 401' || fail "a wrong key is good"
if "$program" modzy --port "$first" > "$folder/second" 2>&1; then
    fail "two on one port"
fi
grep -q "port $first" "$folder/second" || fail "a taken port is not named"
stop

start modzy --port "$first"
[ "$port" = "$first" ] || fail "--port $first gave $port"
stop

for arguments in "" "nothing" "modzy --port" "modzy --port 70000" "modzy --port x" "modzy --wrong 1"; do
    status=0
    # shellcheck disable=SC2086
    "$program" $arguments > "$folder/usage" 2>&1 || status=$?
    [ "$status" -eq 2 ] || fail "'$arguments' ended with $status"
    grep -q usage "$folder/usage" || fail "'$arguments' prints no usage"
done
"$program" --help | grep -q usage || fail "--help prints no usage"
echo "inferpp_simulator: ok"
