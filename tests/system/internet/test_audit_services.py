"""`sextant audit` on service names: their addresses, the names of these, mail, hints, signatures.

Z-13, Z-16, P-02, P-03; checks P01 to P07, P09, S01.
"""
import subprocess

import pytest

from . import plan
from .test_audit import audit, run
from .test_audit_outputs import parsed, text_of
from .test_audit_inputs import validator  # noqa: F401, a fixture


def judged(internet, tmp_path, *lines, place=None):
    """{name: {(code, severity), ...}} of an inventory's lines, and the document."""
    file = tmp_path / "inventory"
    file.write_text("# what we run\n\n" + "".join(f"{line}\n" for line in lines))
    code, told = audit(place or internet.usual(), internet, "--inventory", str(file))
    found = {line.split()[0].rstrip("."): set() for line in lines}
    for row in told["findings"]:
        if row["subject"] and row["subject"].startswith("service "):
            name = row["subject"].removeprefix("service ")
            found[name].add((row["code"], row["severity"]))
            assert row["file"] == str(file) and lines[row["line"] - 3].split()[0].rstrip(".") == name
    return code, found, told


# What is planted, as the inventory has it. P05 as a notice where nobody says that AAAA has to be there.
ROWS = {
    "ok.service.lab AAAA A": set(), "alias.service.lab": set(), "www.dual.lab": set(),
    "plain.service.lab": {("P05", "notice")}, "plain.service.lab AAAA A": {("P05", "warning")}, "plain.service.lab. A": set(),
    "short.service.lab AAAA": {("P01", "warning"), ("P02", "error")},
    "hint.service.lab AAAA HTTPS": {("P06", "warning")}, "hint.service.lab HTTPS 8443  # and the port": {("P06", "warning")},
    "fine.service.lab HTTPS": set(), "embedded.service.lab AAAA": {("P07", "error")},
    "far.service.lab": {("P03", "warning")}, "single.service.lab": {("P03", "error")},
    "service.lab MX": {("P04", "warning")}, "mx1.service.lab MX": {("P09", "error")},
    "absent.service.lab": {("P09", "error")}, "short.service.lab AAAA A": {("P01", "warning"), ("P02", "error"), ("P09", "error")},
    "www.aaaabogus.lab": {("S01", "error")}, "bogus.service.lab": {("S01", "error")}, "www.good.lab": set(),
    "www.v4only.lab": {("D10", "error")},
}


def test_what_was_planted_is_found(internet, tmp_path):
    groups = []  # of lines with different names
    for line in ROWS:
        name = line.split()[0].rstrip(".")
        group = next((group for group in groups if name not in group), None)
        if group is None:
            groups.append(group := {})
        group[name] = line
    for group in groups:
        _, found, _ = judged(internet, tmp_path, *group.values())
        assert {group[name]: codes for name, codes in found.items()} == {line: ROWS[line] for line in group.values()}


def test_causes(internet, tmp_path):
    _, _, told = judged(internet, tmp_path, "hint.service.lab", "service.lab MX", "short.service.lab")
    causes = " ".join(row["cause"] for row in told["findings"])
    assert "the hint 192.0.2.99, which is not among the A records" in causes and "an ipv4hint and no ipv6hint" in causes
    assert f"mx2.service.lab has AAAA {plan.SERVICES6}2 but no PTR" in causes
    assert f"The PTR of {plan.SERVICES4}2 names mx1.service.lab, which has no such A" in causes
    assert f"The full name has {16 + 12} nibbles; an IPv6 address has 32" in causes


def test_reverse_zones_are_audited(internet, tmp_path):
    """P03: the zones in which addresses have their names are judged like any other, once each."""
    code, _, told = judged(internet, tmp_path, "ok.service.lab", "hint.service.lab AAAA A", "single.service.lab")
    assert code == 1
    assert sorted(zone["zone"] for zone in told["zones"]) == sorted([plan.REVERSE6, plan.REVERSE4, plan.REVERSE_SINGLE])
    errors = {row["code"] for row in told["findings"] if row["subject"] == f"zone {plan.REVERSE_SINGLE}" and row["severity"] == "error"}
    assert {"D02", "D04"} <= errors
    summed, = (row for row in told["findings"] if row["cause"].startswith("The reverse zone"))
    assert plan.REVERSE_SINGLE in summed["cause"] and "D04" in summed["cause"]
    assert not [row for row in told["findings"] if plan.REVERSE6 in (row["subject"] or "") and row["severity"] == "error"]


