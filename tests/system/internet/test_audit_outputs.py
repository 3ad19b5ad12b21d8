"""What `sextant audit` gives out beside its table: pages, vantage points side by side.

V04, Z-15, M-14.
"""
import contextlib
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import time

import pytest

from conftest import PATIENCE_S, program
from . import plan
from .test_audit import audit, run

HOSTILE = r"\060script\062alert(1)\060\047script\062.\034onload=\039x\038lt\059.lab"  # <script>alert(1)</script>."onload='x&lt;.lab


def parsed(path):
    """The page's elements; it has to be valid."""
    html5lib = pytest.importorskip("html5lib", reason="python3-html5lib is not installed")
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text())


def text_of(element):
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def page(place, internet, path, *words):
    done = run(place, "--quick", "--timeout", "1500ms", "--hints", internet.hints, "--anchor", internet.anchor, "--html", path, *words)
    assert done.stderr == "", done.stderr
    return done, parsed(path)


def test_page(internet, tmp_path):
    done, root = page(internet.usual(), internet, tmp_path / "page.html", "aglue.lab")
    assert done.returncode == 1
    assert "result: aglue.lab" in done.stdout  # the usual text is told, too
    tiles = [text_of(tile) for tile in root.iter("div") if "tile" in tile.get("class", "").split()]
    assert [tile.split(" ")[:3] for tile in tiles[:2]] == [["IPv6", "aloneno" + "the", "first"], ["IPv4", "aloneyes" + "1", "of"]]
    tables = {text_of(table.find("caption")): table for table in root.iter("table")}
    rows = {family: [text_of(cell) for cell in table.find("tbody").find("tr")] for family, table in tables.items()}
    assert rows["IPv6"][1:] == ["missing", "ok", "ok", "ok", "–", "ok"]
    assert rows["IPv4"][1:] == ["ok", "ok", "ok", "ok", "–", "ok"]
    assert "ns1.aglue.lab" in rows["IPv6"][0]
    codes = [text_of(article.find("h4").find("code")) for article in root.iter("article")]
    assert {"D01", "D02", "D04", "D05"} <= set(codes)
    assert all("Means." in text_of(article.find("details")) for article in root.iter("article"))
    heads = [text_of(head) for head in root.iter("h3")]
    assert heads[0].startswith("Errors") and heads[-1] == "How it was asked"
    asked = text_of(next(root.iter("dl")))
    assert re.search(r"when20\d\d-.*families of that hostIPv6 yes, IPv4 yes.*over UDP.*1232 octets", asked)


def test_page_stands_by_itself_and_trusts_no_name(internet, tmp_path):
    """No script, nothing fetched, and names are text, whatever is in them."""
    path, book = tmp_path / "page.html", tmp_path / "book.json"
    place = internet.usual()
    audit(place, internet, "dual.lab", families=["--save", book])
    facts = json.loads(book.read_text())
    book.write_text(json.dumps(facts | {"vantage": "<img src=x onerror=y>\x1b[2J"}))
    _, root = page(place, internet, path, "--from", book, "dual.lab", HOSTILE)
    elements = list(root.iter())
    assert not {"script", "img", "link", "iframe", "object", "a"} & {element.tag for element in elements}
    assert not [key for element in elements for key in element.keys() if key.startswith("on") or key in ("src", "href")]
    style, = root.iter("style")
    assert "url(" not in style.text and "@import" not in style.text
    assert r"<script>alert\(1\)</script>" in text_of(root.find("body")) and "<script" not in path.read_text()
    assert "<img src=x onerror=y>?[2J" in text_of(root.find("body"))
    assert "\x1b" not in path.read_text()


def test_many_zones_on_a_page(internet, tmp_path):
    _, root = page(internet.usual(), internet, tmp_path / "page.html", "dual.lab", "aglue.lab", "mixed.six")
    table = next(table for table in root.iter("table") if table.get("class") == "zones")
    assert [[text_of(cell) for cell in row] for row in table.find("tbody")] == [
        ["dual.lab", "yes", "yes", "each family alone"], ["aglue.lab", "no", "yes", "IPv4 alone, not IPv6 alone"],
        ["mixed.six", "no", "no", "only both families together"]]
    assert "Zones, by who can resolve them" in text_of(root.find("body"))
    assert "Both families togetheryes" in text_of(root.find("body"))


