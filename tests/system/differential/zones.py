"""The zones of the differential test: hand-written corners, random ones from a fixed seed, and signed twins."""
import pathlib
import random
import shutil
import subprocess

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "zones"

HEAD = """$TTL 3600
@ IN SOA ns1 hostmaster ( 2026112201 7200 3600 1209600 300 )
  IN NS ns1
  IN NS ns2
ns1 IN AAAA 2001:db8:1::1
ns1 IN A 192.0.2.1
ns2 IN AAAA 2001:db8:1::2
ns2 IN A 192.0.2.2
"""

# RFC 4592 2.2.1's zone, with more of its kind.
WILD = HEAD + """
* 3600 IN TXT "this is a wildcard"
* IN MX 10 host1
sub.* IN TXT "this is not a wildcard"
host1 IN A 192.0.2.10
_ssh._tcp.host1 IN SRV 0 0 22 host1
_ssh._tcp.host2 IN SRV 0 0 22 host1
subdel IN NS ns.example.org.
subdel IN NS ns.example.net.
a.b.c.ent IN AAAA 2001:db8::e
*.ent IN A 192.0.2.11
*.deep.ent IN CNAME host1
*.nsw IN AAAA 2001:db8::11
x.y.nsw IN A 192.0.2.12
Mixed.Case IN A 192.0.2.13
*.mixed IN A 192.0.2.14
"""

ALIAS = HEAD + """
one IN CNAME two
two IN CNAME three
three IN A 192.0.2.20
three IN AAAA 2001:db8::20
out IN CNAME www.example.org.
dangling IN CNAME nothere
loop1 IN CNAME loop2
loop2 IN CNAME loop1
self IN CNAME self
cross IN CNAME inst.wild.test.
crossnx IN CNAME nothere.deleg.test.
towild IN CNAME x.w
*.w IN A 192.0.2.21
*.wc IN CNAME three
todel IN CNAME www.sub
sub IN NS ns.sub
ns.sub IN AAAA 2001:db8::22
ns.sub IN A 192.0.2.22
todname IN CNAME x.d
d IN DNAME wild.test.
toent IN CNAME ent
a.ent IN A 192.0.2.23
""" + "".join(f"c{i} IN CNAME c{i + 1}\n" for i in range(8)) + "c8 IN AAAA 2001:db8::c8\n"

DNAME = HEAD + """
d1 IN DNAME wild.test.
d2 IN DNAME target
a.target IN A 192.0.2.30
*.target IN AAAA 2001:db8::30
d3 IN DNAME nothere.example.
d3 IN TXT "beside a DNAME"
d4 IN DNAME d2
long IN DNAME """ + ".".join(["a" * 60] * 3) + """.example.
root IN DNAME .
*.wd IN TXT "x"
"""

DNAME_APEX = HEAD.replace("ns1\n", "ns1.wild.test.\n").split("ns1 IN AAAA")[0].replace(
    "SOA ns1 ", "SOA ns1.wild.test. ").replace("NS ns1\n", "NS ns1.wild.test.\n").replace(
    "NS ns2\n", "NS ns2.wild.test.\n") + "@ IN DNAME wild.test.\n"

TYPES = HEAD + """
@ IN MX 10 mail
@ IN MX 20 mail.example.org.
@ IN TXT "v=spf1 ip6:2001:db8::/32 -all" "two"
@ IN CAA 0 issue "ca.example"
mail IN AAAA 2001:db8::40
mail IN A 192.0.2.40
_sip._udp IN SRV 1 2 5060 mail
_sip._udp IN SRV 1 2 5061 nothere
naptr IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .
sshfp IN SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
tlsa IN TLSA 3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6
loc IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
hinfo IN HINFO "x" "y"
rp IN RP hostmaster text
afsdb IN AFSDB 1 mail
ptr IN PTR mail
dname IN CNAME mail
hip IN TYPE65280 \\# 4 01020304
https IN TYPE65 \\# 3 000100
kx IN KX 10 mail
uri IN URI 10 1 "https://example.com/"
eui IN EUI48 00-00-5e-00-53-2a
ds IN NS ns1
ds IN DS 12345 13 2 1234567890123456789012345678901234567890123456789012345678901234
"""

PARENT = HEAD + """
child IN NS ns1.child
child IN NS ns2.child
ns1.child IN AAAA 2001:db8:2::1
ns1.child IN A 192.0.2.51
ns2.child IN AAAA 2001:db8:2::2
ns2.child IN A 192.0.2.52
other IN NS ns1.other
ns1.other IN AAAA 2001:db8:2::3
"""


