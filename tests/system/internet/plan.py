"""What there is in the test internet: zones, their servers, what the parent says of them, and who can resolve them.

Addresses are of documentation ranges. Each zone has a /32 of IPv6 of its own (of 3fff::/20, RFC 9637), so that what a
resolver learns of one zone's addresses says nothing of another's.
"""
import base64
import dataclasses
import itertools

import dns.reversename

NETWORKS = ("ipv6", "ipv4", "dual", "nat64")
NAT64_PREFIX = "2001:db8:64::"  # a /96 of the network's own: 64:ff9b::/96 must not map 192.0.2.0/24 (RFC 6052 3.1)
ALL = frozenset(NETWORKS)
OVER_IPV6 = frozenset(("ipv6", "dual", "nat64"))
OVER_IPV4 = frozenset(("ipv4", "dual", "nat64"))
OVER_BOTH = frozenset(("dual", "nat64"))
NOWHERE = frozenset()
WITHIN_MS = 200  # of the first contact with a zone that has one live address
TRAP_IPV4 = "198.51.100.250"  # what the embedded addresses lead to: a server that answers everything wrongly
TRAP_ANSWERS = ("2001:db8:bad::1", "203.0.113.251")


@dataclasses.dataclass(frozen=True)
class Host:
    """A name server. glue: what the parent says, live: where it answers; each is what the child says unless given."""

    name: str
    child: tuple = ()
    glue: tuple = None
    live: tuple = None

    def at_parent(self):
        return self.child if self.glue is None else self.glue

    def answering(self):
        return self.child if self.live is None else self.live


@dataclasses.dataclass(frozen=True)
class Zone:
    name: str
    operator: str  # who serves it: a key of operators.OPERATORS or a behaviour of odd_server.py
    hosts: tuple
    records: str = ""
    is_signed: bool = False
    fault: str = ""  # of the signatures: bogus, aaaa-bogus, expired, expiring, ds (that of the parent is of another key)
    strays: tuple = ()  # ((operator, address), ...): servers there that know nothing of the zone
    www: bool = True
    bare: tuple = ()  # addresses that serve the zone without its signatures
    old: tuple = ()  # addresses that still serve the version before, in which www has OLD alone

    def relative(self, name):
        return name + "." if not name.endswith("." + self.name) else name[:-len(self.name) - 1]

    def is_own(self, name):
        return self.name == "" or name.endswith("." + self.name)


@dataclasses.dataclass(frozen=True)
class Row:
    """A name to ask; answers come within WITHIN_MS. where: {type: networks on which it is answered}; answers: what it says, {} for no record."""

    label: str
    name: str
    where: dict
    answers: dict


OLD = {"AAAA": "2001:db8:f::dead", "A": "192.0.2.99"}
NUMBERS = itertools.count(0x10)
ZONES, ROWS = [], []


def six(number, host=1):
    return f"3fff:{number:x}:{host:x}::1"


def four(number, host=1):
    """Of three /16; 192.0.2.0/25 is for places."""
    return (f"198.51.100.{number}", f"203.0.113.{number}", f"192.0.2.{128 + number}")[(number + host) % 3]


def data_of(number):
    return {"AAAA": f"2001:db8:f::{number:x}", "A": f"192.0.2.{number}"}


def add(name, operator, hosts, label="", where=ALL, records="", **more):
    """hosts: function of the zone's number, as its addresses follow from it."""
    number = next(NUMBERS)
    data = data_of(number)
    www = f"www AAAA {data['AAAA']}\nwww A {data['A']}\nagain AAAA {data['AAAA']}\nagain A {data['A']}\n"
    if not more.get("www", True):
        www = ""
    found = hosts(number)
    strays = more.pop("strays", lambda number: ())(number)
    old, bare = (more.pop(key, lambda number: ())(number) for key in ("old", "bare"))
    ZONES.append(Zone(name, operator, tuple(found), www + records, strays=strays, old=old, bare=bare, **more))
    where = where if isinstance(where, dict) else {"AAAA": where, "A": where}
    if label:
        ROWS.append(Row(label, f"www.{name}.", where, data))
    return data


def both(name):
    """Two servers, each with both families, each address alive."""
    return lambda n: [Host(f"ns{i}.{name}", (six(n, i), four(n, i))) for i in (1, 2)]


def one(name, child, **more):
    """One server; child and the rest: functions of the number."""
    return lambda n: [Host(f"ns1.{name}", child(n), **{key: value(n) for key, value in more.items()})]


def pair(n):
    return (six(n), four(n))


def only_six(n):
    return (six(n),)


