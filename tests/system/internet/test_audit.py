"""`sextant audit` on the zones of the test internet, whose faults are known.

Z-04 to Z-12; RFC 10001 3.1.
"""
import json
import subprocess
import time

import pytest

from conftest import program
from . import plan


def run(place, *words):
    return subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", program("sextant"), "audit", *words], check=False,
                          capture_output=True, text=True)


def audit(place, internet, *zones, families=()):
    result = run(place, "--json", "--timeout", "1500ms", "--resolv-conf", "/dev/null", *families, "--hints", internet.hints, "--anchor", internet.anchor, *zones)
    assert result.stderr == "" and result.stdout, (result.returncode, result.stderr)
    told = json.loads(result.stdout)
    told.pop("cost", None)  # what it took is another each time
    return result.returncode, told


def expected(zone):
    """{family: can a resolver that has it alone resolve the zone}, from what is written beside the zone in the plan."""
    rows = [row for row in plan.ROWS if row.name == f"www.{zone.name}."]
    where = set().union(*rows[0].where.values()) if rows else plan.OVER_IPV4 if zone.name in ("names4.lab", "pref64.lab", plan.REVERSE_SINGLE) else plan.ALL
    # Bad signatures are not a question of servers.
    return {family: family in where or bool(zone.fault) for family in ("ipv6", "ipv4")}


def test_every_zone_gets_the_verdict_that_was_planted(internet):
    # guessed.lab's server floods whoever asks over UDP; that is no matter of families.
    zones = [zone for zone in plan.ZONES if zone.name != "guessed.lab"]
    code, told = audit(internet.usual(), internet, *(zone.name for zone in zones))
    assert code == 1
    wrong = {}
    for zone, seen in zip(zones, told["zones"], strict=True):
        assert seen["zone"] == zone.name
        verdict = {family: seen[family]["resolvable"] for family in ("ipv6", "ipv4")}
        wanted = {family: "yes" if there else "no" for family, there in expected(zone).items()}
        if verdict != wanted:
            wrong[zone.name] = (verdict, wanted)
    assert not wrong


VERDICTS = {("yes", "yes"): "both", ("yes", "no"): "ipv6_only", ("no", "yes"): "ipv4_only"}


def test_many_zones_in_figures(internet, tmp_path):
    """Z-11, and the counts of the study that requirements.md part 6 cites: shares, causes, operators."""
    # lagging.lab differs by when it is asked, and so does its finding.
    names = [zone.name for zone in plan.ZONES if zone.name not in ("guessed.lab", "flood.lab", "lagging.lab")]
    listed = tmp_path / "zones"
    listed.write_text("# the test internet\n\n" + "".join(f"  {name}.  # zone\n" for name in names[1:]))
    _, told = audit(internet.usual(), internet, "--quick", "--list", listed, names[0])
    _, brief = audit(internet.usual(), internet, "--quick", "--brief", "--list", listed, names[0])
    assert "findings" not in brief and brief["zones"] == []
    assert (brief["summary"], brief["counts"]) == (told["summary"], told["counts"])
    zones, summary = told["zones"], told["summary"]
    assert summary["zones"] == len(zones) == len(names)
    assert summary["verdicts"] == {word: sum(zone["verdict"] == word for zone in zones) for word in summary["verdicts"]}
    for zone in zones:
        found = zone["ipv6"]["resolvable"], zone["ipv4"]["resolvable"]
        assert zone["verdict"] == VERDICTS.get(found, "dual_only" if zone["zone"] in ("mixed.six", "circle.lab") else "none"), zone
    for family in ("ipv6", "ipv4"):
        broken = [zone for zone in zones if zone[family]["resolvable"] == "no"]
        figures = summary[family]
        assert figures["unresolvable"] == len(broken) == sum(figures["causes"].values())
        assert figures["broken"] == sum(zone[family]["meant"] for zone in broken) == sum(figures["broken_causes"].values())
        assert figures["not_meant"] == len(broken) - figures["broken"]
        for code, count in figures["causes"].items():
            assert count == sum(zone[family]["code"] == code for zone in broken)
        assert figures["concentration"]["zones"] == sum(sorted((row[f"{family}_unresolvable"] for row in summary["operators"]),
                                                               reverse=True)[:figures["concentration"]["operators"]])
    causes = {zone["zone"]: (zone["ipv6"].get("code"), zone["ipv6"]["meant"], zone["ipv4"].get("code"), zone["ipv4"]["meant"])
              for zone in zones}
    assert causes["v4only.lab"] == ("D04", False, None, True) and causes["v6only.lab"] == (None, True, "D04", False)
    assert causes["aglue.lab"] == ("D05", True, None, True) and causes["aaaaglue.lab"] == (None, True, "D05", True)
    assert causes["dual.four"] == ("D10", True, None, True) and causes["mixed.six"] == ("D04", False, "D10", True)
    assert causes["sibling.lab"] == ("D08", True, None, True)
    assert {"operator": "names4.lab", "zones": 2, "ipv6_unresolvable": 2, "ipv4_unresolvable": 0} in summary["operators"]
    assert summary["codes"] == {code: len({row["subject"] for row in told["findings"] if row["code"] == code})
                                for code in summary["codes"]}
    done = run(internet.usual(), "--brief", "--hints", internet.hints, "v4only.lab", "dual.lab")
    assert "not resolvable over IPv6 alone: 1 zone, and why" in done.stdout
    assert "ns1.v4only.lab" not in done.stdout