def delegations():
    """Referrals small and large: in-domain, sibling and foreign servers, glue of one family or both, DS or not."""
    rows = [HEAD]
    for i in range(40):
        name = f"d{i}"
        for n in range(1 + i % 13):
            rows.append(f"{name} IN NS ns{n}.{name}\nns{n}.{name} IN AAAA 2001:db8:{i:x}::{n + 1:x}\n")
            rows.append(f"ns{n}.{name} IN A 192.0.2.{n + 1}\n")
        if i % 3 == 0:
            rows.append(f"{name} IN DS {i + 1} 13 2 {'%064x' % (i + 7)}\n")
    for i in range(20):
        rows.append(f"s{i} IN NS ns0.d{i}\ns{i} IN NS ns1.d{i + 1}\ns{i} IN NS ns.example.org.\n")
    for i in range(10):
        rows.append(f"v4-{i} IN NS ns.v4-{i}\nns.v4-{i} IN A 192.0.2.9\n")
        rows.append(f"v6-{i} IN NS ns.v6-{i}\nns.v6-{i} IN AAAA 2001:db8::9\n")
        rows.append(f"self{i} IN NS self{i}\nself{i} IN AAAA 2001:db8::8\nself{i} IN A 192.0.2.8\n")
    return "".join(rows)


