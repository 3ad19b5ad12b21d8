"""`sextant signals` on logs of sites in which a fault begins at a known minute, and on days without one."""
import json
import pathlib
import subprocess

import pytest

import log_site
from conftest import PATIENCE_S, program
from log_site import Site

ONSET = 14  # minute
MINUTES = 20


def signals(path, text, *words, check):
    path.write_text(text)
    done = subprocess.run([program("sextant"), "signals", "--json", path, *words], capture_output=True, text=True,
                          timeout=3 * PATIENCE_S, check=False)
    assert done.returncode == check, done.stdout + done.stderr
    return json.loads(done.stdout)


def unseen(said):
    assert all(row["needs"] for row in said["undetermined"])
    return [row["signal"] for row in said["undetermined"]]


def zone_fails(minute, event):
    """The signature of one zone's AAAA does not verify."""
    if minute >= ONSET and event["qtype"] == "AAAA" and event["qname"].endswith(".zone7.test"):
        event["rcode"] = "SERVFAIL"


def network_without_ipv6(minute, event):
    """Its clients lost IPv6 and ask for A alone."""
    if minute >= ONSET and event["network"] == "2001:db8:4:" and event["qtype"] == "AAAA":
        return False


def network_fails(minute, event):
    if minute >= ONSET and event["network"] == "10.1.3.":
        event["rcode"] = "SERVFAIL"


def truncated(minute, event, follows):
    """Answers of a zone became too large."""
    if event["qname"].endswith(".zone3.test") and minute >= ONSET:
        event["tc"] = True
        return [dict(event, second=event["second"] + 0.1, tc=False, transport="tcp")] if follows else None


def ipv6_gone(minute, event):
    """The server's IPv6 address is no longer reached."""
    if minute >= ONSET and ":" in event["client"]:
        return False


def synthesis_lost(minute, event):
    """Of a zone without AAAA the answers were synthesized; then there is a native one, which may not work."""
    if event["qtype"] == "AAAA":
        is_made = event["qname"].endswith(".zone5.test") and minute < ONSET
        event["aaaa"] = "dns64" if is_made else "native"


# What is planted: the signals that it raises, the first of them its own, and their scope.
FAULTS = {
    "zone": (zone_fails, ["AAAA-SERVFAIL", "AAAA-PAIRS"], "zone zone7.test"),
    "no IPv6": (network_without_ipv6, ["A-TILT"], "network 2001:db8:4::/56"),
    "network": (network_fails, ["SOURCE-CLUSTER"], "network 10.1.3.0/24"),
    "no TCP": (lambda minute, event: truncated(minute, event, False), ["TC-WITHOUT-TCP", "TC-SHARE"], "zone zone3.test"),
    "large": (lambda minute, event: truncated(minute, event, True), ["TC-SHARE"], "zone zone3.test"),
    "family": (ipv6_gone, ["FAMILY-SILENT"], "all"),
    "synthesis": (synthesis_lost, ["SYNTH-SHIFT"], "rec zone zone5.test"),
}
SENSORS = 18
# Of resolvers, of authoritative servers, of probes: other sources than these logs tell them.
ELSEWHERE = {"FAMILY-FALLBACK", "REFRESH-FAILING", "RE-ASK", "PROBE-FAILING"}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(tmp_path, name):
    """Each within three minutes of its onset, with its scope, and nothing else is said but what follows from it."""
    fault, raised, scope = FAULTS[name]
    # A network is known by its clients' addresses: here all of /48 is one /56.
    site = Site(seed=1, rate=50)
    site.client = lambda network: network + (f":{site.random.randrange(1, 999):x}" if ":" in network else str(site.random.randrange(1, 255)))
    write = log_site.own if name == "synthesis" else log_site.coredns  # the only form that tells it
    said = signals(tmp_path / "log", write(site.events(MINUTES, fault)), check=1)
    assert sorted((one["signal"], one["scope"]) for one in said["signals"]) == sorted((signal, scope) for signal in raised), said
    assert set(unseen(said)) == ELSEWHERE | ({"LATENCY"} if name == "synthesis" else {"SYNTH-SHIFT", "EDE-CODES"})
    onset = log_site.stamp(ONSET * 60)
    for one in said["signals"]:
        assert onset < one["raised"] and one["raised"][:16] <= log_site.stamp((ONSET + 3) * 60)[:16]
        # Shares that only differ have no first event: their signal is as old as the three minutes that showed it.
        assert log_site.stamp((ONSET - 2) * 60)[:16] <= one["since"][:16]
        assert one["cleared"] is None


def test_fault_that_ends_is_cleared(tmp_path):
    def mended(minute, event):
        return zone_fails(minute, event) if minute < ONSET + 4 else None

    text = log_site.coredns(Site(seed=2, rate=50).events(ONSET + 14, mended))
    said = signals(tmp_path / "log", text, check=1)
    assert all(one["cleared"] is not None for one in said["signals"]), said
    # What was over before is left out when only the last minutes are asked for.
    assert signals(tmp_path / "log", text, "--since", "3m", check=0)["signals"] == []


