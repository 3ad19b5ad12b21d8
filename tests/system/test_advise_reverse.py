"""`sextant advise reverse`: its records are read by dnspython as the provider would read them, its DS are BIND's. P-07."""
import json
import re
import shlex
import shutil
import subprocess

import dns.name
import dns.rdatatype
import dns.zone
import pytest

from conftest import ROOT, program

SERVERS = ("--ns", "ns1.example.com", "--ns", "ns2.example.net")
SIX = "0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
REVERSE = f"{ROOT}/examples/zones/2001-db8-10.rev:{SIX}"


def sextant(*words):
    command = [str(program("sextant")), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def request(*words):
    done = sextant("advise", "reverse", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("----- not part of the request -----")


def records(text, parent):
    """What is to go into the parent zone, read by another's parser: {(owner, type): set of texts}."""
    lines = [line for line in text.splitlines() if line.startswith("    ")]
    zone = dns.zone.from_text("\n".join(line.strip() for line in lines), dns.name.from_text(parent), relativize=False,
                              check_origin=False)
    return {(str(name), dns.rdatatype.to_text(rdataset.rdtype)): {str(rdata) for rdata in rdataset}
            for name, node in zone.items() for rdataset in node}


NS = {"ns1.example.com.", "ns2.example.net."}


@pytest.mark.parametrize("prefix, parent", (
    ("2001:db8:10::/48", "8.b.d.0.1.0.0.2.ip6.arpa"), ("2001:db8:10::/46", "ip6.arpa"),
    ("192.0.2.0/24", "0.192.in-addr.arpa"), ("10.20.0.0/15", "10.in-addr.arpa")))
def test_zones_are_those_of_the_prefix(prefix, parent):
    text, rest = request(prefix, *SERVERS, "--ttl", "300", "--contact", "noc@example.com")
    zones = sextant("reverse", "name", prefix).stdout.split()
    assert records(text, parent) == {(zone + ".", "NS"): NS for zone in zones}
    assert (f"{len(zones)} zones" in text) == (len(zones) > 1)
    assert " 300 IN NS " in text and "at 300 seconds" in text and "Contact: noc@example.com" in text
    assert all(f"sextant query {zone} SOA" in rest for zone in zones)


def test_part_of_an_octet():
    """RFC 2317: the zone, and an alias for each address of the block and no other."""
    text, _ = request("192.0.2.64/26", *SERVERS)
    wanted = {("64/26.2.0.192.in-addr.arpa.", "NS"): NS}
    wanted |= {(f"{i}.2.0.192.in-addr.arpa.", "CNAME"): {f"{i}.64/26.2.0.192.in-addr.arpa."} for i in range(64, 128)}
    assert records(text, "2.0.192.in-addr.arpa") == wanted


def test_servers_and_keys_of_the_zone_file(tmp_path):
    if shutil.which("dnssec-signzone", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("BIND's tools are not installed")
    text, rest = request("2001:db8:10::/48", "--zone", REVERSE)
    assert records(text, "ip6.arpa") == {(SIX + ".", "NS"): {"ns1.example.com.", "ns2.example.com."}}
    assert "compare validation" not in rest
    (tmp_path / "zone").write_text((ROOT / "examples" / "zones" / "2001-db8-10.rev").read_text())
    for flags in (["-f", "KSK"], []):
        subprocess.run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *flags, "-K", tmp_path, SIX], check=True,
                       capture_output=True)
    subprocess.run(["dnssec-signzone", "-S", "-K", tmp_path, "-o", SIX, "-f", tmp_path / "signed", tmp_path / "zone"],
                   check=True, capture_output=True, cwd=tmp_path)
    text, rest = request("2001:db8:10::/48", "--zone", f"{tmp_path}/signed:{SIX}")
    wanted = subprocess.run(["dnssec-dsfromkey", "-2", "-f", tmp_path / "signed", SIX], check=True, capture_output=True,
                            text=True)
    digests = re.findall(r"IN DS (\d+ \d+ \d+) (\w+)", wanted.stdout)
    assert len(digests) == 1
    assert records(text, "ip6.arpa")[SIX + ".", "DS"] == {f"{digests[0][0]} {digests[0][1].lower()}"}
    assert f"sextant query {SIX} SOA --compare validation" in rest


def test_commands_are_ours():
    """Each command to be given later is one that sextant takes; nobody answers here: 3, where bad usage is 2."""
    _, rest = request("2001:db8:10::/46", "192.0.2.0/25", "--ns", "localhost.invalid")
    found = [shlex.split(line) for line in rest.splitlines() if line.startswith("    sextant")]
    audits = [words for words in found if words[1] == "audit"]
    assert len(audits) == 5 and len(found) == 5 + 5 + 5 + 2
    assert sextant("audit", "--help").returncode == 0
    for words in (words for words in found if words not in audits):
        words = ["@::1@5" if word.startswith("@") else word for word in words[1:]]
        if not any(word.startswith("@") for word in words):
            words.append("@::1@5")
        words = ["transport" if word == "family,transport" else word for word in words]
        assert sextant(*words, "--timeout", "100ms").returncode == 3, words


@pytest.mark.parametrize("words, message", (
    ((), "prefix"), (("2001:db8::1/48", *SERVERS), "bits are set"), (("2001:db8::/48",), "which servers"),
    (("2001:db8:11::/48", "--zone", REVERSE), "no reverse zone of the given"), (("2001:db8::/48", "--ns", "a..b"), "--ns"),
    (("2001:db8::/48", *SERVERS, "--ttl", "1"), "--ttl")))
def test_bad_usage(words, message):
    done = sextant("advise", "reverse", *words)
    assert done.returncode == 2 and message in done.stderr and not done.stdout


def test_json():
    done = sextant("advise", "reverse", "2001:db8::/32", *SERVERS, "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "sextant.advise-reverse/1"
    assert "8.b.d.0.1.0.0.2.ip6.arpa. 3600 IN NS" in document["request"]