def large():
    rows = [HEAD]
    for size in (300, 450, 480, 500, 700, 1100, 1180, 1200, 1250, 1400, 3000, 20000):
        chunks = [size // 200 * [200], [size % 200]]
        strings = " ".join('"' + "x" * n + '"' for part in chunks for n in part)
        rows.append(f"t{size} IN TXT {strings}\n")
    for count in (10, 25, 40, 41, 42, 43, 60, 100):
        rows += [f"a{count} IN AAAA 2001:db8::{i:x}\n" for i in range(1, count + 1)]
        rows += [f"a{count} IN A 192.0.{i // 250}.{i % 250}\n" for i in range(1, count + 1)]
    return "".join(rows)


def rootlike(rng):
    rows = [". 86400 IN SOA a.root. host.root. 2026010101 1800 900 604800 3600\n"]
    for letter in "abcdefg":
        rows.append(f". 518400 IN NS {letter}.root.\n{letter}.root. 518400 IN AAAA 2001:db8::{ord(letter):x}\n"
                    f"{letter}.root. 518400 IN A 192.0.2.{ord(letter)}\n")
    for i in range(60):
        tld = f"t{i}"
        for n in range(rng.choice((2, 4, 6, 13))):
            rows.append(f"{tld}. 172800 IN NS {chr(97 + n)}.nic.{tld}.\n"
                        f"{chr(97 + n)}.nic.{tld}. 172800 IN AAAA 2001:db8:{i:x}::{n + 1:x}\n"
                        f"{chr(97 + n)}.nic.{tld}. 172800 IN A 192.0.2.{n + 1}\n")
        if rng.random() < .8:
            rows.append(f"{tld}. 86400 IN DS {i + 1} 13 2 {'%064X' % rng.getrandbits(256)}\n")
    return "".join(rows)


def random_zone(rng, names):
    """Few labels, so that names collide: empty non-terminals, wildcards, cuts above cuts, aliases of all kinds."""
    rows, owners, taken = [HEAD], [], set()
    while len(owners) < names:
        depth = rng.choice((1, 1, 2, 2, 3, 4))
        labels = [rng.choice("abcdefgh") for _ in range(depth)]
        if rng.random() < .12:
            labels[0] = "*"
        name = ".".join(labels)
        if name not in taken:
            taken.add(name)
            owners.append(name)
    for name in owners:
        dice = rng.random()
        if dice < .1 and not name.startswith("*"):
            rows.append(f"{name} IN NS ns.{name}\nns.{name} IN AAAA 2001:db8::5\n")
            if rng.random() < .6:
                rows.append(f"ns.{name} IN A 192.0.2.5\n{name} IN NS ns1\n")
            if rng.random() < .5:
                rows.append(f"{name} IN DS 1 13 2 {'%064x' % rng.getrandbits(256)}\n")
        elif dice < .2:
            rows.append(f"{name} IN CNAME {rng.choice(owners).replace('*', 'w')}\n")
        elif dice < .24 and not name.startswith("*"):
            rows.append(f"{name} IN DNAME {rng.choice(owners).replace('*', 'v')}\n")
        else:
            if rng.random() < .7:
                rows.append(f"{name} IN AAAA 2001:db8::{rng.randint(1, 65535):x}\n")
            if rng.random() < .6:
                rows.append(f"{name} IN A 192.0.2.{rng.randint(1, 254)}\n")
            rows.append(f"{name} IN TXT \"{name}\"\n")
    return drop_occluded("".join(rows))


def drop_occluded(text):
    """Without what lies below a DNAME, and without all but glue below a cut: other programs refuse such files."""
    lines = text.splitlines()
    dnames = {line.split()[0] for line in lines if " IN DNAME " in line}
    cuts = {line.split()[0] for line in lines if " IN NS " in line and line.split()[0] not in ("@", "IN")}

    def below(owner, tops):
        labels = owner.split(".")
        return any(".".join(labels[i:]) in tops for i in range(1, len(labels)))

    def keep(line):
        owner = line.split()[0] if line and line[0] not in " $@" else "@"
        if below(owner, dnames):
            return False
        if below(owner, cuts):
            return owner.startswith("ns") and (" A " in line or " AAAA " in line) and not below(owner.split(".", 1)[1], cuts)
        if owner in cuts:
            return " NS " in line or " DS " in line
        return True
    return "\n".join(line for line in lines if keep(line)) + "\n"


def sign(folder, zone, source, *options):
    """dnssec-signzone's work: one combined key, valid until 2040."""
    key = subprocess.run(["dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", "-f", "KSK", zone], check=True,
                         capture_output=True, text=True, cwd=folder).stdout.strip()
    target = folder / (source.name + ".signed")
    subprocess.run(["dnssec-signzone", "-q", "-z", "-K", folder, "-S", "-s", "20260101000000", "-e", "20400101000000",
                    "-O", "full", "-o", zone, "-f", target, *options, source], check=True, capture_output=True, cwd=folder)
    assert key
    return target


def make_zones(folder, seed=53):
    """{group: {zone name: file}}: groups are served by separate sets of servers."""
    rng = random.Random(seed)
    plain = {
        "wild.test": WILD, "alias.test": ALIAS, "dname.test": DNAME, "dnameapex.test": DNAME_APEX, "types.test": TYPES,
        "deleg.test": delegations(), "large.test": large(), "parent.test": PARENT, "child.parent.test": HEAD + WILD.replace(HEAD, ""),
        "random.test": random_zone(rng, 120), "random2.test": random_zone(rng, 300),
    }
    files = {}
    for zone, text in plain.items():
        files[zone] = folder / f"{zone}.zone"
        files[zone].write_text(text)
    for zone, name in (("example.com", "example.com.zone"), ("2.0.192.in-addr.arpa", "192-0-2.rev"),
                       ("0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001-db8-10.rev")):
        files[zone] = folder / name
        shutil.copy(EXAMPLES / name, files[zone])
    signed = {
        "nsec.test": (WILD + ALIAS.replace(HEAD, "").replace("loop", "lp") + "", ()),
        "nsec3.test": (WILD + DNAME.replace(HEAD, ""), ("-3", "aabbccdd", "-H", "5")),
        "optout.test": (delegations() + "a.b.ent IN TXT \"x\"\n*.w IN A 192.0.2.3\n", ("-3", "-", "-H", "0", "-A")),
        "signedparent.test": (PARENT, ("-3", "-", "-H", "0")),
        "child.signedparent.test": (WILD, ()),
        "randomnsec.test": (random_zone(rng, 250), ()),
        "randomnsec3.test": (random_zone(rng, 250), ("-3", "-", "-H", "0")),
        "randomoptout.test": (random_zone(rng, 250), ("-3", "0102", "-H", "1", "-A")),
        "largesigned.test": (large(), ()),
    }
    for zone, (text, options) in signed.items():
        source = folder / f"{zone}.zone"
        source.write_text(text)
        files[zone] = sign(folder, zone, source, *options)
    root = folder / "root.zone"
    root.write_text(rootlike(rng))
    tld = folder / "t1.zone"
    tld.write_text(delegations())
    return {"names": files, "root": {".": sign(folder, ".", root), "t1": sign(folder, "t1", tld, "-3", "-", "-H", "0", "-A")}}