def test_a_list_that_is_wrong(internet, tmp_path):
    listed = tmp_path / "zones"
    for text, message in (("dual.lab\na..b\n", f"{listed}:2: a..b is no domain name"), ("# none\n", f"{listed}: it names no zone")):
        listed.write_text(text)
        done = run(internet.usual(), "--hints", internet.hints, "--list", listed)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
    for rate in ("0", "x", "-1"):
        assert run(internet.usual(), "--hints", internet.hints, "--rate", rate, "dual.lab").returncode == 2


# What the audit has to find, apart from counts and what every zone of few servers has.
FOUND = {
    "aglue.lab": {"D02", "D04", "D05"}, "aaaaglue.lab": {"D01", "D04", "D05"}, "childless.lab": {"D06"},
    "v6only.lab": {"D01", "D04"}, "v4only.lab": {"D02", "D04"}, "dual.four": {"D10"}, "dual.six": {"D10"},
    "sibling.lab": {"D08"}, "dead6.lab": {"D11"}, "dead4.lab": {"D11"}, "half.lab": {"D11"}, "eight.lab": {"D11", "D19"},
    "grave.lab": {"D11"}, "mapped.lab": {"A01"}, "compatible.lab": {"A02"}, "embedded.lab": {"A03"}, "linklocal.lab": {"A05"},
    "lame.lab": {"D11"}, "lamer.lab": {"D11"}, "bogus.lab": {"S02"}, "expired.lab": {"S03"},
    "aaaabogus.lab": {"S01"}, "formerr.lab": {"T03"}, "dual.lab": set(), "good.lab": set(), "chain.lab": {"T07"},
    "hole.lab": {"T06"}, "big.lab": {"T08"}, "fragments.lab": {"T04", "T05"}, "single.lab": {"T02"},
}


@pytest.mark.parametrize("name", FOUND)
def test_faults_are_named(name, internet):
    code, told = audit(internet.usual(), internet, name)
    found = {finding["code"] for finding in told["findings"] if finding["severity"] != "notice" or finding["code"] == "D19"}
    assert FOUND[name] <= found
    assert code == (1 if any(finding["severity"] == "error" for finding in told["findings"]) else 3 if told["undetermined"] else 0)
    if not FOUND[name]:
        assert found == set()


def test_tcp_alone_is_another_fault_than_silence(internet):
    """T01: what is lost over UDP to one of two families."""
    place = internet.place("dual")
    hosts = plan.zone_named("noudp.lab").hosts
    lost = {address for host in hosts for address in host.answering() if ":" in address}
    place.run("nft", "add", "rule", "inet", "place", "arriving", "ip6", "saddr", "{", ", ".join(lost), "}", "udp", "sport", "53", "drop")
    code, told = audit(place, internet, "noudp.lab")
    found = [finding["cause"] for finding in told["findings"] if finding["code"] == "T01"]
    assert (code, len(found)) == (1, 2) and all(any(address in cause for cause in found) for address in lost)
    assert [told["zones"][0][family]["resolvable"] for family in ("ipv6", "ipv4")] == ["no", "yes"]
    assert "D11" not in {finding["code"] for finding in told["findings"]}


@pytest.mark.parametrize("zone, family, culprit", [("dual.four", "ipv6", "four"), ("dual.six", "ipv4", "six"),
                                                   ("sibling.lab", "ipv6", "names4.lab"), ("aglue.lab", "ipv6", "aglue.lab")])
