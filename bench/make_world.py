#!/usr/bin/env python3
"""The world that resolvers are measured in: make_world.py FOLDER

  root.zone   .: delegates bench. and z0. to z199.
  bench.zone  bench.: 100,000 names with AAAA and A, 20,000 with A alone
  z.zone      the same for every zN.: a wildcard; unsigned
  hit.q       20,000 names; hit64.q and hit4.q: AAAA and A of the names that have A alone; miss.q: every name once
  first.q, later.q   names of z0. to z99. and of z100. to z199., each once
"""
import pathlib
import random
import sys

ZONES = 200
SOA = "{0} 3600 IN SOA ns1.{1} hostmaster.{1} 2026112201 7200 3600 1209600 3600\n"


def delegation(zone, v6, v4):
    return "".join(f"{zone} 86400 IN NS ns{i}.{zone}\nns{i}.{zone} 86400 IN AAAA {v6}\nns{i}.{zone} 86400 IN A {v4}\n"
                   for i in (1, 2))


def root_zone(path):
    with open(path, "w") as out:
        out.write(SOA.format(".", "bench.") + ". 518400 IN NS a.root.\na.root. 518400 IN AAAA fd00:53::1\n"
                  "a.root. 518400 IN A 127.0.53.1\n" + delegation("bench.", "fd00:53::2", "127.0.53.2"))
        for i in range(ZONES):
            out.write(delegation(f"z{i}.", f"fd{i + 1:02x}:53::53", f"127.0.54.{i + 1}"))


def bench_zone(path):
    rng = random.Random(56)
    both = [f"{rng.getrandbits(24):x}-{i}.bench." for i in range(100_000)]
    only4 = [f"{rng.getrandbits(24):x}-v4-{i}.bench." for i in range(20_000)]
    with open(path, "w") as out:
        out.write(SOA.format("bench.", "bench.") + delegation("bench.", "fd00:53::2", "127.0.53.2"))
        for name in both:
            out.write(f"{name} 3600 IN AAAA 2001:db8:{rng.getrandbits(16):x}::{rng.randint(1, 65535):x}\n")
        for name in both + only4:
            out.write(f"{name} 3600 IN A 198.51.100.{rng.randint(1, 254)}\n")
    return both, only4


def z_zone(path):
    with open(path, "w") as out:
        out.write("@ 3600 IN SOA ns1 hostmaster 1 7200 3600 1209600 3600\n@ 86400 IN NS ns1\n* 3600 IN A 192.0.2.1\n"
                  "* 3600 IN AAAA 2001:db8::1\n")


def questions(path, rows):
    path.write_text("".join(f"{name} {rdtype} {flag}\n" for name, rdtype, flag in rows))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    root_zone(folder / "root.zone")
    z_zone(folder / "z.zone")
    both, only4 = bench_zone(folder / "bench.zone")
    rng = random.Random(57)
    questions(folder / "hit.q", [(name, rng.choice(("AAAA", "A")), rng.choices("-ED", (30, 30, 40))[0])
                                 for name in rng.sample(both, 20_000)])
    flags = rng.choices("-E", k=len(only4))
    questions(folder / "hit64.q", [(name, "AAAA", flag) for name, flag in zip(only4, flags)])
    questions(folder / "hit4.q", [(name, "A", flag) for name, flag in zip(only4, flags)])
    questions(folder / "miss.q", [(name, rng.choice(("AAAA", "A")), "E") for name in rng.sample(both, len(both))])
    questions(folder / "first.q", [(f"n{i}.z{rng.randrange(100)}.", "A", "E") for i in range(10_000)])
    questions(folder / "later.q", [(f"n{i}.z{rng.randrange(100, 200)}.", "A", "E") for i in range(10_000)])


main()