def only_four(n):
    return (four(n),)


# --- Root and top-level domains ---

ROOT_HOSTS = (Host("a.root-servers.lab", ("3fff:1::53", "198.51.100.1")),
              Host("b.root-servers.lab", ("3fff:2::53", "203.0.113.1")))
LAB_HOSTS = (Host("a.nic.lab", ("3fff:3::53", "198.51.100.2")), Host("b.nic.lab", ("3fff:4::53", "203.0.113.2")))
FOUR_HOSTS = (Host("a.nic.four", ("198.51.100.3",)), Host("b.nic.four", ("203.0.113.3",)))
SIX_HOSTS = (Host("a.nic.six", ("3fff:5::53",)), Host("b.nic.six", ("3fff:6::53",)))
ARPA_HOSTS = (Host("a.nic.arpa", ("3fff:7::53", "198.51.100.4")), Host("b.nic.arpa", ("3fff:8::53", "203.0.113.4")))
# Two operators each: (operator, host). Processes of their own, lest the root answer for the leaves.
UPPER = {"": (("sextant", ROOT_HOSTS[0]), ("nsd", ROOT_HOSTS[1])), "lab": (("nsd", LAB_HOSTS[0]), ("knot", LAB_HOSTS[1])),
         "four": (("bind", FOUR_HOSTS[0]), ("knot", FOUR_HOSTS[1])), "six": (("sextant", SIX_HOSTS[0]), ("bind", SIX_HOSTS[1])), "arpa": (("nsd", ARPA_HOSTS[0]), ("knot", ARPA_HOSTS[1]))}

# --- Zones that differ by their servers' families ---

DUAL = add("dual.lab", "sextant", both("dual.lab"), "dual stack", records="c2 CNAME c3.good.lab.\n")
IPV6_ONLY = add("v6only.lab", "nsd", one("v6only.lab", only_six), "IPv6 only", OVER_IPV6)
IPV4_ONLY = add("v4only.lab", "knot", one("v4only.lab", only_four), "IPv4 only", OVER_IPV4)
add("split.lab", "bind", lambda n: [Host("ns1.split.lab", (six(n),)), Host("ns2.split.lab", (four(n, 2),))],
    "one server of each family")
add("aglue.lab", "nsd", one("aglue.lab", pair, glue=only_four), "A glue alone, the child has AAAA", OVER_IPV4)
add("aaaaglue.lab", "knot", one("aaaaglue.lab", pair, glue=only_six), "AAAA glue alone, the child has A", OVER_IPV6)
# what the child says of its server must not take away the glue by which it is reached.
CHILDLESS = add("childless.lab", "bind", one("childless.lab", only_four, glue=pair, live=pair), "no AAAA in the child, but glue")
add("dual.four", "knot", both("dual.four"), "IPv4-only parent", OVER_IPV4)
add("dual.six", "nsd", both("dual.six"), "IPv6-only parent", OVER_IPV6)
add("mixed.six", "knot", one("mixed.six", only_four), "IPv6-only parent, IPv4-only server", OVER_BOTH)
NAMES4 = add("names4.lab", "bind", one("names4.lab", only_four),
             records="ns1.serves AAAA 3fff:80::1\nns1.serves A 203.0.113.200\n")
add("sibling.lab", "nsd", lambda n: [Host("ns1.serves.names4.lab", live=("3fff:80::1", "203.0.113.200"))],
    "servers named in an IPv4-only zone", OVER_IPV4)

# --- Dead addresses ---

add("dead6.lab", "sextant", one("dead6.lab", pair, live=only_four), "AAAA dead", OVER_IPV4)
add("dead4.lab", "nsd", one("dead4.lab", pair, live=only_six), "A dead", OVER_IPV6)
add("half.lab", "knot", lambda n: [Host("ns1.half.lab", (six(n), four(n)), live=()), Host("ns2.half.lab", (six(n, 2), four(n, 2)))],
    "one server of two dead")
add("eight.lab", "bind", lambda n: [Host(f"ns{i}.eight.lab", (six(0x90 + i),), live=()) for i in range(1, 9)] +
    [Host("ns9.eight.lab", (four(n),))], "eight dead IPv6 servers, one IPv4", OVER_IPV4)
add("grave.lab", "nsd", one("grave.lab", pair, live=lambda n: ()), "all dead", NOWHERE)
add("nohost.lab", "sextant", lambda n: [Host("ns1.absent.good.lab")], "servers without any address", NOWHERE)

# --- Addresses that are none for a name server: RFC 10001 4.1 ---

