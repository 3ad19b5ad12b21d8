# What the benchmarks share: the peers, and how a server is started, asked and stopped. Sourced from the root of the tree.
# Settings: PEERS, DATA, REPS, SECONDS_EACH, PRIO.
PEERS=${PEERS:-$PWD/build-bench/sid} DATA=${DATA:-$PWD/build-bench/data} PRIO=${PRIO-chrt -r 10} SERVER_CPU=0 LOAD_CPU=1
BIN=build-bench/bin RUN=$DATA/run RESULTS=$DATA/results
mkdir -p "$BIN" "$RUN" "$RESULTS" "$DATA"

in_peers() { chroot "$PEERS" "$@"; }

# make_peers PACKAGE...: the peers run from a chroot of Debian sid in $PEERS; made when it is not there
make_peers() {
	if [ ! -e "$PEERS/etc/debian_version" ]; then
		command -v debootstrap >/dev/null || apt-get install -qq -y --no-install-recommends debootstrap
		mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -n 's/^URIs: *//p; s/^deb  *\([^ ]*\) .*/\1/p' | head -n 1)
		debootstrap --variant=minbase sid "$PEERS" "$mirror" || exit 1
		printf '#!/bin/sh\nexit 101\n' >"$PEERS/usr/sbin/policy-rc.d"; chmod 755 "$PEERS/usr/sbin/policy-rc.d"
		# A mirror that is a snapshot is as good.
		echo 'Acquire::Check-Valid-Until "false";' >"$PEERS/etc/apt/apt.conf.d/99snapshot"
	fi
	for m in proc sys dev; do mountpoint -q "$PEERS/$m" || mount --bind "/$m" "$PEERS/$m"; done
	mkdir -p "$PEERS$DATA"; mountpoint -q "$PEERS$DATA" || mount --bind "$DATA" "$PEERS$DATA"
	in_peers dpkg-query -W "$@" >/dev/null 2>&1 && return
	in_peers apt-get update -qq && in_peers apt-get install -qq -y --no-install-recommends "$@" >"$DATA/apt.log" 2>&1 ||
		{ tail -n 20 "$DATA/apt.log"; exit 1; }
}

make_programs() {
	for program in blast reflect slow; do
		gcc -O2 -D_GNU_SOURCE -o "$BIN/$program" "bench/$program.c" || exit 1
	done
}

tree() { echo "$1"; for c in $(cat /proc/"$1"/task/*/children 2>/dev/null); do tree "$c"; done; }
pss_kib() { for p in $(tree "$1"); do awk '/^Pss:/ {print $2}' "/proc/$p/smaps_rollup" 2>/dev/null; done | awk '{s += $1} END {print s}'; }

# answers PORT NAME TYPE
answers() { dig +time=1 +tries=1 +noedns -p "$1" @::1 "$2" "$3" 2>/dev/null | grep -q 'status: NOERROR'; }

declare -A PID PORT
# start NAME PROBE-NAME PROBE-TYPE: with conf_NAME, which writes the configuration into $dir for $port, and command_NAME, which
# prints what to run. READY: ms until the first answer, probed every 20 ms
start() {
	dir=$RUN/$1; rm -rf "$dir"; mkdir -p "$dir"
	port=${PORT[$1]}
	"conf_$1"
	t0=$(date +%s%N)
	$PRIO taskset -c $SERVER_CPU $("command_$1") >"$dir/log" 2>&1 &
	PID[$1]=$!
	for _ in $(seq 2000); do
		kill -0 "${PID[$1]}" 2>/dev/null || { echo "$1 did not start:" >&2; tail -n 5 "$dir/log" >&2; return 1; }
		if answers "$port" "$2" "$3"; then READY=$((($(date +%s%N) - t0) / 1000000)); return 0; fi
		sleep .02
	done
	echo "$1 does not answer" >&2
	return 1
}
stop() { [ -n "${PID[$1]:-}" ] || return; all=$(tree "${PID[$1]}"); kill "${PID[$1]}" 2>/dev/null; sleep .5; kill -9 $all 2>/dev/null; wait "${PID[$1]}" 2>/dev/null; unset "PID[$1]"; }
stop_all() { for s in "${!PID[@]}"; do stop "$s"; done; }
trap stop_all EXIT

# blast NAME TEST OPTIONS...: one line of results; the busiest process of the tree is the server
blast() {
	name=$1 test=$2; shift 2
	busiest=$(tree "${PID[$name]}" | while read -r p; do echo "$(cut -d' ' -f1 "/proc/$p/schedstat" 2>/dev/null || echo 0) $p"; done | sort -n | tail -n 1 | cut -d' ' -f2)
	echo "server=$name test=$test $($PRIO taskset -c $LOAD_CPU "$BIN/blast" -P "$busiest" "$@" "${PORT[$name]}")" >>"$out"
}
