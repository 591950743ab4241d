#!/usr/bin/env bash
# Trecho in containers, for real: builds both images, lets three passengers race for the last seat, lets Rust
# and Python book against each other, kills the server with -9, and looks whether anything was lost.
#
# Needs an engine that answers, a docker client that speaks BuildKit, and tmux for the full-screen
# part. Removes what it made, except stand-ins for base images and build cache, so that the next run is
# quick; TRECHO_DOCKER_PRUNE=1 keeps nothing of either. TRECHO_DOCKER_CLASSIC=1 tries the classic builder
# as well, which builds the dependencies once more. Ends with 77 if it cannot build here at all.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
export PYTHONDONTWRITEBYTECODE=1
run=trecho-test-$$
tag=test-$$
tmux_socket=$run
# The dependencies as the classic builder has built them, which is its cache.
layer=trecho-layer:dependencies
work=$(mktemp -d)
built=()

note() { printf '  %s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    d logs --tail 30 "$run-server" >&2 2>/dev/null || true
    exit 1
}

# A client new enough to want the buildx plugin and without it cannot build with BuildKit; the
# distribution's own may.
client() {
    local candidate
    for candidate in "${DOCKER:-docker}" /usr/bin/docker; do
        if printf 'FROM scratch\nLABEL probe=1\n' |
            DOCKER_BUILDKIT=1 timeout 60 "$candidate" build -q -t "$run-probe" - >/dev/null 2>&1; then
            "$candidate" rmi "$run-probe" >/dev/null 2>&1 || true
            echo "$candidate"
            return
        fi
    done
    echo "SKIPPED: no docker client here can build with BuildKit" >&2
    return 1
}
DOCKER=$(client) || exit 77
export DOCKER DOCKER_BUILDKIT=1
d() { timeout 120 "$DOCKER" "$@"; }

# Compose finds the same client, by whatever name it is called.
mkdir "$work/bin" && ln -s "$(command -v "$DOCKER")" "$work/bin/docker"
export PATH="$work/bin:$PATH"
compose_command=(docker compose)
"${compose_command[@]}" version >/dev/null 2>&1 || compose_command=(docker-compose)
compose() { timeout 300 "${compose_command[@]}" "$@"; }
encrypted() { compose -p "$run-encrypted" -f compose.yaml -f compose.tls.yaml "$@"; }

cleanup() {
    local status=$? project
    set +e
    tmux -L "$tmux_socket" kill-server 2>/dev/null
    for project in "$run-one" "$run-two"; do
        (cd "$top" && compose -p "$project" --profile observability down -v --remove-orphans -t 1) >/dev/null 2>&1
    done
    (cd "$top" && encrypted down -v --remove-orphans -t 1) >/dev/null 2>&1
    # shellcheck disable=SC2046 # ids are words
    "$DOCKER" rm -fv $("$DOCKER" ps -aq --filter "label=$run") >/dev/null 2>&1
    "$DOCKER" network rm "$run" >/dev/null 2>&1
    "$DOCKER" volume rm "$run-data" "$run-import" "$run-passenger" "$run-pair" >/dev/null 2>&1
    "$DOCKER" rmi "${built[@]}" >/dev/null 2>&1
    if [ "${TRECHO_DOCKER_PRUNE:-0}" = 1 ]; then
        # shellcheck disable=SC2046 # names are words
        "$DOCKER" rmi $("$DOCKER" images -q 'trecho-standin-*') $("$DOCKER" images -q "$layer") >/dev/null 2>&1
        "$DOCKER" builder prune -af >/dev/null 2>&1
    fi
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT

# until_true SECONDS WHAT COMMAND…: waits for COMMAND to succeed.
until_true() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "waited in vain: $what"
        sleep 0.2
    done
}

# tells PATTERN COMMAND…: whether COMMAND succeeds and tells so. Hears it out first: a program whose reader
# leaves at the first match may fail for that alone.
tells() {
    local pattern=$1 said
    shift
    said=$("$@" 2>&1) && grep -q -- "$pattern" <<<"$said"
}