add("mapped.lab", "knot", one("mapped.lab", lambda n: (f"::ffff:{TRAP_IPV4}", four(n)), live=only_four),
    "IPv4-mapped AAAA beside an A", OVER_IPV4)
add("compatible.lab", "nsd", one("compatible.lab", lambda n: (f"::{TRAP_IPV4}", four(n)), live=only_four),
    "IPv4-compatible AAAA beside an A", OVER_IPV4)
add("embedded.lab", "bind", one("embedded.lab", lambda n: (f"64:ff9b::{TRAP_IPV4}", four(n)), live=only_four),
    "64:ff9b::/96 AAAA beside an A", OVER_IPV4)
add("linklocal.lab", "knot", one("linklocal.lab", lambda n: ("fe80::53", six(n), four(n)), live=pair),
    "link-local AAAA beside good ones")

# Inside the NAT64 prefix of the network; and servers that are one, or side by side.
add("pref64.lab", "knot", one("pref64.lab", lambda n: (f"{NAT64_PREFIX}{four(n)}", four(n)), live=only_four))
add("shared.lab", "nsd", lambda n: [Host(f"ns{i}.shared.lab", pair(n), live=pair(n) if i == 1 else ()) for i in (1, 2)])
add("near.lab", "bind", lambda n: [Host(f"ns{i}.near.lab", (f"3fff:{n:x}:1::{i}", f"198.53.{n}.{i}")) for i in (1, 2)])

# --- Sizes ---

# BIND takes no more than 100 records of a set.
BIG = "".join(f"www AAAA 2001:db8:f:1::{i:x}\n" for i in range(1, 70)) + "".join(f"www A 192.0.2.{i}\n" for i in range(1, 95))
MIDDLE = "".join(f"www AAAA 2001:db8:f:1::{i:x}\n" for i in range(1, 35)) + "".join(f"www A 192.0.2.{i}\n" for i in range(1, 61))
# Further names with a large answer in hole.lab: wide1, wide2, ...
WIDE = [f"wide{number}" for number in range(1, 9)]
MIDDLE += "".join(f"{name} AAAA 2001:db8:f:1::{i:x}\n" for name in WIDE for i in range(1, 35))
# The apex of hole.lab has answers of 780 and of 835 octets, without TXT and MX none of more than 300.
HOLE_PASSED, HOLE_LOST = 780, 835
MIDDLE += f'@ TXT "{"a" * 255}" "{"b" * 255}" "{"c" * 218}"\n' + "".join(f"@ MX 10 mx{i}\n" for i in range(10, 48))
add("big.lab", "nsd", both("big.lab"), "1280-octet path, ICMP lost, large answer", records=BIG)
add("hole.lab", "knot", both("hole.lab"), "datagrams over 800 octets lost", records=MIDDLE)

# --- Servers that err ---

add("lame.lab", "knot", lambda n: [Host("ns1.lame.lab", (six(n), four(n)), live=()), Host("ns2.lame.lab", (six(n, 2), four(n, 2)))],
    "one server of two lame", strays=lambda n: (("bind", six(n)), ("bind", four(n))))
add("lamer.lab", "knot", one("lamer.lab", pair, live=lambda n: ()), "all servers lame", NOWHERE,
    strays=lambda n: (("nsd", six(n)), ("nsd", four(n))))
add("stream.lab", "truncates", one("stream.lab", pair), "answers over TCP alone (TC)")
add("formerr.lab", "formerr", one("formerr.lab", pair), "FORMERR to EDNS")
add("mute.lab", "mute-aaaa", one("mute.lab", pair), "silent when asked for AAAA", {"AAAA": NOWHERE, "A": ALL})
add("guessed.lab", "guessed", one("guessed.lab", pair))

add("nxaaaa.lab", "nx-aaaa", both("nxaaaa.lab"))
add("twofaced.lab", "two-faced", both("twofaced.lab"))
add("baretc.lab", "bare-tc", both("baretc.lab"), records="".join(f"www AAAA 2001:db8:f:1::{i:x}\n" for i in range(1, 20)))
# Serials: over IPv4 an old one, always or for the first seconds of each client.
add("behind.lab", "stale", both("behind.lab"))
add("lagging.lab", "lagging", both("lagging.lab"))
# Not signed: what counts is the size of the answer.
add("keys.lab", "nsd", both("keys.lab"),
    records="".join(f"@ DNSKEY 256 3 13 {base64.b64encode(bytes([i] * 64)).decode()}\n" for i in range(1, 17)))

# --- Signed zones ---

