#!/usr/bin/env python3
"""Markdown tables of a result file: medians and ratios. A run counts when the server's core was 90 % busy."""
import collections
import statistics
import sys


def read(path):
    rows = collections.defaultdict(list)
    for line in open(path):
        row = dict(word.split("=", 1) for word in line.split() if "=" in word)
        rows[row["test"], row["server"]].append(row)
    return rows


def median(rows, key):
    return statistics.median(float(row[key]) for row in rows)


def load_table(rows):
    if not any(test == "load" for test, _ in rows):
        return
    print("| server | first answer, ms | memory, octets a record |\n|---|---|---|")
    for (test, server), runs in rows.items():
        if test == "load":
            print(f"| {server} | {median(runs, 'ready_ms'):.0f} | {median(runs, 'pss_kib') * 1024 / float(runs[0]['records']):.0f} |")
    print()


def rate_table(rows, test):
    servers = [server for (t, server) in rows if t == test]
    if not servers:
        return
    print(f"| {test} | answers/s | of the peer or limit | CPU ns/answer | p50 us | mean octets | failed, lost | clean runs |\n"
          "|---|---|---|---|---|---|---|---|")
    clean = {s: [r for r in rows[test, s] if float(r.get("busy", 0)) >= .9] for s in servers}
    used = {s: clean[s] or [r for r in rows[test, s] if "qps" in r] for s in servers}
    base = next((name for name in ("reflect", "knot", "unbound") if used.get(name)), None)
    for s in servers:
        if not used[s]:
            continue
        ratio = f"{median(used[s], 'qps') / median(used[base], 'qps'):.2f} of {base}" if base else "-"
        mark = "" if clean[s] else "~"
        failed = sum(int(r["servfail"]) + int(r["lost"]) for r in used[s])
        print(f"| {s} | {mark}{median(used[s], 'qps'):.0f} | {ratio} | {median(used[s], 'cpu_ns'):.0f} | "
              f"{median(used[s], 'p50_us'):.0f} | {median(used[s], 'mean_octets'):.0f} | {failed} | {len(clean[s])}/{len(rows[test, s])} |")
    print()


def dead_table(rows):
    servers = [server for (t, server) in rows if t == "first-dead"]
    if not servers:
        return
    print("| IPv6 dead | alive: p50, p99 ms | first minute: p50, p99, max ms | added to p99 | other zones later: p50, p99, max ms | "
          "added to p99 | failed, lost |\n|---|---|---|---|---|---|---|")
    for s in servers:
        alive, first, later = ({k: float(v) / 1000 for k, v in rows[test, s][0].items() if k.endswith("_us")}
                               for test in ("first-alive", "first-dead", "later-dead"))
        failed = sum(int(rows[test, s][0][key]) for test in ("first-dead", "later-dead") for key in ("servfail", "lost"))
        print(f"| {s} | {alive['p50_us']:.1f}, {alive['p99_us']:.1f} | {first['p50_us']:.1f}, {first['p99_us']:.1f}, {first['max_us']:.0f} | "
              f"{first['p99_us'] - alive['p99_us']:.1f} | {later['p50_us']:.1f}, {later['p99_us']:.1f}, {later['max_us']:.0f} | "
              f"{later['p99_us'] - alive['p99_us']:.1f} | {failed} |")
    print()


def crowd_table(rows):
    for (test, server), runs in rows.items():
        if test == "crowd":
            row = runs[0]
            print(f"{server}: {row['noerror']} answered, {row['servfail']} failed, {row['lost']} lost; at most {row['under_way_most']} "
                  f"under way; p50 {int(row['p50_us']) / 1e6:.1f} s, max {int(row['max_us']) / 1e6:.1f} s; "
                  f"memory at most {int(row['pss_most_kib']) / 1024:.0f} MiB\n")


rows = read(sys.argv[1])
print(f"\n### {sys.argv[1].rsplit('/', 1)[-1]}\n")
load_table(rows)
for test in ("udp6", "udp4", "tcp6", "hits", "dns64", "plain", "misses-validated", "misses-plain"):
    rate_table(rows, test)
dead_table(rows)
crowd_table(rows)