# -- images ----------------------------------------------------------------------------------------

build() { # TAG ARGUMENTS…
    built+=("$1")
    "$DOCKER" build --network host -t "$@" >"$work/build.log" 2>&1 || {
        tail -40 "$work/build.log" >&2
        fail "building $1"
    }
}

echo "base images"
bases=$("$top/assets/docker/bases.sh" 2>"$work/bases.log") || {
    tail -5 "$work/bases.log" >&2
    echo "SKIPPED: there are no base images to build on" >&2
    exit 77
}
arguments=()
for base in $bases; do
    note "$base"
    arguments+=(--build-arg "$base")
    case $base in RUNTIME_IMAGE=*) runtime_base=${base#*=} ;; esac
done

# says IMAGE TEMPLATE WHAT: what an image says of itself.
says() {
    local said
    said=$(d image inspect -f "$2" "$1")
    [ "$said" = "$3" ] || fail "$1: $2 is $said, not $3"
}
label() { says "$1" "{{index .Config.Labels \"org.opencontainers.image.$2\"}}" "$3"; }

echo "building the images"
revision=$(git -C "$top" rev-parse HEAD 2>/dev/null || echo unknown)
arguments+=(--build-arg "TRECHO_REVISION=$revision" --build-arg "TRECHO_SOURCE=https://example.com/trecho")
server_image=trecho-server:$tag
client_image=trecho-client:$tag
passenger_image=trecho-passenger:$tag
build "$server_image" --progress plain "${arguments[@]}" "$top"
# What was compiled after our sources came in: ours alone. (Nothing, if all of it was built before.)
compiled=$(sed -n '/COPY \. \./,$s/.*Compiling \([a-z0-9_-]*\) .*/\1/p' "$work/build.log" | sort -u)
if theirs=$(grep -v '^trecho-' <<<"$compiled" | grep .); then
    fail "the dependencies were built with our sources: $theirs"
fi
build "$client_image" --target client "${arguments[@]}" "$top"
build "$passenger_image" "${arguments[@]}" -f "$top/assets/docker/passenger.Dockerfile" \
    "$top/assets/python"
for image in "$server_image" "$client_image"; do
    note "$image: $(($(d image inspect -f '{{.Size}}' "$image") / 1000000)) MB," \
        "user $(d image inspect -f '{{.Config.User}}' "$image")"
    says "$image" '{{.Config.User}}' 65532:65532
    says "$image" '{{.Config.StopSignal}}' SIGTERM
    label "$image" version "$(sed -n '/^version = "/{s/^version = "\(.*\)"/\1/p;q}' "$top/Cargo.toml")"
    label "$image" revision "$revision"
    label "$image" source https://example.com/trecho
    label "$image" licenses MIT
done
label "$server_image" title trechod
label "$client_image" title trecho
says "$server_image" '{{json .Config.Healthcheck.Test}}' '["CMD","/usr/local/bin/trechod","healthcheck"]'
note "labels, user, stop signal and health check are as they should be"

# A change of ours builds ours alone, with either builder: the layer of the dependencies is taken as it is.
changed=$work/changed
mkdir "$changed"
tar -C "$top" --exclude=target --exclude=.git -c . | tar -C "$changed" -x
echo '// Changed.' >>"$changed/server/src/main.rs"
rebuild() { # BUILDKIT CONTEXT: builds up to the dependencies
    DOCKER_BUILDKIT=$1 "$DOCKER" build --network host -t "$layer" --target dependencies \
        "${arguments[@]}" "$2" >"$work/layer.log" 2>&1 ||
        fail "building the dependencies: $(tail -20 "$work/layer.log")"
}
rebuild 1 "$changed"
grep -q 'Compiling' "$work/layer.log" && fail "BuildKit built the dependencies again"
builders=BuildKit
if [ "${TRECHO_DOCKER_CLASSIC:-0}" = 1 ]; then
    rebuild 0 "$top"
    rebuild 0 "$changed"
    grep -q 'Compiling' "$work/layer.log" && fail "the classic builder built the dependencies again"
    builders="BuildKit and the classic builder"
fi
rm -r "$changed"
note "after a change of ours the dependencies are not built again ($builders)"

# -- a server with one leg of one seat, and one of many --------------------------------------------

hardened=(--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges)
common=(--label "$run" --network "$run")
tomorrow=$(date -u -d '+2 days' +%F)
last=TR9001-${tomorrow//-/}-GRU
plenty=TR1042-${tomorrow//-/}-GRU
cat >"$work/legs.csv" <<CSV
flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais
TR1042,$tomorrow,GRU,SSA,06:10,08:35,320,29x3-3,412.90
TR9001,$tomorrow,GRU,SSA,07:00,09:25,L4T,1x1,355.00
TR2001,$tomorrow,GRU,SSA,01:00,03:25,388,100x3-3,199.00
TR2002,$tomorrow,GRU,SSA,02:00,04:25,388,100x3-3,199.00
CSV
contested=("TR2001-${tomorrow//-/}-GRU" "TR2002-${tomorrow//-/}-GRU")

echo "starting the server"
d network create --label "$run" "$run" >/dev/null
d volume create --label "$run" "$run-import" >/dev/null
d create "${common[@]}" "${hardened[@]}" --name "$run-server" --network-alias server \
    -v "$run-data:/var/lib/trecho" -v "$run-import:/import" \
    -e TRECHO_TIMETABLE=/import/legs.csv -e TRECHO_GRACE=10m \
    --health-interval 1s --health-timeout 2s --health-retries 2 \
    "$server_image" >/dev/null
d cp "$work/legs.csv" "$run-server:/import/legs.csv"
d start "$run-server" >/dev/null

health() { [ "$(d inspect -f '{{.State.Health.Status}}' "$run-server")" = "$1" ]; }
until_true 60 "the server to be healthy" health healthy
note "healthy, read-only, no capabilities, uid $(d inspect -f '{{.Config.User}}' "$run-server")"

# The operators' socket is for the server's own user, inside of the container.
operate() { d exec "$run-server" trechod "$@"; }
operate admin legs --json >"$work/legs.json"
grep -q "$last" "$work/legs.json" || fail "trechod admin lists: $(cat "$work/legs.json")"
note "docker exec … trechod admin lists its legs"

# -- three passengers, one seat --------------------------------------------------------------------

# passenger NAME ARGUMENTS…: starts the Python client in a container of its own.
passenger() {
    local name=$1
    shift
    d run -d "${common[@]}" "${hardened[@]}" --name "$run-$name" -e TRECHO_ADDR=server:7470 \
        "$passenger_image" --json "$@" >/dev/null
}
# spoken NAME: waits for a passenger's end; prints what it said, returns its exit code.
spoken() {
    local status
    status=$(d wait "$run-$1")
    d logs "$run-$1" 2>"$work/$1.err"
    return "$status"
}
ask() { # a passenger who is done at once
    d run --rm "${common[@]}" "${hardened[@]}" -e TRECHO_ADDR=server:7470 \
        "$passenger_image" --json "$@"
}
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
watching() { tells '^watching' d logs "$run-watcher"; }

echo "three passengers race for the last seat of $last"
passenger watcher watch --count 1
until_true 30 "the watcher to watch" watching
for name in ana bento clara; do
    passenger "$name" book "$last" --passenger "${name^} Prado" &
done
wait
winners=()
for name in ana bento clara; do
    if spoken "$name" >"$work/$name.json"; then
        winners+=("$name")
    else
        grep -q "not enough free seats" "$work/$name.err" || fail "$name: $(cat "$work/$name.err")"
    fi
done
[ "${#winners[@]}" = 1 ] || fail "${#winners[@]} passengers got one seat"
note "${winners[0]} got it; the other two were told that the leg is taken"
spoken watcher >"$work/heard.json" || fail "the watcher failed: $(cat "$work/watcher.err")"
grep -q '"event": "leg.taken"' "$work/heard.json" || fail "heard: $(cat "$work/heard.json")"
grep -q "$last" "$work/heard.json" || fail "heard of another leg: $(cat "$work/heard.json")"
note "a fourth, who only watched, heard leg.taken unasked"
locator=$(field locator <"$work/${winners[0]}.json")
claim=$(field claim <"$work/${winners[0]}.json")

# -- Rust against Python, for the same seats --------------------------------------------------------

echo "two Python passengers and the Rust client book against each other, until two legs are sold out"
contest=$(cat "$top/assets/docker/contest.py")
for name in dora enio; do
    d run -d "${common[@]}" "${hardened[@]}" --name "$run-$name" -e TRECHO_ADDR=server:7470 \
        --entrypoint python3 "$passenger_image" -c "$contest" "${name^} Prado" "${contested[@]}" >/dev/null
done
has_bought() { tells '^TR200' d logs "$run-$1"; }
for name in dora enio; do until_true 60 "$name to buy a seat" has_bought "$name"; done
# The first two legs by departure are the ones that the others want.
d run -d "${common[@]}" "${hardened[@]}" --name "$run-rust" "$client_image" \
    load server:7470 --clients 4 --legs 2 --seconds 20 --warm-up 0 --json >/dev/null
for name in dora enio rust; do
    spoken "$name" >"$work/$name.out" || fail "$name: $(cat "$work/$name.err" "$work/$name.out")"
done
[ "$(field errors <"$work/rust.out")" = 0 ] || fail "the Rust client says: $(cat "$work/rust.out")"
operate export bookings >"$work/bookings.csv"
operate export legs >"$work/legs-sold.csv"
operate verify >"$work/verified" || fail "trechod verify: $(cat "$work/verified")"
python3 - "$work" "${contested[@]}" <<'PYTHON' || fail "who bought what does not add up"
import csv, sys
work, legs = sys.argv[1], sys.argv[2:]
rows = [row for row in csv.DictReader(open(f"{work}/bookings.csv", encoding="utf-8")) if row["leg"] in legs]
owners = {(row["leg"], row["seat"]): f"{row['first_name']} {row['last_name']}" for row in rows}
assert len(owners) == len(rows) == 1200, (len(owners), len(rows))
bought = {"Ana Conceição": None}
for name in ("dora", "enio"):
    lines = open(f"{work}/{name}.out").read().splitlines()
    tickets = [tuple(line.split()) for line in lines if line.startswith("TR")]
    person = f"{name.title()} Prado"
    mine = {seat for seat, owner in owners.items() if owner == person}
    assert set(tickets) == mine and len(tickets) == len(mine), (person, len(tickets), len(mine))
    assert lines[-1].startswith("too late"), lines[-1]
    bought[person] = len(mine)
bought["Ana Conceição"] = sum(owner == "Ana Conceição" for owner in owners.values())
assert all(bought.values()) and sum(bought.values()) == 1200, bought
print("  1,200 seats, each sold once:", ", ".join(f"{name} {count}" for name, count in bought.items()))
PYTHON

# -- the full screen -------------------------------------------------------------------------------

# screen NAME WORD COMMAND…: runs it on a terminal, waits for WORD on its screen, then ends it.
on_screen() { tells "$2" tmux -L "$tmux_socket" capture-pane -p -t "$1"; }
screen() {
    local name=$1 word=$2
    shift 2
    tmux -L "$tmux_socket" -f /dev/null new-session -d -s "$name" -x 120 -y 40 "$@"
    until_true 60 "$name to show $word" on_screen "$name" "$word"
    tmux -L "$tmux_socket" capture-pane -p -t "$name" >"$work/$name.screen"
    tmux -L "$tmux_socket" send-keys -t "$name" q
}
if command -v tmux >/dev/null; then
    echo "the full-screen programs in containers"
    d volume create --label "$run" "$run-passenger" >/dev/null
    screen fullscreen TR1042 "$DOCKER" run -it --rm --label "$run" --network "$run" "${hardened[@]}" \
        -v "$run-passenger:/var/lib/trecho-client" -e TERM=xterm-256color "$client_image" server:7470
    note "it draws:"
    grep -m 3 -E 'TR1042|TR9001' "$work/fullscreen.screen" | cut -c 1-100 | sed 's/^/    /'
    screen top "$last" "$DOCKER" exec -it "$run-server" trechod top
    grep -q READY "$work/top.screen" || fail "trechod top shows: $(cat "$work/top.screen")"
    note "docker exec -it … trechod top draws:"
    head -3 "$work/top.screen" | cut -c 1-100 | sed 's/^/    /'
else
    echo "the full-screen programs: skipped, there is no tmux here"
fi

# -- kill -9 ---------------------------------------------------------------------------------------

echo "the server freezes, thaws, and is killed with -9"
ask hold "$plenty" --count 2 >"$work/cart.json"
token=$(field token <"$work/cart.json")
d kill -s STOP "$run-server" >/dev/null
until_true 60 "a frozen server to be unhealthy" health unhealthy
d kill -s CONT "$run-server" >/dev/null
until_true 60 "a thawed server to be healthy" health healthy
note "health went red, and green again"
d kill -s KILL "$run-server" >/dev/null
if ask show "$locator" "$claim" >/dev/null 2>&1; then fail "a killed server answered"; fi
d start "$run-server" >/dev/null
until_true 60 "the server to come back healthy" health healthy

ask show "$locator" "$claim" | cmp -s - "$work/${winners[0]}.json" || fail "the booking has changed"
note "the booking $locator is as it was"
ask --token "$token" cart >"$work/cart-after.json"
[ "$(field holds <"$work/cart.json")" = "$(field holds <"$work/cart-after.json")" ] ||
    fail "the cart has changed: $(cat "$work/cart.json" "$work/cart-after.json")"
ask --token "$token" confirm --passenger "Duda Reis" --passenger "Edu Reis" >"$work/bought.json"
note "the cart was resumed by its token and bought: $(field locator <"$work/bought.json")"
if ask book "$last" --passenger "Davi Luz" >/dev/null 2>&1; then fail "the seat was sold twice"; fi

d stop -t 15 "$run-server" >/dev/null
[ "$(d inspect -f '{{.State.ExitCode}}' "$run-server")" = 0 ] || fail "SIGTERM did not end with 0"
note "SIGTERM drained it: exit code 0"

# -- encrypted -------------------------------------------------------------------------------------

echo "a server with a certificate, in a volume"
d volume create --label "$run" "$run-pair" >/dev/null
d run --rm "${common[@]}" "${hardened[@]}" -v "$run-pair:/var/lib/trecho" "$server_image" \
    cert --host encrypted --out /var/lib/trecho/pair >"$work/cert.txt"
d run -d "${common[@]}" "${hardened[@]}" --name "$run-encrypted" --network-alias encrypted \
    -v "$run-pair:/etc/trecho:ro" -v "$run-import:/import:ro" -e TRECHO_TIMETABLE=/import/legs.csv \
    -e TRECHO_TLS_CERT=/etc/trecho/pair/cert.pem -e TRECHO_TLS_KEY=/etc/trecho/pair/key.pem \
    --health-interval 1s --health-timeout 2s --health-retries 2 "$server_image" >/dev/null
health_of() { [ "$(d inspect -f '{{.State.Health.Status}}' "$1")" = "$2" ]; }
until_true 60 "the encrypted server to be healthy" health_of "$run-encrypted" healthy
trusting=(--rm "${common[@]}" "${hardened[@]}" -v "$run-pair:/etc/trecho:ro")
d run "${trusting[@]}" "$passenger_image" --json --server encrypted:7470 \
    --ca /etc/trecho/pair/cert.pem book "$plenty" --passenger "Eva Sales" >"$work/eva.json"
d run "${trusting[@]}" "$client_image" race encrypted:7470 --ca /etc/trecho/pair/cert.pem \
    --clients 5 --leg "$last" --json >"$work/race.json"
[ "$(field oversold <"$work/race.json")" = 0 ] || fail "the race says: $(cat "$work/race.json")"
note "healthy; the Python client booked $(field locator <"$work/eva.json"), and five raced, over TLS"
if d run "${trusting[@]}" "$passenger_image" --server encrypted:7470 search >/dev/null 2>&1; then
    fail "the encrypted server answers in plain text"
fi
d rm -fv "$run-encrypted" >/dev/null

# -- compose ---------------------------------------------------------------------------------------

if ! compose version >/dev/null 2>&1; then
    echo "compose: skipped, there is none here"
    exit 0
fi
echo "compose: two servers side by side"
cd "$top"
export TRECHO_TAG=$tag
compose_up() { # PROJECT PORT METRICS_PORT
    TRECHO_PORT=$2 TRECHO_METRICS_PORT=$3 compose -p "$run-$1" up -d --no-build >"$work/compose.log" 2>&1
}
page() { # PORT PATH: an operators' page
    python3 -c 'import sys, urllib.request as web; print(web.urlopen(sys.argv[1], timeout=10).read().decode())' \
        "http://127.0.0.1:$1$2"
}
answers() { python3 "$top/assets/python/trecho.py" --server "127.0.0.1:$1" search --limit 1 >/dev/null 2>&1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
declare -A ports metrics_ports
for project in one two; do
    port=$(free_port)
    metrics=$(free_port)
    compose_up "$project" "$port" "$metrics" || fail "compose: $(tail -20 "$work/compose.log")"
    until_true 90 "compose's server to answer on port $port" answers "$port"
    page "$metrics" /readyz >/dev/null || fail "$project is not ready"
    tells '^trecho_build_info' page "$metrics" /metrics || fail "$project tells no numbers"
    ports[$project]=$port
    metrics_ports[$project]=$metrics
    note "$project answers on port $port, and tells its numbers on port $metrics"
done
compose -p "$run-one" exec -T server trechod admin legs --limit 1 >/dev/null ||
    fail "trechod admin does not work in compose's server"
compose --profile observability config >"$work/config.yaml" 2>"$work/config.err" ||
    fail "the profile observability: $(cat "$work/config.err")"
note "the profile observability has $(grep -c '^    image:' "$work/config.yaml") services"

# Prometheus itself, or where no registry answers Debian's, which this machine may have.
prometheus_image=${PROMETHEUS_IMAGE:-$(sed -n 's/.*PROMETHEUS_IMAGE:-\(.*\)}/\1/p' compose.yaml)}
if ! d image inspect "$prometheus_image" >/dev/null 2>&1 &&
    ! timeout 300 "$DOCKER" pull --quiet "$prometheus_image" >/dev/null 2>&1; then
    prometheus_image=
    if prometheus=$(command -v prometheus); then
        mkdir "$work/prometheus" "$work/prometheus/data"
        cp "$prometheus" "$work/prometheus/prometheus"
        printf '%s\n' "FROM ${runtime_base:?}" 'COPY prometheus /bin/prometheus' \
            'COPY --chown=65534:65534 data /prometheus' 'USER 65534' 'ENTRYPOINT ["/bin/prometheus"]' \
            >"$work/prometheus/Dockerfile"
        prometheus_image=trecho-standin-prometheus:$tag
        build "$prometheus_image" "$work/prometheus"
    fi
fi
if [ -n "$prometheus_image" ]; then
    port=$(free_port)
    PROMETHEUS_IMAGE=$prometheus_image PROMETHEUS_PORT=$port TRECHO_PORT=${ports[one]} \
        TRECHO_METRICS_PORT=${metrics_ports[one]} \
        compose -p "$run-one" --profile observability up -d --no-build prometheus >"$work/compose.log" 2>&1 ||
        fail "compose: $(tail -20 "$work/compose.log")"
    asked() { tells "$2" page "$port" "$1"; }
    until_true 90 "Prometheus to find the server up" asked '/api/v1/query?query=up' '"trechod"},"value":\[[0-9.]*,"1"\]'
    until_true 30 "Prometheus to have the server's numbers" asked '/api/v1/query?query=trecho_legs' '"server:7471"'
    [ "$(page "$port" /api/v1/rules | grep -o '"type":"alerting"' | wc -l)" = "$(grep -c 'alert:' assets/observability/rules.yml)" ] ||
        fail "Prometheus has other alerts than rules.yml"
    note "Prometheus ($prometheus_image) scrapes the server and has every alert; Grafana was not started"
else
    note "Prometheus: skipped, there is no image of it here, nor the program"
fi

echo "compose: encrypted, as docs/operating.md says"
port=$(free_port)
metrics=$(free_port)
export TRECHO_PORT=$port TRECHO_METRICS_PORT=$metrics
encrypted run --rm -T --no-deps server cert --host server --host 127.0.0.1 --out /etc/trecho >"$work/cert.txt" 2>"$work/compose.log" ||
    fail "a certificate in compose's volume: $(cat "$work/compose.log")"
key=$(grep -o 'SHA256:[A-Za-z0-9+/=]*' "$work/cert.txt")
encrypted up -d --no-build >"$work/compose.log" 2>&1 || fail "compose: $(tail -20 "$work/compose.log")"
server=$(encrypted ps -q server)
until_true 90 "compose's encrypted server to be healthy" health_of "$server" healthy
d cp "$server:/etc/trecho/cert.pem" "$work/cert.pem"
python3 assets/python/trecho.py --server "127.0.0.1:$port" --ca "$work/cert.pem" search --limit 1 >/dev/null ||
    fail "the encrypted server does not answer over TLS"
if answers "$port"; then fail "compose's encrypted server answers in plain text"; fi
encrypted run --rm -T client race server:7470 --accept-key "$key" --clients 5 --json >"$work/race.json" 2>"$work/compose.log" ||
    fail "the client over TLS: $(cat "$work/compose.log")"
encrypted kill -s HUP server >/dev/null 2>&1
reloaded() { tells 'read just now' d logs "$server"; }
until_true 30 "the certificate to be read again" reloaded
note "the pair is in a volume, made by the server's own user; over TLS alone it answers, and reads the pair again"
encrypted exec -T server trechod backup /var/lib/trecho/monday.db >/dev/null || fail "no backup in compose"
encrypted stop -t 15 server >/dev/null 2>&1
encrypted run --rm -T --no-deps server restore /var/lib/trecho/monday.db --replace >"$work/restored" 2>&1 ||
    fail "no restore in compose: $(cat "$work/restored")"
d cp "$server:/var/lib/trecho/monday.db" "$work/monday.db"
chown 65532 "$work/monday.db" 2>/dev/null || chmod 644 "$work/monday.db"
encrypted run --rm -T --no-deps -v "$work/monday.db:/monday.db:ro" server restore /monday.db --replace \
    >"$work/restored" 2>&1 || fail "no restore of a file from elsewhere: $(cat "$work/restored")"
encrypted run --rm -T --no-deps server verify >"$work/verified" 2>&1 || fail "trechod verify: $(cat "$work/verified")"
note "backup, restore and verify in compose"
unset TRECHO_PORT TRECHO_METRICS_PORT
if command -v tmux >/dev/null; then
    screen second 'TR[0-9]' env PATH="$PATH" TRECHO_TAG="$tag" \
        "${compose_command[@]}" -p "$run-two" run --rm client
    note "compose run --rm client draws"
fi
echo "containers: all well"