@pytest.mark.parametrize("name", ["ok", "mx1", "mx2", "plain", "short", "hint"])
def test_reverse_as_dig_sees_it(name, internet, tmp_path, validator):  # noqa: F811
    """`dig -x` by way of another resolver: the names that it finds are those of the audit."""
    place = validator("unbound", "  unblock-lan-zones: yes\n")  # documentation addresses
    _, _, told = judged(internet, tmp_path, f"{name}.service.lab", place=place)
    service, = told["services"]
    for family in ("ipv6", "ipv4"):
        for row in service[family]:
            done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", "dig", "@::1", "+short", "-x", row["address"]],
                                  capture_output=True, text=True, check=True)
            names = [line.rstrip(".") for line in done.stdout.split() if line.endswith(".") and "arpa" not in line]
            assert names == ([row["ptr_name"]] if "ptr_name" in row else [])
            assert row["ptr"] == ("missing" if not names else "good" if names == [f"{name}.service.lab"] else "stray")


def test_without_an_inventory(internet, tmp_path):
    """The zone's own name with its mail hosts, and www; what nobody says has to be there is no error."""
    code, told = audit(internet.usual(), internet, "service.lab")
    assert code == 0
    assert [service["name"] for service in told["services"]] == ["service.lab", "www.service.lab"]
    assert [host["name"] for host in told["services"][0]["mail"]] == ["mx1.service.lab", "mx2.service.lab"]
    assert {(row["code"], row["severity"]) for row in told["findings"] if row["code"].startswith("P")} == {
        ("P04", "warning")}
    page_file = tmp_path / "page.html"
    done = run(internet.usual(), "--hints", internet.hints, "--html", page_file, "service.lab")
    table = next(table for table in parsed(page_file).iter("table") if text_of(table).startswith("nameIPv6IPv4"))
    rows = [[text_of(cell) for cell in row] for row in table.find("tbody")]
    assert ["mx2.service.labmail of service.lab", f"{plan.SERVICES6}2 no PTR", f"{plan.SERVICES4}2 PTR of another"] in rows
    assert f"mx2.service.lab   AAAA {plan.SERVICES6}2 (PTR --)   A {plan.SERVICES4}2 (PTR !!)" in done.stdout


def test_one_family(internet, tmp_path):
    """What is seen over one family alone is the same; a place without the way there says so."""
    rows = [line for line in ROWS if "service.lab" in line and not line.startswith(("single.", "plain.", "short."))][:6]
    _, dual, _ = judged(internet, tmp_path, *rows)
    for family in ("ipv6", "ipv4"):
        _, found, _ = judged(internet, tmp_path, *rows, place=internet.usual(family))
        assert found == dual
    code, _, told = judged(internet, tmp_path, "www.v4only.lab", place=internet.usual("ipv6"))
    assert told["services"][0]["ipv6"] is None and told["services"][0]["ipv4"] is None
    assert code == 1 and {row["code"] for row in told["findings"]} == {"D10"}


def test_judged_again(internet, tmp_path):
    file, book = tmp_path / "inventory", tmp_path / "facts.json"
    file.write_text("single.service.lab\nservice.lab MX\n")
    words = ["--inventory", str(file)]
    code, told = audit(internet.usual(), internet, families=[*words, "--save", str(book)])
    again = audit(internet.usual("ipv6"), internet, families=[*words, "--from", str(book)])
    for document in (told, again[1]):
        document.pop("cost", None)
    assert again == (code, told)
    # What two hosts saw: each by itself, and the reverse zones that either of them came to.
    other = tmp_path / "other.json"
    audit(internet.usual("ipv6"), internet, families=[*words, "--save", str(other)])
    _, both = audit(internet.usual("ipv6"), internet, families=[*words, "--from", str(book), "--from", str(other)])
    for vantage in both["vantages"]:
        assert [host["name"] for host in vantage["services"][1]["mail"]] == ["mx1.service.lab", "mx2.service.lab"]
        assert {zone["zone"] for zone in vantage["zones"]} == {zone["zone"] for zone in told["zones"]}
    done = run(internet.usual(), *words, "--watch", "dual.lab")
    assert (done.returncode, "--watch and --inventory exclude each other" in done.stderr) == (2, True)


@pytest.mark.parametrize("line, said", [
    ("a..b", "inventory:2: a..b is no domain name"), ("www.x.lab AAAA TXT", "TXT is none of AAAA, A, MX, HTTPS, SVCB"),
    ("www.x.lab 70000", "70000 is no port"), ("www.x.lab 1 2", "2 is no port, or a second one"), ("", "there is no name in it")])
def test_an_inventory_that_is_none(line, said, internet, tmp_path):
    file = tmp_path / "inventory"
    file.write_text(f"# names\n{line}\n")
    done = run(internet.usual(), "--hints", internet.hints, "--inventory", file)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