@pytest.fixture(scope="module")
def books(internet, tmp_path_factory):
    """Three hosts: one sees all, one does not get answers from dual.lab's servers over IPv6, one has no IPv6."""
    made, folder = [], tmp_path_factory.mktemp("books")
    for label, network, lost in (("all", "dual", ()), ("half", "dual", ("3fff:10::/32",)), ("four", "ipv4", ())):
        place = internet.place(network)
        place.lose(*lost)
        made.append(folder / f"{label}.json")
        audit(place, internet, "--quick", "dual.lab", "v4only.lab", families=["--save", made[-1]])
        made[-1].write_text(json.dumps(json.loads(made[-1].read_text()) | {"vantage": label}))
    return made


def states(block):
    return {zone["zone"]: (zone["ipv6"]["resolvable"], zone["ipv4"]["resolvable"]) for zone in block["zones"]}


def test_vantage_points_side_by_side(internet, books, tmp_path):
    """Z-15: a test from one host proves little; each book is judged by itself."""
    place = internet.usual("ipv6")
    place.forget()
    froms = [word for book in books for word in ("--from", book)]
    code, told = audit(place, internet, "dual.lab", "v4only.lab", families=["--quick", *froms])
    assert place.asked() == {}
    assert code == 1
    assert [block["vantage"] for block in told["vantages"]] == ["all", "half", "four"]
    assert [states(block) for block in told["vantages"]] == [
        {"dual.lab": ("yes", "yes"), "v4only.lab": ("no", "yes")}, {"dual.lab": ("no", "yes"), "v4only.lab": ("no", "yes")},
        {"dual.lab": ("untested", "yes"), "v4only.lab": ("untested", "yes")}]
    difference, = told["differences"]["findings"]
    assert (difference["code"], difference["cause"]) == (
        "V06", "dual.lab is resolvable over IPv6 alone from all, and not from half.")
    done, root = page(place, internet, tmp_path / "page.html", *froms, "dual.lab", "v4only.lab")
    assert "from all: yes, from half: no, from four: not tested" in done.stdout
    table = next(root.iter("table"))
    assert [text_of(cell) for cell in table.find("tbody").find("tr")] == ["dual.lab", "yes", "no", "not tested", "yes", "yes", "yes"]
    # A family that one host lacks was seen by another.
    code, _ = audit(place, internet, "dual.lab", families=["--quick", "--from", books[0], "--from", books[2]])
    assert code == 0
    code, told = audit(place, internet, "dual.lab", families=["--quick", "--from", books[2], "--from", books[2]])
    assert code == 3
    assert [block["vantage"] for block in told["vantages"]] == ["four", f"four ({books[2]})"]


def test_a_host_that_does_not_see_the_root_blames_nobody(internet):
    """V01: packets of one family are lost near the host; addresses of that family are not called silent."""
    place = internet.place("dual")
    place.lose("3fff::/20")
    code, told = audit(place, internet, "--quick", "dual.lab")
    assert code == 3
    assert [row["code"] for row in told["findings"] if row["severity"] != "notice"] == []
    assert {address["udp"] for server in told["zones"][0]["servers"] for address in server["ipv6"]} == {"untested"}


def test_a_book_on_standard_output(internet, tmp_path):
    done = run(internet.usual(), "--hints", internet.hints, "--save", "-", "dual.lab")
    book = json.loads(done.stdout)
    assert (book["schema"], bool(book["vantage"]), done.returncode) == ("sextant.facts/1", True, 0)


# --- While it runs ---


def on_terminal(place, *words):
    """What a terminal on stderr gets."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(["nsenter", f"--net=/run/netns/{place.namespace}", program("sextant"), "audit", *words], stderr=theirs,
                          stdout=subprocess.DEVNULL) as running:
        os.close(theirs)
        told = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while more := os.read(ours, 4096):
                told += more
        os.close(ours)
    assert running.returncode == 1
    return told.decode()


def test_progress_on_a_terminal(internet):
    """A line that is written over again, and taken away; none with -q (and none elsewhere: all other tests see to that)."""
    place = internet.place("dual")
    words = ["--quick", "--timeout", "1s", "--hints", internet.hints, "dual.lab", "dead6.lab"]
    lines = on_terminal(place, *words).split("\r")
    assert re.fullmatch(r"[01] of 2 zones, \d+ questions, \d+ a second\x1b\[K", lines[1])
    assert lines[-1] == "\x1b[K"
    assert on_terminal(place, "-q", *words) == ""


# --- Other hosts ---

FAKE_SSH = """#!/bin/sh
# Stands for ssh: HOST is a network namespace; the command goes through a shell, as sshd does it.
test "$1 $2 $3" = "-o BatchMode=yes --" || exit 99
case $4 in
absent) printf 'ssh: connect to host absent port 22: \\033[31mNo route to host' >&2; exit 255;;
slow) exec sleep 30;;
garbled) echo '{'; exit 0;;
esac
echo "$5" >>{log}
test $# = 5 && exec nsenter --net=/run/netns/$4 sh -c "$5"
"""


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """The file of the commands that were run over there, as the shell there got them."""
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    (folder / "ssh").write_text(FAKE_SSH.replace("{log}", str(log)))
    (folder / "ssh").chmod(0o755)
    (folder / "sextant").symlink_to(program("sextant"))
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return log


def test_other_hosts_are_asked(internet, ssh):
    """Z-15, M-14: one sees all, one has IPv4 alone, and from the third dual.lab's servers are not reached over IPv6."""
    here, four, third = internet.place("dual"), internet.place("ipv4"), internet.place("dual")
    third.lose("3fff:10::/32")
    words = ["--quick", "--vantage", "local", "--vantage", f"ssh:{four.namespace}", "--vantage", f"ssh:{third.namespace}"]
    code, told = audit(here, internet, *words, "dual.lab", "v4only.lab")
    assert code == 1
    assert [states(block)["dual.lab"] for block in told["vantages"]] == [("yes", "yes"), ("untested", "yes"), ("no", "yes")]
    assert [block["vantage"] for block in told["vantages"]][1:] == [four.namespace, third.namespace]
    assert [row["code"] for row in told["differences"]["findings"]] == ["V06"]


