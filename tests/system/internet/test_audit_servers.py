"""What `sextant audit` finds by asking each address of a zone's servers the same questions.

C02 to C06, T09, T10, T12: RFC 10001 4.1, RFC 4074, RFC 6891. Each fault is planted in one zone; healthy zones have none.
"""
import time
from datetime import datetime, timezone

import pytest

from . import plan
from .test_audit import audit, run


def codes(told, *severities):
    return {row["code"] for row in told["findings"] if not severities or row["severity"] in severities}


def sentences(told, code):
    return [row["cause"] for row in told["findings"] if row["code"] == code]


ASKED = {"C02", "C03", "C05", "C06", "T09", "T10", "T12"}


@pytest.mark.parametrize("zone", ["dual.lab", "good.lab", "chain.lab", "dname.lab", "big.lab"])
def test_healthy_zones_have_none_of_it(zone, internet):
    """One zone for each implementation; good.lab is signed, big.lab's answers are truncated."""
    code, told = audit(internet.usual(), internet, zone)
    assert code == (3 if "T08" in codes(told) else 0)  # big.lab: this host, too, may be what loses segments
    assert codes(told) & ASKED == set()


def test_a_server_with_two_faces(internet):
    code, told = audit(internet.usual(), internet, "twofaced.lab")
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
    code, told = audit(internet.usual(), internet, zone)
    addresses = {address for host in plan.zone_named(zone).hosts for address in host.answering()}
    assert code == 1
    assert {sentence.split()[1] for sentence in sentences(told, "C06") if what in sentence and f"www.{zone}" in sentence} == addresses
    assert "C02" not in codes(told)


def test_truncated_replies(internet):
    for zone, what in (("baretc.lab", "without OPT"), ("stream.lab", "without AA")):
        _, told = audit(internet.usual(), internet, zone)
        found = [sentence for sentence in sentences(told, "T09")]
        assert found and all(what.split()[1] in sentence for sentence in found), found


def test_keys_that_need_tcp(internet):
    code, told = audit(internet.usual(), internet, "keys.lab")
    assert (code, len(sentences(told, "T10"))) == (0, 1)
    size = int(sentences(told, "T10")[0].split(" has ")[1].split()[0])
    assert size > 16 * 80  # sixteen keys of 68 octets, each with 12 of its own


def test_what_was_seen_is_judged_again(internet, tmp_path):
    place, book = internet.usual(), tmp_path / "facts.json"
    seen = audit(place, internet, "twofaced.lab", families=["--save", book])
    assert audit(internet.usual("ipv6"), internet, "twofaced.lab", families=["--from", book]) == seen


def test_quick_asks_no_more_than_that(internet, tmp_path):
    """Who wants to know of thousands of zones whether they are resolvable need not know all of each server."""
    place = internet.usual()
    counts = {}
    for words in ((), ("--quick",)):
        place.forget()
        code, told = audit(place, internet, "dual.lab", families=words)
        assert (code, told["zones"][0]["ipv6"]["resolvable"]) == (0, "yes")
        addresses = plan.addresses_of(plan.zone_named("dual.lab"))
        counts[words] = sum(count for address, count in place.asked().items() if address in addresses)
    assert counts["--quick",] <= 32 and counts[()] <= 90, counts


def severities(told, code):
    return {row["severity"] for row in told["findings"] if row["code"] == code}


@pytest.mark.parametrize("zone, severity, words", [("behind.lab", "error", "still so"), ("lagging.lab", "warning", "they agree")])
def test_serials_are_looked_at_again(zone, severity, words, internet):
    """C01: seconds after a change a difference is usual; one that lasts is a fault."""
    _, told = audit(internet.place("dual"), internet, zone)  # the server lags behind for each new client
    assert severities(told, "C01") == {severity}
    assert len(sentences(told, "C01")) == 2 and all(words in sentence for sentence in sentences(told, "C01"))
    assert not codes(told) & {"C02", "C03"}