GOOD = add("good.lab", "bind", both("good.lab"), "signed, good", is_signed=True, records="c3 CNAME www.dual.lab.\n")
add("bogus.lab", "nsd", both("bogus.lab"), "signed, bogus", NOWHERE, is_signed=True, fault="bogus")
add("expired.lab", "knot", both("expired.lab"), "signed, expired", NOWHERE, is_signed=True, fault="expired")
EXPIRING = add("expiring.lab", "bind", both("expiring.lab"), is_signed=True, fault="expiring")
add("aaaabogus.lab", "sextant", both("aaaabogus.lab"), "signed, AAAA alone bogus", {"AAAA": NOWHERE, "A": ALL}, is_signed=True,
    fault="aaaa-bogus")

# --- Referrals that do not fit ---

def crowd(name, count):
    return lambda n: [Host(f"ns{i}{name}", (six(n, i), f"198.52.{n}.{i}")) for i in range(1, count + 1)]


def delegation(name):
    """What the parent of the zone that was added last says of it."""
    return "".join(f"{name} NS {host.name}.\n" + "".join(
        f"{host.name}. {'AAAA' if ':' in address else 'A'} {address}\n" for address in host.child) for host in ZONES[-1].hosts)


add("crowd.lab", "nsd", crowd(".crowd.lab", 8))
add("throng.lab", "nsd", crowd("-is-one-of-the-many-name-servers-of-the-throng.throng.lab", 13))
# Its parent is ours, and truncates as RFC 9471 wants.
add("kin.family.lab", "nsd", crowd(".kin.family.lab", 8))
add("family.lab", "sextant", both("family.lab"), records=delegation("kin"))
# Its parent leaves AAAA out where there is no room, and says nothing.
add("kid.parent.lab", "sextant", crowd(".kid.parent.lab", 8))
add("parent.lab", "drops-aaaa", both("parent.lab"), records=delegation("kid"))

# --- Aliases ---

add("chain.lab", "nsd", both("chain.lab"), records="c1 CNAME c2.dual.lab.\nfar CNAME www.v4only.lab.\n")
add("dname.lab", "knot", both("dname.lab"), records="old DNAME dual.lab.\n")
ROWS += [
    Row("CNAMEs through three zones", "c1.chain.lab.", {"AAAA": ALL, "A": ALL}, DUAL),
    Row("CNAME into an IPv4-only zone", "far.chain.lab.", {"AAAA": OVER_IPV4, "A": OVER_IPV4}, IPV4_ONLY),
    Row("DNAME", "www.old.dname.lab.", {"AAAA": ALL, "A": ALL}, DUAL),
    Row("that server's addresses themselves", "ns1.childless.lab.", {"AAAA": ALL, "A": ALL}, {}),
    Row("that zone again", "again.childless.lab.", {"AAAA": ALL, "A": ALL}, CHILDLESS),
    Row("no such name, signed", "absent.good.lab.", {"AAAA": ALL, "A": ALL}, {}),
]

# --- What only the wire shows ---

add("fragments.lab", "nsd-large", both("fragments.lab"), records=BIG)
add("single.lab", "single", one("single.lab", pair), records="_dns.ns1 SVCB 1 ns1.single.lab. alpn=dot,h2 key7=/dns-query{?dns}\n")
add("tls.lab", "bind-tls", both("tls.lab"),
    records="_dns.ns1 SVCB 1 ns1.tls.lab. alpn=dot\n_dns.ns1 SVCB 2 ns1.tls.lab. alpn=h2 dohpath=/dns-query{?dns}\n"
            "_dns.ns2 SVCB 1 ns2.tls.lab. alpn=h2,dot dohpath=/q{?dns}\n")

# --- What doctor is to find: an old version over one family, servers that do not know AAAA, one transport lost ---

add("stale.lab", "nsd", lambda n: [Host("ns1.stale.lab", (six(n), four(n))), Host("ns2.stale.lab", (six(n, 2), four(n, 2)), live=(four(n, 2),))],
    old=lambda n: (six(n, 2),))
add("notcp.lab", "knot", both("notcp.lab"))  # TCP, and nothing else, is lost on the way to doctor's host
add("noudp.lab", "nsd", both("noudp.lab"))  # UDP is
add("nostream.lab", "no-tcp", one("nostream.lab", pair))
add("bare.lab", "nsd", one("bare.lab", pair, live=only_four), is_signed=True, bare=only_six)
add("wrongds.lab", "knot", both("wrongds.lab"), is_signed=True, fault="ds")
WEB = {name: {"AAAA": f"2001:db8:f:443::{number:x}", "A": f"192.0.2.{244 + number}"} for number, name in
       enumerate(("fine", "six-refused", "six-silent", "port", "down"), 1)}
