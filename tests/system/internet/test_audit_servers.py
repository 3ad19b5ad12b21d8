"""What `sextant audit` finds by asking each address of a zone's servers the same questions.

C02 to C06, T09, T10, T12: RFC 10001 4.1, RFC 4074, RFC 6891. Each fault is planted in one zone; healthy zones have none.
"""
import pytest

from . import plan
from .test_audit import audit


def codes(told, *severities):
    return {row["code"] for row in told["findings"] if not severities or row["severity"] in severities}


def sentences(told, code):
    return [row["cause"] for row in told["findings"] if row["code"] == code]


ASKED = {"C02", "C03", "C05", "C06", "T09", "T10", "T12"}


@pytest.mark.parametrize("zone", ["dual.lab", "good.lab", "chain.lab", "dname.lab", "big.lab"])
def test_healthy_zones_have_none_of_it(zone, internet):
    """One zone for each implementation; good.lab is signed, big.lab's answers are truncated."""
    code, told = audit(internet.place("dual"), internet, zone)
    assert code == (3 if "T08" in codes(told) else 0)  # big.lab: this host, too, may be what loses segments
    assert codes(told) & ASKED == set()


def test_a_server_with_two_faces(internet):
    code, told = audit(internet.place("dual"), internet, "twofaced.lab")
    assert code == 1
    assert {"C02", "C03", "C05"} <= codes(told)
    servers = {f"ns{number}.twofaced.lab" for number in (1, 2)}
    for rrtype in ("AAAA", "A"):
        assert {sentence.split()[0] for sentence in sentences(told, "C02") if f" {rrtype} of www.twofaced.lab " in sentence} == servers
    assert not [sentence for sentence in sentences(told, "C02") if "SOA" in sentence or "DNSKEY" in sentence]
    assert len([sentence for sentence in sentences(told, "C03") if "NXDOMAIN" in sentence and "NOERROR" in sentence]) == 2
    assert len([sentence for sentence in sentences(told, "C05") if 'NSID is "six"' in sentence and 'IPv4 "four"' in sentence]) == 2
    silent = [row for row in told["findings"] if row["code"] == "T12" and row["severity"] == "warning"]
    assert len(silent) == 4 and all("is not answered over IPv4" in row["cause"] for row in silent)


@pytest.mark.parametrize("zone, what", [("nxaaaa.lab", "NXDOMAIN"), ("mute.lab", "not answered")])
def test_aaaa_of_a_name_that_has_a(zone, what, internet):
    code, told = audit(internet.place("dual"), internet, zone)
    addresses = {address for host in plan.zone_named(zone).hosts for address in host.answering()}
    assert code == 1
    assert {sentence.split()[1] for sentence in sentences(told, "C06") if what in sentence and f"www.{zone}" in sentence} == addresses
    assert "C02" not in codes(told)


def test_truncated_replies(internet):
    for zone, what in (("baretc.lab", "without OPT"), ("stream.lab", "without AA")):
        _, told = audit(internet.place("dual"), internet, zone)
        found = [sentence for sentence in sentences(told, "T09")]
        assert found and all(what.split()[1] in sentence for sentence in found), found


def test_keys_that_need_tcp(internet):
    code, told = audit(internet.place("dual"), internet, "keys.lab")
    assert (code, len(sentences(told, "T10"))) == (0, 1)
    size = int(sentences(told, "T10")[0].split(" has ")[1].split()[0])
    assert size > 16 * 80  # sixteen keys of 68 octets, each with 12 of its own


def test_what_was_seen_is_judged_again(internet, tmp_path):
    place, book = internet.place("dual"), tmp_path / "facts.json"
    seen = audit(place, internet, "twofaced.lab", families=["--save", book])
    assert audit(internet.place("ipv6"), internet, "twofaced.lab", families=["--from", book]) == seen


def test_quick_asks_no_more_than_that(internet, tmp_path):
    """Who wants to know of thousands of zones whether they are resolvable need not know all of each server."""
    place = internet.place("dual")
    counts = {}
    for words in ((), ("--quick",)):
        place.forget()
        code, told = audit(place, internet, "dual.lab", families=words)
        assert (code, told["zones"][0]["ipv6"]["resolvable"]) == (0, "yes")
        addresses = plan.addresses_of(plan.zone_named("dual.lab"))
        counts[words] = sum(count for address, count in place.asked().items() if address in addresses)
    assert counts["--quick",] <= 28 and counts[()] <= 80, counts