def test_culprit(zone, family, culprit, internet):
    _, told = audit(internet.usual(), internet, zone)
    assert told["zones"][0][family]["culprit"] == culprit


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_what_cannot_be_tested_is_not_called_fine(family, internet):
    """V01: on a host with one family the other is untested, and so is the exit code."""
    other = {"ipv6": "ipv4", "ipv4": "ipv6"}[family]
    code, told = audit(internet.usual(family), internet, "dual.lab")
    assert code == 3
    assert told["zones"][0][family]["resolvable"] == "yes"
    assert told["zones"][0][other]["resolvable"] == "untested"
    assert [row["code"] for row in told["undetermined"]] == ["V01"]
    code, told = audit(internet.usual(), internet, "dual.lab", families=["-6" if family == "ipv6" else "-4"])
    assert (code, told["zones"][0][other]["resolvable"]) == (3, "untested")


def test_table(internet):
    done = run(internet.usual(), "--hints", internet.hints, "aglue.lab")
    assert done.returncode == 1
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["ns1.aglue.lab", "--", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok"] in lines
    assert "result: aglue.lab IPv6-only resolvable no | IPv4-only resolvable yes, without redundancy" in done.stdout
    done = run(internet.usual(), "--hints", internet.hints, "absent.lab")
    assert (done.returncode, "ZON-25" in done.stdout) == (1, True)


def test_usage(internet, tmp_path):
    place = internet.usual()
    assert run(place).returncode == 2
    assert run(place, "--hints", tmp_path / "none", "dual.lab").returncode == 2
    assert run(place, "--hints", internet.hints, "a..b").returncode == 2


def test_what_was_seen_is_judged_again(internet, tmp_path):
    """V04: every question and reply is kept; elsewhere, without asking, the judgement is the same."""
    book = tmp_path / "facts.json"
    code, told = audit(internet.usual(), internet, "sibling.lab", "aaaabogus.lab", families=["--save", book])
    facts = json.loads(book.read_text())
    assert facts["schema"] == "sextant.facts/1"
    assert abs(facts["time"] - time.time()) < 60
    assert {row["transport"] for row in facts["facts"]} == {"udp", "tcp"}
    keys = ("server", "transport", "name", "type", "edns", "do", "cd", "class", "version", "again", "nsid", "cookie", "unknown",
            "probe", "segment_most")
    questions = [tuple(row.get(key) for key in keys) for row in facts["facts"]]
    assert len(set(questions)) == len(questions), "something was asked twice"
    place = internet.usual("ipv6")
    place.forget()
    assert audit(place, internet, "sibling.lab", "aaaabogus.lab", families=["--from", book]) == (code, told)
    assert place.asked() == {}
    # Signatures count as of the time of the book: years later the good one is as good, and before it was made it is not.
    audit(internet.usual(), internet, "good.lab", families=["--save", book])
    facts = json.loads(book.read_text())
    assert audit(place, internet, "good.lab", families=["--from", book])[0] == 0
    book.write_text(json.dumps(facts | {"time": 1000000000}))
    code, told = audit(place, internet, "good.lab", families=["--from", book])
    assert (code, [row["code"] for row in told["findings"] if row["severity"] == "error"]) == (1, ["S03"])
    # What the book lacks is not known, and not called fine.
    code, told = audit(place, internet, "dual.lab", families=["--from", book])
    assert code == 3
    assert [told["zones"][0][family]["resolvable"] for family in ("ipv6", "ipv4")] == ["untested", "untested"]
    book.write_text("{}")
    assert run(place, "--hints", internet.hints, "--from", book, "dual.lab").returncode == 2


def test_a_delegation_is_tested_before_it_is_made(internet):
    """Z-18. aglue.lab has no AAAA glue at the parent: with it, it would be resolvable over IPv6; with a dead server it would not."""
    place = internet.usual()
    zone = plan.zone_named("aglue.lab")
    host, = zone.hosts
    good = [word for address in host.child for word in ("--ns", f"{host.name}/{address}")]
    _, told = audit(place, internet, zone.name, families=good)
    assert [told["zones"][0][family]["resolvable"] for family in ("ipv6", "ipv4")] == ["yes", "yes"]
    assert {row["code"] for row in told["findings"] if row["severity"] == "error"} == {"D01", "D02"}
    _, told = audit(place, internet, zone.name, families=["--ns", f"{host.name}/3fff:ffff::1"])
    assert [told["zones"][0][family]["resolvable"] for family in ("ipv6", "ipv4")] == ["no", "no"]
    assert "D11" in {row["code"] for row in told["findings"]}
    assert run(place, "--hints", internet.hints, "--ns", "a/b", zone.name).returncode == 2
    assert run(place, "--hints", internet.hints, "--ns", "ns1.x", zone.name, "dual.lab").returncode == 2