@pytest.mark.parametrize("seed", range(3))
def test_quiet_hours_are_quiet(tmp_path, seed):
    """Three hours each, with failures of A and AAAA alike at another rate than the thresholds were tried with."""
    site = Site(seed=100 + seed, rate=8 * (1 + seed), networks=5 + 20 * seed, zones=10 + 60 * seed, noise=0.005 * (1 + 3 * seed))
    said = signals(tmp_path / "log", log_site.coredns(site.events(180)), check=0)
    assert said["signals"] == []


def test_bind_with_errors(tmp_path):
    """Failures are told by query-errors; that a question was answered well is not, so pairs cannot be judged."""
    said = signals(tmp_path / "log", log_site.bind(Site(seed=3, rate=50).events(MINUTES, zone_fails)), "--stream", "rec", check=1)
    assert [(one["signal"], one["scope"]) for one in said["signals"]] == [("AAAA-SERVFAIL", "rec zone zone7.test")]
    assert set(unseen(said)) == ELSEWHERE | {"AAAA-NXDOMAIN", "AAAA-PAIRS", "TC-SHARE", "TC-WITHOUT-TCP", "SYNTH-SHIFT",
                                                     "EDE-CODES", "LATENCY"}


def test_bind_queries_alone(tmp_path):
    """No response codes at all: said to be not observable, with what to do, and never to be well."""
    text = log_site.bind(Site(seed=3).events(5, zone_fails), has_errors=False)
    said = signals(tmp_path / "log", text, check=0)
    assert said["signals"] == [] and {"AAAA-SERVFAIL", "SOURCE-CLUSTER", "AAAA-PAIRS"} <= set(unseen(said))
    shown = subprocess.run([program("sextant"), "signals", tmp_path / "log"], capture_output=True, text=True, check=True).stdout
    assert "AAAA-SERVFAIL   needs response codes of AAAA and A, at least of failures" in shown
    assert shown.endswith("  what to add to the server's configuration: sextant advise logging --for bind\n")


def test_streams_are_apart(tmp_path):
    """What fails at a resolver is not laid at the authoritative server's door, nor averaged with it."""
    (tmp_path / "auth").write_text(log_site.own(Site(seed=5, rate=50).events(MINUTES), role="authoritative"))
    text = log_site.own(Site(seed=4, rate=50).events(MINUTES, zone_fails))
    said = signals(tmp_path / "log", text, tmp_path / "auth", check=1)
    assert {one["scope"] for one in said["signals"]} == {"rec zone zone7.test"}
    assert signals(tmp_path / "log", text, tmp_path / "auth", "--stream", "auth", check=0)["signals"] == []


def test_nothing_to_judge(tmp_path):
    said = signals(tmp_path / "log", "no log\n", check=3)
    assert said["unread"] == 1 and len(unseen(said)) == SENSORS
    said = signals(tmp_path / "log", "client ::1#1: query: a.test IN AAAA + (::1)\n", check=3)
    assert said["untimed"] == 1


def test_sites_have_names(tmp_path):
    """Networks of both families that a file gives one name are one scope, and a broken file is refused with its place."""
    sites = tmp_path / "sites"
    sites.write_text("# offices\n10.1.3.0/24 Paris\n2001:db8:4::/48 Lyon, ground floor\n")
    site = Site(seed=1, rate=50)
    site.client = lambda network: network + (f":{site.random.randrange(1, 999):x}" if ":" in network else str(site.random.randrange(1, 255)))
    text = log_site.coredns(site.events(MINUTES, network_fails))
    said = signals(tmp_path / "log", text, "--sites", sites, check=1)
    assert [(one["signal"], one["scope"]) for one in said["signals"]] == [("SOURCE-CLUSTER", "site Paris")]
    sites.write_text("10.1.3.0/24 Paris\n10.1.3.0/23 Lyon\n")
    done = subprocess.run([program("sextant"), "signals", "--sites", sites, tmp_path / "log"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and f"{sites}, line 2, column 1: bits are set behind the length" in done.stderr


def test_table_in_the_documentation():
    """The table of the documentation is the one that the command prints."""
    shown = subprocess.run([program("sextant"), "signals", "--table"], capture_output=True, text=True, check=True).stdout
    guide = (pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/query-logs.md").read_text()
    assert shown[:shown.index("What to log")] in guide
    rows = json.loads(subprocess.run([program("sextant"), "signals", "--table", "--json"], capture_output=True, check=True).stdout)["signals"]
    assert len(rows) == SENSORS and all(row["needs"] and row["means"] and row["next"] and row["streams"] and row["sources"] for row in rows)
    assert next(row for row in rows if row["signal"] == "AAAA-SERVFAIL")["prometheus"] == "AAAAServfail"