add("web.lab", "bind", both("web.lab"), records="".join(
    f"{name} {rrtype} {address}\n" for name, data in WEB.items() for rrtype, address in data.items()) +
    "port HTTPS 1 . port=8443\nlocal AAAA fe80::80\nlocal A 192.0.2.245\nlegacy A 192.0.2.245\n"
    "private AAAA fd00::80\nprivate A 10.0.0.80\nnopointer AAAA 2001:db8:f:443::99\nnopointer A 192.0.2.249\n", is_signed=True)

# --- Service names: what is wrong with each is beside it ---

SERVICES6, SERVICES4 = "2001:db8:f:5::", "192.0.2.23"  # and a digit
add("service.lab", "bind", both("service.lab"), records=f"""@ MX 10 mx1
@ MX 20 mx2
mx1 AAAA {SERVICES6}1
mx1 A {SERVICES4}1
mx2 AAAA {SERVICES6}2
mx2 A {SERVICES4}2
plain A {SERVICES4}3
ok AAAA {SERVICES6}4
ok A {SERVICES4}4
alias CNAME ok
bogus CNAME www.aaaabogus.lab.
short AAAA {SERVICES6}5
hint AAAA {SERVICES6}6
hint A {SERVICES4}6
hint HTTPS 1 . ipv4hint=192.0.2.99
_8443._https.hint HTTPS 1 hint ipv4hint={SERVICES4}6
fine HTTPS 1 hint ipv4hint={SERVICES4}6 ipv6hint={SERVICES6}6
embedded AAAA 64:ff9b::{SERVICES4}1
far AAAA 3fff:ffff:9::1
single AAAA 2001:db8:aa::1
""")
# mx2's IPv6 address has no PTR, and its IPv4 address another host's.
POINTERS = {f"{SERVICES6}1": "mx1", f"{SERVICES6}4": "ok", f"{SERVICES6}6": "hint", f"{SERVICES4}1": "mx1", f"{SERVICES4}2": "mx1",
            f"{SERVICES4}3": "plain", f"{SERVICES4}6": "hint"}
REVERSE6, REVERSE4 = "f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2.0.192.in-addr.arpa"
# A hand forgot four nibbles of short's name; ok's IPv4 address is by way of RFC 2317.
ODD_POINTERS = {REVERSE6: f"5{'.0' * 15} PTR short.service.lab.\n",
                REVERSE4: "234 CNAME 234.224-239\n234.224-239 PTR ok.service.lab.\n"}
REVERSE_SINGLE = "a.a.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
add(REVERSE_SINGLE, "bind", one(REVERSE_SINGLE, only_four), records="1" + ".0" * 19 + " PTR single.service.lab.\n", www=False)

# --- Reverse zones: every address of a service has a PTR, but for those of OLD and of nopointer.web.lab ---

REVERSE = {dns.reversename.from_address(address).to_text(): f"{name}.web.lab." for name, data in WEB.items() for address in data.values()}
for number, zone in enumerate(ZONES, 0x10):
    if zone.www:
        REVERSE |= {dns.reversename.from_address(address).to_text(): f"www.{zone.name}." for address in data_of(number).values()}
REVERSE |= {dns.reversename.from_address(address).to_text(): f"{name}.service.lab." for address, name in POINTERS.items()}
# Of name servers those of chain.lab have none, and those of dname.lab another host's.
for zone in [zone for zone in ZONES if zone.name != "chain.lab"]:
    REVERSE |= {dns.reversename.from_address(address).to_text(): "elsewhere.lab." if zone.name == "dname.lab" else host.name + "."
                for host in zone.hosts for address in host.answering()}
for name in (REVERSE6, "f.f.f.3.ip6.arpa", REVERSE4, "100.51.198.in-addr.arpa", "113.0.203.in-addr.arpa"):
    add(name, "nsd", both(name), www=False, records=ODD_POINTERS.get(name, "") + "".join(
        f"{owner} PTR {target}\n" for owner, target in REVERSE.items() if owner.endswith(f".{name}.")))


assert len({zone.name for zone in ZONES}) == len(ZONES), "two zones of one name"


def zone_named(name):
    return next(zone for zone in ZONES if zone.name == name)


def is_below_a_leaf(zone):
    """Delegated by another zone of the plan, which says so in its records."""
    return any(zone.name.endswith("." + other.name) for other in ZONES)


def addresses_of(zone):
    """Every address that parent or child gives for the zone's servers."""
    return {address for host in zone.hosts for address in (*host.child, *host.at_parent(), *host.answering())}
