"""Our reading of master files beside named-compilezone, ldns-read-zone and dnspython: the same records, octet by octet.

Each reader's result becomes a set of (owner, TTL, type, canonical RDATA). Ours is printed by build*/tests/unit/zone/
zone_dump in RFC 3597 form; the others' text is read by dnspython, so our own text forms take no part.
"""
import os
import pathlib
import shutil
import subprocess

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zone
import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ZONES = HERE / "zonefiles"
ORIGIN = dns.name.from_text("example.com.")
BUILD = ROOT / os.environ.get("SEXTANT_BUILD", "build")
DUMP = BUILD / "tests" / "unit" / "zone" / "zone_dump"

# What a reader cannot do, tried with the versions of Debian 12.
SKIP = {
    ("named", "crlf-bom.zone"): "takes the byte order mark for a name",
    ("ldns", "crlf-bom.zone"): "takes the byte order mark for a name",
    ("ldns", "generate.zone"): "has no $GENERATE",
    ("ldns", "include.zone"): "has no $INCLUDE",
    ("ldns", "origin.zone"): "takes a relative $ORIGIN as absolute",
    ("ldns", "ttl-soa.zone"): "uses 3600 where no TTL is known",
    ("ldns", "order.zone"): "wants the TTL before the class",
    ("dnspython", "order.zone"): "wants the TTL before the class",
    ("dnspython", "origin.zone"): "takes a relative $ORIGIN as absolute",
    ("dnspython", "latin1.zone"): "reads characters, not octets",
    ("dnspython", "crlf.zone"): "from_text splits at line feeds alone",
    ("dnspython", "crlf-bom.zone"): "takes the byte order mark for a name",
    ("dnspython", "generate.zone"): "has no nibbles and no quoted data in $GENERATE",
    ("dnspython", "ttl-last.zone"): "prefers the SOA's minimum to the last TTL written",
}


def canonical(owner, ttl, rdtype, rdata):
    return (owner.canonicalize().to_text(), ttl, int(rdtype), rdata.to_digestable(dns.name.root).hex())


def from_lines(text):
    """The records of one-line-a-record text with absolute names."""
    found = set()
    for line in text.splitlines():
        if not line.strip() or line.startswith(";"):
            continue
        tok = dns.tokenizer.Tokenizer(line)
        owner = dns.name.from_text(tok.get().value)
        ttl, _class, rdtype = tok.get_int(), tok.get().value, dns.rdatatype.from_text(tok.get().value)
        first = tok.get()
        if first.value == "\\#":
            tok.get()
            wire = bytes.fromhex("".join(t.value for t in tok.get_remaining()))
            rdata = dns.rdata.from_wire(dns.rdataclass.IN, rdtype, wire, 0, len(wire))
        else:
            tok.unget(first)
            rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, tok, dns.name.root, relativize=False)
        found.add(canonical(owner, ttl, rdtype, rdata))
    return found


def ours(path):
    if not DUMP.exists():
        pytest.skip(f"{DUMP} is not built")
    done = subprocess.run([DUMP, path, "example.com."], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return from_lines(done.stdout)


def named(path):
    tool = shutil.which("named-compilezone") or "/usr/sbin/named-compilezone"
    if not pathlib.Path(tool).exists():
        pytest.skip("named-compilezone is not installed")
    done = subprocess.run([tool, "-q", "-k", "ignore", "-i", "none", "-r", "ignore", "-m", "ignore", "-n", "ignore",
                           "-s", "full", "-o", "-", "example.com.", path.name],
                          capture_output=True, text=True, timeout=60, cwd=path.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return from_lines(done.stdout)


def ldns(path):
    tool = shutil.which("ldns-read-zone")
    if tool is None:
        pytest.skip("ldns-read-zone is not installed")
    text = path.read_bytes()
    if not text.startswith(b"$ORIGIN"):
        text = b"$ORIGIN example.com.\n" + text
    done = subprocess.run([tool, "/dev/stdin"], input=text, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return from_lines(done.stdout.decode("latin-1"))


def dnspython(path):
    found = set()
    text = path.read_bytes().decode("latin-1")
    zone = dns.zone.from_text(text, ORIGIN, relativize=False, allow_include=True, check_origin=False)
    for owner, ttl, rdata in zone.iterate_rdatas():
        found.add(canonical(owner, ttl, rdata.rdtype, rdata))
    return found


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """A folder where $INCLUDE means the same to those who start at the including file and at the working folder."""
    shutil.copytree(ZONES, tmp_path, dirs_exist_ok=True)
    shutil.copytree(ZONES / "inc", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", sorted(ZONES.glob("*.zone")), ids=lambda p: p.name)
@pytest.mark.parametrize("reader", [named, ldns, dnspython], ids=lambda f: f.__name__)
def test_same_records(reader, path, beside):
    if (reader.__name__, path.name) in SKIP:
        pytest.skip(SKIP[reader.__name__, path.name])
    mine, theirs = ours(path), reader(beside / path.name)
    assert len(theirs) > 2
    assert mine == theirs, f"only ours: {sorted(mine - theirs)}\nonly theirs: {sorted(theirs - mine)}"