def test_one_other_host_instead_of_this(internet, ssh, tmp_path):
    """What a shell would take for its own stays one word."""
    here, there = internet.place("dual"), internet.place("ipv4")
    here.forget()
    anchor = tmp_path / "an 'odd' $(touch x) name;"
    anchor.write_bytes(internet.anchor.read_bytes())
    done = run(here, "--json", "--quick", "--hints", internet.hints, "--anchor", anchor, "--vantage", f"ssh:{there.namespace}", "good.lab")
    told = json.loads(done.stdout)
    assert here.asked() == {}
    assert (done.returncode, told["vantage"], states(told)) == (3, there.namespace, {"good.lab": ("untested", "yes")})
    words = shlex.split(ssh.read_text())
    assert words == ["sextant", "audit", "--save", "-", "--hints", str(internet.hints), "--anchor", str(anchor), "--quick", "--", "good.lab"]


def test_another_host_asks_all_that_is_judged(internet, ssh, tmp_path):
    """What this host finds by itself, that one finds: service names of operands, none of listed zones."""
    listed = tmp_path / "zones"
    listed.write_text("split.lab\n")
    place = internet.place("dual")
    ways = ([], ["--vantage", f"ssh:{place.namespace}"])
    here, there = (audit(place, internet, *way, "--list", listed, "dual.lab", ) for way in ways)
    assert [row for row in there[1]["findings"] if row["undetermined"]] == []
    for told in (here[1], there[1]):
        del told["time"], told["vantage"]
    assert there == here


def test_hosts_that_cannot_be_asked(internet, ssh):
    place = internet.place("dual")
    begin = ["--timeout", "20ms", "--hints", internet.hints]
    for vantage, code, message in (("ssh:absent", 3, "ended with 255: ssh: connect to host absent port 22: ?[31mNo route"),
                                   ("ssh:slow", 3, "nothing came in time"), ("ssh:garbled", 2, "garbled: line"),
                                   ("ssh:", 2, "write ssh:HOST"), ("ssh:-oProxyCommand=x", 2, "write ssh:HOST"),
                                   ("telnet:x", 2, "write local (once) or ssh:HOST")):
        done = run(place, *begin, "--vantage", vantage, "dual.lab")
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert message in done.stderr


# --- Run beside run ---