def test_signatures_that_expire_soon(internet):
    _, told = audit(internet.usual(), internet, "expiring.lab")
    assert len(sentences(told, "S05")) == 1
    ends = datetime.strptime(sentences(told, "S05")[0].split(" expires on ")[1][:16], "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
    assert 40000 < ends.timestamp() - time.time() <= 43200
    assert abs(told["zones"][0]["signed_until"] - ends.timestamp()) < 60
    _, told = audit(internet.usual(), internet, "good.lab")
    assert "S05" not in codes(told) and told["zones"][0]["signed_until"] > 2 ** 31
    _, told = audit(internet.usual(), internet, "dual.lab")
    assert "signed_until" not in told["zones"][0]


def test_referrals_that_do_not_fit(internet):
    """D12, D13. Debian 12's NSD (asked over IPv6) and Knot (over IPv4) are older than RFC 9471 or do not obey it: glue that
    does not fit is left out without TC. At 1232 octets resolvers lose servers by it."""
    code, told = audit(internet.usual(), internet, "crowd.lab")
    assert code == 0 and codes(told) & {"D12", "D13"} and "D05" not in codes(told)
    code, told = audit(internet.usual(), internet, "throng.lab")
    found = [sentence for code in ("D12", "D13") for sentence in sentences(told, code) if "1232 octets are allowed" in sentence]
    assert len(found) == 2 and all("leaves out glue" in sentence for sentence in found)
    assert "warning" in severities(told, "D12") | severities(told, "D13")
    assert "D05" not in codes(told), "the parent has the glue: it is seen over TCP"


def test_a_referral_that_is_truncated(internet):
    """D12: our own authoritative server as the parent obeys RFC 9471."""
    code, told = audit(internet.usual(), internet, "kin.family.lab")
    sentence, = sentences(told, "D12")
    assert code == 0 and severities(told, "D12") == {"notice"} and "where 512 are allowed" in sentence
    assert int(sentence.split(" octets;")[0].split()[-1]) > 512
    assert "D13" not in codes(told)


def test_a_parent_that_drops_aaaa(internet):
    """D13: RFC 9471 3.1."""
    _, told = audit(internet.usual(), internet, "kid.parent.lab")
    found = sentences(told, "D13")
    assert len(found) == 2 and all("(8 AAAA, 0 A;" in sentence and "512 octets" in sentence for sentence in found)


# --- Where the servers are ---

def test_servers_in_one_place(internet):
    """D01, D02, A07, D15: two names of one address are one server; two in one network fail together."""
    code, told = audit(internet.usual(), internet, "shared.lab")
    assert code == 1 and {"D01", "D02"} <= codes(told, "error") and len(sentences(told, "A07")) == 2
    code, told = audit(internet.usual(), internet, "near.lab")
    assert len([sentence for sentence in sentences(told, "A07") if "/64" in sentence]) == 1
    assert {sentence.rsplit("/", 1)[1] for sentence in sentences(told, "D15")} == {"48.", "24."}
    assert not codes(told) & {"D01", "D02"}
    code, told = audit(internet.usual(), internet, "dual.lab")
    assert not codes(told) & {"A07", "D15"}


def test_autonomous_systems(internet, tmp_path):
    table, place = tmp_path / "asns", internet.usual()
    prefix = plan.zone_named("dual.lab").hosts[0].child[0].split(":")[1]
    table.write_text(f"# of the lab\n3fff::/20 64500\n\n0.0.0.0/0\tAS64501\n3fff:{prefix}:2::/48 64502 ; the second server\n")
    _, told = audit(place, internet, "dual.lab", families=["--asn-table", table])
    assert [sentence.split()[-1] for sentence in sentences(told, "D15")] == ["AS64501."]
    table.write_text("2001:db8::/32 64500\n192.0.2.0/24 many\n")
    done = run(place, "--hints", internet.hints, "--asn-table", table, "dual.lab")
    assert done.returncode == 2 and f"{table}:2:" in done.stderr


def test_names_in_the_reverse_tree(internet):
    """A08."""
    for zone, what in (("dual.lab", None), ("chain.lab", "has no PTR"), ("dname.lab", "names elsewhere.lab, which does not have")):
        _, told = audit(internet.usual(), internet, zone)
        found = sentences(told, "A08")
        assert len(found) == (4 if what else 0) and all(what in sentence for sentence in found), (zone, found)


def test_nat64_prefixes(internet):
    """A04, A06: declared, in any form of RFC 6052, and others are refused."""
    place = internet.usual()
    code, told = audit(place, internet, "pref64.lab", families=["--pref64", plan.NAT64_PREFIX + "/96", "--pref64", "2001:db8:122::/48"])
    assert code == 1 and len(sentences(told, "A04")) == 1 and len(sentences(told, "A06")) == 1
    assert "D11" not in codes(told), "it is not asked"
    _, told = audit(place, internet, "dual.lab", families=["--pref64", plan.NAT64_PREFIX + "/96"])
    assert not codes(told) & {"A04", "A06"}
    for prefix in ("2001:db8::/33", "192.0.2.0/24", "2001:db8::1/64", "2001:db8:0:0:100::/96"):
        assert run(place, "--hints", internet.hints, "--pref64", prefix, "dual.lab").returncode == 2, prefix


def test_on_purpose_or_broken(internet):
    """D16, Z-12: for both families alike, and never where all is well."""
    for zone, words in (("v4only.lab", "No server of v4only.lab has an IPv6 address anywhere"),
                        ("v6only.lab", "No server of v6only.lab has an IPv4 address anywhere"),
                        ("dead6.lab", "is meant to be there over IPv6"), ("aaaaglue.lab", "is meant to be there over IPv4")):
        _, told = audit(internet.usual(), internet, zone)
        sentence, = sentences(told, "D16")
        assert words in sentence
    _, told = audit(internet.usual(), internet, "dual.lab")
    assert "D16" not in codes(told)
