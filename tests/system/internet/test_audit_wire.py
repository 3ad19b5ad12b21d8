"""What `sextant audit` sees of the wire: sizes that get lost, fragments, segments, connections.

C04, T02, T04 to T08, T11, V02, V03; RFC 10001 3.2, RFC 9715, RFC 7766.
"""
import base64
import hashlib
import json
import shutil
import struct
import subprocess

import dns.message
import dns.query
import dns.rdatatype
import pytest

from . import plan
from .test_audit import audit, run
from .world import translated


def codes(told, *wanted):
    return {finding["code"] for finding in told["findings"]} & set(wanted)


def addresses(zone, family):
    return [address for server in zone["servers"] for address in server[family]]


@pytest.fixture(scope="module")
def seen(internet):
    """One run over zones of each kind; large answers of fragments.lab prove this host's own path."""
    _, told = audit(internet.usual(), internet, "fragments.lab", "hole.lab", "big.lab", "single.lab", "dual.lab", "good.lab",
                    families=["--timeout", "900ms"])
    return told


def of_zone(told, name):
    zone = next(zone for zone in told["zones"] if zone["zone"] == name)
    return zone, [finding for finding in told["findings"] if finding["subject"] == f"zone {name}"]


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_the_size_at_which_answers_get_lost(family, seen):
    """T06: hole.lab loses datagrams of more than 800 octets; its answers of 780 come, those of 835 do not."""
    zone, findings = of_zone(seen, "hole.lab")
    for address in addresses(zone, family):
        assert (address["udp_passed"], address["udp_lost"]) == (plan.HOLE_PASSED, plan.HOLE_LOST), address
    assert sum(finding["code"] == "T06" for finding in findings) == 4
    for name in ("dual.lab", "good.lab", "big.lab", "fragments.lab"):
        zone, findings = of_zone(seen, name)
        assert {address["udp_lost"] for address in addresses(zone, family)} == {0}
        assert not {"T06", "V02"} & {finding["code"] for finding in findings}


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_datagrams_that_are_too_large(family, seen):
    """T04, T05: NSD with an EDNS size of 4096; its answer of 1,990 octets comes in packets of 1280 (IPv6) or 1500 (IPv4)."""
    zone, findings = of_zone(seen, "fragments.lab")
    assert {"T04", "T05"} <= {finding["code"] for finding in findings}
    for address in addresses(zone, family):
        assert address["udp_sent"] > 1400
        assert 1280 <= address["fragment"] <= 1500
    for name in ("dual.lab", "good.lab", "big.lab"):
        assert not {"T04", "T05"} & {finding["code"] for finding in of_zone(seen, name)[1]}


@pytest.mark.parametrize("family, segment", [("ipv6", 1440), ("ipv4", 1460)])
def test_segments(family, segment, seen):
    """T07: NSD leaves it at what the cable gives; BIND and our own service announce 1220. T08: big.lab's path carries 1280 octets."""
    assert {address["segment"] for address in addresses(of_zone(seen, "fragments.lab")[0], family)} == {segment}
    assert "T07" in {finding["code"] for finding in of_zone(seen, "fragments.lab")[1]}
    for name in ("dual.lab", "good.lab"):
        assert {address["segment"] for address in addresses(of_zone(seen, name)[0], family)} == {1220}
        assert "T07" not in {finding["code"] for finding in of_zone(seen, name)[1]}
    zone, findings = of_zone(seen, "big.lab")
    # Packets of 1280 octets pass: segments of 1220 over IPv6, of 1240 over IPv4.
    assert {(address["segment_passed"], address["segment_lost"]) for address in addresses(zone, family)} == {(1220, 1260)}
    assert sum(finding["code"] == "T08" for finding in findings) == 4
    for name in ("dual.lab", "good.lab", "fragments.lab"):
        assert "T08" not in {finding["code"] for finding in of_zone(seen, name)[1]}


def test_several_questions_on_a_connection(seen):
    """T02"""
    zone, findings = of_zone(seen, "single.lab")
    assert sum(finding["code"] == "T02" and finding["severity"] == "warning" for finding in findings) == 2
    for name in ("dual.lab", "good.lab", "big.lab", "fragments.lab"):
        assert "T02" not in {finding["code"] for finding in of_zone(seen, name)[1]}


