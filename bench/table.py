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
    print("| server | first answer, ms | memory, octets a record |\n|---|---|---|")
    for (test, server), runs in rows.items():
        if test == "load":
            print(f"| {server} | {median(runs, 'ready_ms'):.0f} | {median(runs, 'pss_kib') * 1024 / float(runs[0]['records']):.0f} |")
    print()


def rate_table(rows, test):
    servers = [server for (t, server) in rows if t == test]
    if not servers:
        return
    print(f"| {test} | answers/s | of the best peer or limit | CPU ns/answer | p50 us | mean octets | clean runs |\n|---|---|---|---|---|---|---|")
    clean = {s: [r for r in rows[test, s] if float(r.get("busy", 0)) >= .9] for s in servers}
    used = {s: clean[s] or [r for r in rows[test, s] if "qps" in r] for s in servers}
    base = "reflect" if "reflect" in servers else "knot"
    for s in servers:
        if not used[s]:
            continue
        ratio = median(used[s], "qps") / median(used[base], "qps") if used.get(base) else float("nan")
        mark = "" if clean[s] else "~"
        print(f"| {s} | {mark}{median(used[s], 'qps'):.0f} | {ratio:.2f} of {base} | {min(float(r['cpu_ns']) for r in used[s]):.0f} | "
              f"{median(used[s], 'p50_us'):.0f} | {median(used[s], 'mean_octets'):.0f} | {len(clean[s])}/{len(rows[test, s])} |")
    print()


rows = read(sys.argv[1])
print(f"\n### {sys.argv[1].rsplit('/', 1)[-1]}\n")
load_table(rows)
for test in ("udp6", "udp4", "tcp6"):
    rate_table(rows, test)