def test_difference_of_two_runs(internet, books, tmp_path):
    """V04: what is new and gone, and why; worse is an error, better is none, and what was not seen is neither."""
    full, half, four = books
    place = internet.usual("ipv6")
    zones = ["--quick", "dual.lab", "v4only.lab"]
    code, diff = audit(place, internet, *zones, families=["--diff", full, "--from", half])
    assert (code, diff["schema"], diff["worse"]) == (1, "sextant.audit-diff/1", True)
    assert (diff["before"]["vantage"], diff["after"]["vantage"]) == ("all", "half")
    assert diff["verdicts"] == [{"zone": "dual.lab", "family": "ipv6", "before": "yes", "after": "no", "worse": True}]
    assert {row["code"] for row in diff["findings"]["new"]} == {"D11", "D16"} and diff["findings"]["gone"] == []
    assert diff["findings"]["unchanged"] > 0
    assert {row["zone"] for row in diff["facts"]} == {"dual.lab"}
    changes = {row["change"] for row in diff["facts"]}
    assert {f"{host.name} at {host.child[0]} over UDP: silent, was good" for host in plan.zone_named("dual.lab").hosts} <= changes
    # The other way round nothing is worse.
    code, back = audit(place, internet, *zones, families=["--diff", half, "--from", full])
    assert (code, back["worse"]) == (0, False)
    assert back["findings"]["gone"] == diff["findings"]["new"]
    # What one run could not see is no change for the worse.
    code, lost = audit(place, internet, *zones, families=["--diff", full, "--from", four])
    assert (code, lost["worse"]) == (3, False)
    assert {(row["before"], row["after"]) for row in lost["verdicts"]} == {("yes", "untested"), ("no", "untested")}
    # The JSON result of a run will do as well as its book.
    result = tmp_path / "result.json"
    result.write_text(json.dumps(audit(place, internet, *zones, families=["--from", full])[1]))
    assert audit(place, internet, *zones, families=["--diff", result, "--from", half]) == (1, diff)
    same = run(place, "--hints", internet.hints, "--diff", full, "--from", full, *zones)
    assert same.returncode == 0 and "0 verdicts changed; findings: 0 new, 0 gone" in same.stdout
    told = run(place, "--hints", internet.hints, "--diff", full, "--from", half, *zones).stdout
    assert "verdict  dual.lab: resolvable over IPv6 alone: no, was yes" in told
    for text in ("{}", "x", '{"schema": "sextant.audit/1"}'):
        result.write_text(text)
        assert run(place, "--hints", internet.hints, "--diff", result, "--from", full, *zones).returncode == 2


def test_facts_that_changed(internet, books, tmp_path):
    """An address, a server and a serial: of a result that is edited by hand."""
    place = internet.usual("ipv6")
    _, result = audit(place, internet, "--quick", "dual.lab", families=["--from", books[0]])
    first, second = result["zones"][0]["servers"]
    address, first["ipv6"][0]["address"] = first["ipv6"][0]["address"], "3fff:10::99"
    for row in second["ipv6"] + second["ipv4"] + first["ipv4"]:
        row["serial"] = 7
    first["in_zone"] = False
    result["zones"][0]["servers"].append(dict(second, name="old.dual.lab"))
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result))
    _, diff = audit(place, internet, "--quick", "dual.lab", families=["--diff", path, "--from", books[0]])
    assert sorted(row["change"] for row in diff["facts"]) == [
        f"ns1.dual.lab has a new address: {address}", "ns1.dual.lab has lost an address: 3fff:10::99",
        "ns1.dual.lab is now in the zone's NS set", "old.dual.lab is no name server any more", "serial 1, was 7"]


def watch(internet, place, *words):
    return subprocess.Popen(["nsenter", f"--net=/run/netns/{place.namespace}", program("sextant"), "audit", "--quick", "--watch",
                             "--every", "2s", "--timeout", "500ms", "--hints", internet.hints, *words], stdout=subprocess.PIPE, text=True)


def test_watch_ends_when_all_agree(internet):
    """Z-14: over IPv6 the servers are not reached at first."""
    place = internet.place("dual")
    place.lose("3fff:10::/32")
    with watch(internet, place, "dual.lab") as watching:
        first = watching.stdout.readline()
        assert re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  verdict  dual.lab: resolvable over IPv6 alone: no, over IPv4 alone: yes", first)
        place.lose()
        rest = watching.stdout.read()
        assert watching.wait(timeout=PATIENCE_S) == 0
    assert "dual.lab: resolvable over IPv6 alone: yes, was no" in rest
    assert rest.splitlines()[-1].endswith("parent and children agree, and each family reaches them")


def test_watch_can_be_ended(internet):
    """childless.lab's parent has glue that the zone has not: that never ends by itself."""
    started = time.monotonic()
    with watch(internet, internet.usual(), "--json", "childless.lab") as watching:
        told = [json.loads(watching.stdout.readline()) for _ in range(2)]
        assert {(row["zone"], row["kind"]) for row in told} == {("childless.lab", "verdict"), ("childless.lab", "finding")}
        time.sleep(2.2)
        assert watching.poll() is None
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=PATIENCE_S) == 0
    assert time.monotonic() - started < PATIENCE_S


def test_what_does_not_go_together(internet):
    place = internet.usual()
    for words in (["--watch", "--save", "x"], ["--every", "5s"], ["--watch", "--every", "1s"], ["--diff", "a", "--html", "b"],
                  ["--watch", "--brief"], ["--save", "-", "--html", "b"], ["--from", "a", "--rate", "5"],
                  ["--diff", "a", "--from", "b", "--from", "c"]):
        done = run(place, "--hints", internet.hints, *words, "dual.lab")
        assert (done.returncode, done.stdout) == (2, "") and done.stderr