def test_fragments_that_are_lost(internet):
    """T04 where none arrives: the same question is answered where less is allowed, so the server sends more than it should."""
    place = internet.place("dual")
    place.run("nft", "-f", "-", input="add rule inet place arriving exthdr frag exists drop\n"
                                      "add rule inet place arriving ip frag-off & 0x3fff != 0 drop\n")
    _, told = audit(place, internet, "fragments.lab", families=["--timeout", "900ms"])
    assert codes(told, "T04", "T05", "T06", "V02") == {"T04"}
    zone = told["zones"][0]
    for address in (*addresses(zone, "ipv6"), *addresses(zone, "ipv4")):
        assert address["udp_lost"] > 1400 > address["udp_passed"] > 0 and address["udp_sent"] < 1400, address


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_nobody_is_blamed_for_what_this_host_loses(family, internet):
    """V02: a host that gets no large answers from anybody."""
    place = internet.place("dual")
    place.run("nft", "-f", "-", input=f"add rule inet place arriving meta nfproto {family} udp length > 808 drop\n")
    code, told = audit(place, internet, "hole.lab", families=["--timeout", "900ms"])
    assert code in (1, 3)
    assert codes(told, "T06", "V02") == {"T06", "V02"}
    undetermined = {finding["cause"].split(":")[0] for finding in told["undetermined"] if finding["code"] == "V02"}
    assert undetermined == {f"Not tested over {'IPv6' if family == 'ipv6' else 'IPv4'}"}


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_nobody_is_blamed_for_tcp_that_does_not_get_out(family, internet):
    """V02: many networks let TCP out to few ports."""
    place = internet.place("dual")
    place.run("nft", "-f", "-", input=f"add rule inet place arriving meta nfproto {family} tcp sport 53 drop\n")
    code, told = audit(place, internet, "dual.lab", families=["--timeout", "500ms", "--quick"])
    assert code == 3 and not codes(told, "T02")
    undetermined = {finding["cause"].split(":")[0] for finding in told["undetermined"] if finding["code"] == "V02"}
    assert undetermined == {f"Not tested over {'IPv6' if family == 'ipv6' else 'IPv4'}"}


@pytest.mark.parametrize("family, matching", [("ipv6", "ip6"), ("ipv4", "ip")])
def test_servers_without_tcp(family, matching, internet):
    """T02: none of the zone's servers answers over TCP, and those above it do."""
    place = internet.place("dual")
    servers = {address for host in plan.zone_named("dual.lab").hosts for address in host.child if (":" in address) == (family == "ipv6")}
    place.run("nft", "-f", "-", input=f"add rule inet place arriving {matching} saddr {{ {', '.join(sorted(servers))} }} tcp sport 53 drop\n")
    code, told = audit(place, internet, "dual.lab", families=["--timeout", "500ms", "--quick"])
    assert code == 1 and codes(told, "T02", "V02") == {"T02"}
    assert {address for address in servers if any(f" at {address} " in finding["cause"] for finding in told["findings"])} == servers


def tls(place, internet, monkeypatch, *words):
    """T11 with tls.lab's own certificate as the only one that the host trusts."""
    certificate = internet.folder / "bind-tls-leaf" / "cert.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    code, told = audit(place, internet, *words)
    return certificate, [(row["severity"], row["cause"]) for row in told["findings"] if row["code"] == "T11"]


def test_dns_over_tls(internet, monkeypatch):
    """T11: both servers of tls.lab publish it; the certificate is for one of them. kdig is of the same opinion."""
    place, zone = internet.place("dual"), plan.zone_named("tls.lab")
    certificate, found = tls(place, internet, monkeypatch, "tls.lab")
    wrong = {f"The certificate of {zone.hosts[1].name} at {address}@{port} is not for {zone.hosts[1].name}."
             for address in zone.hosts[1].child for port in (853, 443)}
    wrong |= {f"{zone.hosts[1].name} at {address}@443 replies to DNS over HTTPS, a POST to /q, with status 404 in place of 200."
              for address in zone.hosts[1].child}
    assert {cause for severity, cause in found if severity == "warning"} == wrong
    assert len(found) == 6
    for host in zone.hosts:
        for address in host.child:
            done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", "kdig", f"@{address}", "+tls", f"+tls-ca={certificate}",
                                   f"+tls-hostname={host.name}", "tls.lab", "SOA", "+short"], capture_output=True, text=True, check=False)
            assert ("hostmaster" in done.stdout) == (host is zone.hosts[0]), done.stdout + done.stderr
    monkeypatch.delenv("SSL_CERT_FILE")
    _, told = audit(place, internet, "tls.lab")
    assert sum("no authority" in row["cause"] for row in told["findings"] if row["code"] == "T11") == 8


