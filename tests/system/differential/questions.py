"""The questions of the differential test, from the names of a zone file and a fixed seed."""
import random

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.zone

TYPES = ("A", "AAAA", "MX", "NS", "SOA", "TXT", "DS", "DNSKEY", "CNAME", "DNAME", "PTR", "SRV", "CAA", "HTTPS", "NSEC",
         "NSEC3PARAM", "TYPE65280", "ANY")
COMMON = ("A", "AAAA", "MX", "NS", "DS", "TXT")


def names_of(zone, path):
    """Every owner but hashed ones, the names between them and the apex, and the names of delegated servers."""
    apex = dns.name.from_text(zone)
    content = dns.zone.from_file(str(path), origin=apex, relativize=False, check_origin=False)
    found = {apex}
    for name, node in content.items():
        if any(rds.rdtype == dns.rdatatype.NSEC3 for rds in node.rdatasets):
            continue
        while name != apex and name not in found and name.is_subdomain(apex):
            found.add(name)
            name = name.parent()
    return sorted(found)


def variants(name, rng):
    """The name, names below it, beside it, and the name a wildcard stands for."""
    yield name
    for label in ("x", "zz.y", "*", "a", "ns1"):
        try:
            yield dns.name.from_text(label, origin=name)
        except dns.exception.DNSException:
            continue
    if len(name) > 1 and name.labels[0] != b"":
        beside = rng.choice((b"0", b"~", b"nx%d" % rng.randint(0, 99), name.labels[0] + b"0", b"A" + name.labels[0][1:]))
        yield dns.name.Name((beside,) + name.labels[1:])


def mix_case(name, rng):
    """Upper and lower case at random (0x20): the reply must give the question back to the letter."""
    return dns.name.Name([bytes(rng.choice((c, c ^ 0x20)) if chr(c).isalpha() else c for c in label) for label in name.labels])


def message(name, rdtype, mode, rng):
    query = dns.message.make_query(name, rdtype, use_edns=False if mode == "plain" else 0, payload=rng.choice((512, 1232, 4096)),
                                   want_dnssec=mode == "do", id=rng.randint(0, 65535))
    if rng.random() < .5:
        query.flags &= ~dns.flags.RD
    if rng.random() < .1:
        query.flags |= dns.flags.CD
    return query


def questions(zones, count, seed=10001):
    """count (case, wire, family, tcp): every name of every zone is asked, the rest is drawn from the same urn."""
    rng = random.Random(seed)
    urn = []
    for zone, path in zones.items():
        for name in names_of(zone, path):
            urn += [(variant, rdtype) for variant in variants(name, rng) for rdtype in COMMON]
            urn += [(name, rdtype) for rdtype in TYPES]
    urn += [(dns.name.from_text(n), t) for n in ("outside.example.", "test.", ".", "arpa.") for t in COMMON]
    rng.shuffle(urn)
    while len(urn) < count:
        urn += rng.sample(urn, min(len(urn), count - len(urn)))
    for name, rdtype in urn[:count]:
        mode = rng.choices(("plain", "edns", "do"), (2, 3, 5))[0]
        family, tcp = rng.choice(("ipv6", "ipv4")), rng.random() < .03
        try:
            query = message(mix_case(name, rng) if rng.random() < .2 else name, rdtype, mode, rng)
            wire = query.to_wire()
        except dns.exception.DNSException:
            continue
        yield f"{name} {rdtype} {mode} {family}{' tcp' if tcp else ''}", wire, family, tcp
