#!/usr/bin/env python3
"""Zones and questions of the benchmark, from a fixed seed: make_zones.py FOLDER

  hosts.zone  hosts.example.: 100,000 names of mixed types, delegations, a wildcard
  tld.zone    tld.: 1 M records, delegations with and without glue, some DS, in random order
  *.q         500,000 questions each: 70 % existing names, 20 % NXDOMAIN, 10 % other; 30 % plain, 30 % EDNS, 40 % DO
"""
import pathlib
import random
import sys

SYLLABLES = "ba be bo da de do fa fi ga go ka ke ki la le lo ma me mi na ne no pa po ra re ri sa se so ta te ti va ve za".split()
HEAD = """{0} 3600 IN SOA ns1.{0} hostmaster.{0} 2026112201 7200 3600 1209600 3600
{0} 86400 IN NS ns1.{0}
{0} 86400 IN NS ns2.{0}
ns1.{0} 86400 IN AAAA 2001:db8::1
ns1.{0} 86400 IN A 192.0.2.1
ns2.{0} 86400 IN AAAA 2001:db8::2
ns2.{0} 86400 IN A 192.0.2.2
"""


def labels(rng, count):
    seen = set()
    while len(seen) < count:
        word = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 5)))
        seen.add(word + (str(rng.randint(0, 999)) if rng.random() < .3 else ""))
    words = sorted(seen)
    rng.shuffle(words)
    return words


def ipv6(rng):
    return f"2001:db8:{rng.getrandbits(16):x}:{rng.getrandbits(16):x}::{rng.randint(1, 65535):x}"


def ipv4(rng):
    return f"192.0.2.{rng.randint(1, 254)}"


def delegation(rng, out, name, ttl):
    for i in (1, 2):
        out.write(f"{name} {ttl} IN NS ns{i}.{name}\nns{i}.{name} {ttl} IN AAAA {ipv6(rng)}\n"
                  f"ns{i}.{name} {ttl} IN A {ipv4(rng)}\n")


def digest(rng, out, name, ttl):
    out.write(f"{name} {ttl} IN DS {rng.randint(1, 65535)} 13 2 {rng.getrandbits(256):064X}\n")


def hosts_zone(path, zone, count):
    rng, existing, cuts = random.Random(53), [], []
    with open(path, "w") as out:
        out.write(HEAD.format(zone) + f"*.wild.{zone} 300 IN AAAA 2001:db8::77\n*.wild.{zone} 300 IN A 192.0.2.77\n")
        for label in labels(rng, count):
            name, dice, ttl = f"{label}.{zone}", rng.random(), rng.choice((300, 3600, 86400))
            if dice < .05:
                delegation(rng, out, name, ttl)
                if rng.random() < .4:
                    digest(rng, out, name, ttl)
                cuts.append(name)
            elif dice < .12 and existing:
                out.write(f"{name} {ttl} IN CNAME {rng.choice(existing)[0]}\n")
            else:
                types = [t for t, share in (("AAAA", .7), ("A", .9), ("MX", .08), ("TXT", .08)) if rng.random() < share] or ["A"]
                for rdtype in types:
                    data = {"AAAA": ipv6(rng), "A": ipv4(rng), "MX": f"10 ns1.{zone}", "TXT": '"v=spf1 -all"'}[rdtype]
                    out.write(f"{name} {ttl} IN {rdtype} {data}\n")
                existing.append((name, [t for t in types if t in ("A", "AAAA")] or types))
    return existing, cuts


def tld_zone(path, zone, count):
    rng, cuts = random.Random(54), []
    with open(path, "w") as out:
        out.write(HEAD.format(zone))
        for label in labels(rng, count):
            name = f"{label}.{zone}"
            if rng.random() < .4:
                delegation(rng, out, name, 86400)
            else:
                host = f"{rng.choice(SYLLABLES)}{rng.randint(0, 400)}"
                out.write(f"{name} 86400 IN NS ns1.{host}.example.\n{name} 86400 IN NS ns2.{host}.example.\n")
            if rng.random() < .3:
                digest(rng, out, name, 86400)
            cuts.append(name)
    return [], cuts


def question(rng, zone, existing, cuts):
    dice = rng.random()
    if dice < .70 and existing and rng.random() < .93:
        name, types = rng.choice(existing)
        return name, rng.choice(types)
    if dice < .70:
        return rng.choice(("www.", "mail.", "")) + rng.choice(cuts), rng.choice(("AAAA", "A"))
    if dice < .90:
        return f"nx{rng.getrandbits(40):x}.{zone}", rng.choice(("AAAA", "A"))
    if dice < .93:
        return zone, rng.choice(("SOA", "NS", "DNSKEY", "MX"))
    if dice < .96 and existing:
        return rng.choice(existing)[0], rng.choice(("MX", "TXT", "HTTPS"))
    if dice < .98 and existing:
        return f"h{rng.getrandbits(20):x}.wild.{zone}", rng.choice(("AAAA", "A"))
    return rng.choice(cuts), rng.choice(("DS", "NS"))


def questions(path, zone, existing, cuts, count=500_000):
    rng = random.Random(55)
    with open(path, "w") as out:
        for _ in range(count):
            out.write("%s %s %s\n" % (*question(rng, zone, existing, cuts), rng.choices("-ED", (30, 30, 40))[0]))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    questions(folder / "hosts.q", "hosts.example.", *hosts_zone(folder / "hosts.zone", "hosts.example.", 100_000))
    questions(folder / "tld.q", "tld.", *tld_zone(folder / "tld.zone", "tld.", 256_000))


main()
