"""What `sextant audit` sees of the wire: sizes that get lost, fragments, segments, connections.

T02, T04 to T08, V02; RFC 10001 3.2, RFC 9715, RFC 7766.
"""
import pytest

from . import plan
from .test_audit import audit


def codes(told, *wanted):
    return {finding["code"] for finding in told["findings"]} & set(wanted)


def addresses(zone, family):
    return [address for server in zone["servers"] for address in server[family]]


@pytest.fixture(scope="module")
def seen(internet):
    """One run over zones of each kind; large answers of fragments.lab prove this host's own path."""
    _, told = audit(internet.place("dual"), internet, "fragments.lab", "hole.lab", "big.lab", "single.lab", "dual.lab", "good.lab",
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