def curl(place, address, host, path, certificate, question):
    """What curl makes of the same POST: (exit code, status, content type, body)."""
    target = f"[{address}]" if ":" in address else address
    done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", "curl", "-s", "--http2", "--cacert", certificate, "--resolve",
                           f"{host}:443:{target}", "-H", "content-type: application/dns-message", "--data-binary", "@-", "-w",
                           "\n%{http_code} %{content_type}", f"https://{host}{path}"], input=question, capture_output=True, check=False)
    body, _, last = done.stdout.rpartition(b"\n")
    return done.returncode, *last.decode().split(" ", 1), body


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_dns_over_https(internet, monkeypatch, tmp_path):
    """T11, RFC 8484: the answer, or what came in its place, is what curl gets from each address; a saved book is judged alike."""
    place, zone, book = internet.place("dual"), plan.zone_named("tls.lab"), tmp_path / "book.json"
    certificate = internet.folder / "bind-tls-leaf" / "cert.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    code, told = audit(place, internet, "tls.lab", families=["--save", book])
    facts = {row["server"]: row for row in json.loads(book.read_text())["facts"] if row.get("probe") == "https"}
    assert set(facts) == {f"{address}@443" for host in zone.hosts for address in host.child}
    for host, path, exit_code in zip(zone.hosts, ("/dns-query", "/q"), (0, 60)):  # 60: not the certificate of that name
        for address in host.child:
            fact = facts[f"{address}@443"]
            seen = fact["seen"]
            assert (fact["path"], seen["encrypted"], seen["http2"], seen["name_right"]) == (path, True, True, exit_code == 0)
            question = dns.message.make_query(host.name, fact["type"], use_edns=0, payload=1232, want_dnssec=True, id=0, flags=0)
            assert curl(place, address, host.name, path, certificate, question.to_wire())[0] == exit_code
            # The other name's certificate is left unseen for what is behind it.
            done = curl(place, address, zone.hosts[0].name, path, certificate, question.to_wire())
            assert (done[0], int(done[1]), done[2] == "application/dns-message") == (0, seen["status"], seen["dns_message"])
            if exit_code == 0:
                message = dns.message.from_wire(base64.b64decode(fact["message"]))
                assert fact["outcome"] == "reply" and message.answer == dns.message.from_wire(done[3]).answer
                assert [rdata.address for rdata in message.answer[0]] == [address]
            else:
                assert (fact["outcome"], seen["status"]) == ("refused", 404)
    https = {address["address"]: (address["https"], address["https_name_right"])
             for server in told["zones"][0]["servers"] for family in ("ipv6", "ipv4") for address in server[family]}
    assert https == {address: (("good", True) if host is zone.hosts[0] else ("silent", False))
                     for host in zone.hosts for address in host.child}
    assert audit(internet.place("dual"), internet, "tls.lab", families=["--from", book]) == (code, told)


def test_dns_over_tls_that_is_not_there(internet, monkeypatch):
    """T11: published, a warning; not published, nothing, and a notice with --tls."""
    place = internet.place("dual")
    _, found = tls(place, internet, monkeypatch, "single.lab")
    assert [severity for severity, _ in found] == ["warning"] * 4
    assert all("nobody takes the connection" in cause for _, cause in found)
    assert sum("DNS over HTTPS" in cause for _, cause in found) == 2
    assert tls(place, internet, monkeypatch, "dual.lab")[1] == []
    assert [severity for severity, _ in tls(place, internet, monkeypatch, "--tls", "dual.lab")[1]] == ["notice"] * 4


def digest_of(place, zone, address):
    """What the audit should make of a transfer, by dnspython: (records, digest)."""
    with place.inside():
        records = [(rrset.name, rrset.rdtype, rrset.rdclass, rrset.ttl, rdata)
                   for message in dns.query.xfr(address, zone, relativize=False) for rrset in message.answer for rdata in rrset]
    last = records.pop()
    assert last[1] == dns.rdatatype.SOA
    digests = []
    for name, rrtype, rdclass, ttl, rdata in records:
        octets = rdata.to_digestable()
        digests.append(hashlib.sha256(name.to_digestable() + struct.pack(">HHIH", rrtype, rdclass, ttl, len(octets)) + octets).digest())
    return len(digests), hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def test_whole_zones(internet, tmp_path):
    """C04: BIND transfers good.lab over both families; twofaced.lab differs by family; dual.lab is transferred by nobody."""
    place, book = internet.place("dual"), tmp_path / "book.json"
    _, told = audit(place, internet, "--transfer", "good.lab", "twofaced.lab", "dual.lab", families=["--save", book])
    found = [(row["subject"], row["severity"]) for row in told["findings"] if row["code"] == "C04"]
    assert found == [("zone twofaced.lab", "warning")] * 2
    facts = [row for row in json.loads(book.read_text())["facts"] if row.get("probe") == "transfer"]
    seen = {(row["name"], row["server"].split("@")[0]): row["seen"] for row in facts}
    for name in ("good.lab", "twofaced.lab"):
        for host in plan.zone_named(name).hosts:
            for address in host.child:
                one = seen[name + ".", address]
                assert (one["records"], one["digest"].lower()) == digest_of(place, name, address)
    assert all("records" not in seen["dual.lab.", address] for host in plan.zone_named("dual.lab").hosts for address in host.child)
    assert not [row for row in audit(place, internet, "good.lab")[1]["findings"] if row["code"] == "C04"]
    assert audit(internet.place("dual"), internet, "--transfer", "good.lab", "twofaced.lab", "dual.lab", families=["--from", book])[1] == told


def test_addresses_behind_the_translator_are_no_ipv6(internet, resolvers, tmp_path):
    """V03: behind NAT64 an IPv4-only server answers at an IPv6 address; that proves nothing for anybody else."""
    place, network = internet.place("nat64"), internet.place("nat64")
    resolvers("bind", network, listen=[network.ipv6], dns64=plan.NAT64_PREFIX + "/96")
    host, = plan.zone_named("v4only.lab").hosts
    file, conf = tmp_path / "lab.zone", tmp_path / "resolv.conf"
    file.write_text(f"$ORIGIN lab.\n$TTL 60\n@ SOA a.nic a.nic 1 60 60 60 60\n@ NS a.nic\nv4only NS {host.name}.\n"
                    f"{host.name}. AAAA {translated(host.child[0])}\n{host.name}. A {host.child[0]}\n")
    conf.write_text(f"nameserver {network.ipv6}\n")
    words = ["--children", file, "-o", "lab"]
    _, told = audit(place, internet, *words)
    assert (told["zones"][0]["ipv6"]["resolvable"], told["zones"][0]["nat64"]) == ("yes", [])
    _, told = audit(place, internet, *words, families=["--resolv-conf", conf])
    assert (told["zones"][0]["ipv6"]["resolvable"], told["zones"][0]["nat64"]) == ("no", [plan.NAT64_PREFIX + "/96"])
    assert "A04" in {finding["code"] for finding in told["findings"]}
    done = run(place, "--resolv-conf", conf, "--hints", internet.hints, "dual.lab")
    assert f"vantage: IPv6 yes, IPv4 no, NAT64 {plan.NAT64_PREFIX}/96" in done.stdout
    # The book keeps it, and a host without NAT64 comes to the same.
    book = tmp_path / "book.json"
    code, told = audit(place, internet, *words, families=["--resolv-conf", conf, "--save", book])
    assert audit(internet.usual(), internet, *words, families=["--from", book]) == (code, told)


def test_translated_ipv4_is_said(internet):
    """V03: a host whose IPv4 is a CLAT's (RFC 7335)."""
    place = internet.place("dual")
    internet.batch(place.router, [f"route add 192.0.0.1 dev {place.cable}"])
    internet.batch(place.namespace, ["address add 192.0.0.1/32 dev eth0",
                                     "route replace default via 192.0.2.254 dev eth0 onlink src 192.0.0.1"])
    code, told = audit(place, internet, "dual.lab")
    assert (code, [row["code"] for row in told["undetermined"]]) == (3, ["V03"])
