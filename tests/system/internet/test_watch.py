"""Scheduled probes: our daemon watches names of the test internet over both families, and says what is planted."""
import contextlib
import json
import time

import pytest

from conftest import Sextantd

from . import plan
from .incidents import Services

SOUND = ["www.good.lab", "www.dual.lab"]
# Each name: what its failing probes are, as (state, family).
PLANTED = {
    "www.half.lab": {("silent", "ipv6"), ("silent", "ipv4")},
    "www.dead6.lab": {("silent", "ipv6")},
    "www.lame.lab": {("rcode", "ipv6"), ("rcode", "ipv4")},
    "www.aaaabogus.lab": {("bogus", "ipv6"), ("bogus", "ipv4")},
    "www.expired.lab": {("bogus", "ipv6"), ("bogus", "ipv4")},
    "www.nxaaaa.lab": {("absent", "ipv6"), ("absent", "ipv4")},
    "www.aglue.lab": {("no-path", "ipv6")},
    "www.v4only.lab": set(),  # no server over IPv6: on purpose, as far as probes go
}


class Watch:
    """A daemon that serves a zone of its own and watches."""

    def __init__(self, folder, place, internet):
        self.place, self.internet = place, internet
        self.daemon = Sextantd(folder, place.namespace)
        self.daemon.zone()

    def write(self, watch):
        self.daemon.config([self.place.loopback])
        with open(self.daemon.config_path, "a") as config:
            watch = {"root-hints": str(self.internet.hints), "trust-anchor-file": str(self.internet.anchor)} | watch
            config.write("watch: " + json.dumps(watch) + "\n")

    def start(self, **watch):
        self.write(watch)
        self.daemon.start()
        return self

    def sets(self):
        return {row["set"]: row for row in self.daemon.status()["watch"]["sets"]}

    def first(self, key="services"):
        """The first round that is over."""
        self.daemon.wait_for(lambda: self.sets()[key]["rounds"] > 0)
        return self.sets()[key]["last"]

    def within(self, condition, rounds=2, key="services"):
        """The first round whose rows are so; it has to be among the next two, the one under way aside."""
        begun = self.sets()[key]["rounds"]
        while True:
            row = self.sets()[key]
            if row["rounds"] > 0 and condition(row["last"]["rows"]):
                return row["last"]
            assert row["rounds"] <= begun + 1 + rounds, row["last"]
            time.sleep(0.05)

    def stop(self):
        started = time.monotonic()
        code = self.daemon.stop()
        assert code == 0 and "Sanitizer" not in self.daemon.text(), self.daemon.text()[-5000:]
        assert time.monotonic() - started < 8


@pytest.fixture
def watches(internet, tmp_path):
    made = []

    def make(place, **watch):
        made.append(Watch(tmp_path / f"w{len(made)}", place, internet))
        return made[-1].start(**watch)

    yield make
    for watch in made:
        watch.stop()


def failing(rows, name):
    """(state, family) of the probes of the name that fail."""
    lost = {"refused": "silent"}  # some routers say that nobody is there
    return {(lost.get(row["state"], row["state"]), row["family"]) for row in rows
            if row["name"] == name or (row["state"] == "no-path" and name.endswith("." + row["name"]))}


def test_what_was_planted_fails_and_what_is_sound_does_not(internet, watches):
    names = SOUND + list(PLANTED)
    watch = watches(internet.usual(), services={"names": names, "types": ["AAAA", "A"], "every": "1s", "timeout": "500ms"})
    last = watch.first()
    seen = {name: failing(last["rows"], name) for name in names}
    assert seen == {name: set() for name in SOUND} | PLANTED, json.dumps(last["rows"], indent=1)
    # The A of a zone whose AAAA is bogus is fine.
    assert {row["type"] for row in last["rows"] if row["name"] == "www.aaaabogus.lab"} == {"AAAA"}
    assert last["probes"] > 80 and last["states"]["good"] > 0


def test_faults_that_come_and_go(internet, watches):
    """One server's IPv6 dies, then TCP is dropped: told within two rounds, by status and in the log, and so is the end of it."""
    place = internet.place("dual")
    watch = watches(place, services={"names": ["www.good.lab"], "types": ["AAAA"], "every": "1s", "timeout": "400ms", "log": "failing"})
    assert watch.first()["failing"] == 0
    first, _ = (host.child for host in plan.zone_named("good.lab").hosts)
    place.lose(first[0])
    watch.within(lambda rows: {(row["target"], row["transport"]) for row in rows} == {(f"{first[0]}@53", "udp"), (f"{first[0]}@53", "tcp")})
    assert f"silent   www.good.lab AAAA at {first[0]}@53 over UDP: no reply over UDP within 400 ms" in watch.daemon.sextant("status").stdout
    watch.daemon.wait_for(lambda: "PROBE-FAILING" in watch.daemon.sextant("signals").stdout)
    place.lose()
    watch.within(lambda rows: not rows)
    place.run("nft", "add rule inet place arriving tcp sport 53 drop")
    watch.within(lambda rows: len(rows) == 4 and {(row["transport"], row["state"]) for row in rows} == {("tcp", "silent")})
    changes = [line["msg"] for line in watch.daemon.lines("probe")]
    assert any(f"AAAA at {first[0]}@53 over UDP fails: no reply over UDP within 400 ms" in text for text in changes), changes
    assert any(f"AAAA at {first[0]}@53 over UDP no longer fails" in text for text in changes), changes
    logged = [line for line in watch.daemon.lines("reply") if line.get("stream") == "probe"]
    assert logged and {line["probe"] for line in logged} == {"silent"} and logged[0]["qname"] == "www.good.lab."
    assert "\n\n" not in watch.daemon.text()  # each line has one end


def test_services(internet, watches):
    """Connections over each family, PTRs of the addresses, a signature that ends soon."""
    place = internet.place("dual")
    with contextlib.closing(Services(internet)):
        place.lose(plan.WEB["six-silent"]["AAAA"])
        watch = watches(place, services={
            "names": ["fine.web.lab", "six-refused.web.lab", "six-silent.web.lab", "nopointer.web.lab"], "types": ["AAAA", "A", "PTR"],
            "every": "1s", "timeout": "400ms", "connect": [443]},
            sets={"signed": {"names": ["www.expiring.lab"], "every": "1s", "timeout": "400ms", "signatures-left": "1d"}})
        rows = watch.within(lambda rows: any(row["type"] == "PTR" for row in rows))["rows"]
        connects = {(row["name"], row["state"], row["family"]) for row in rows if row["probe"].startswith("connect")}
        assert connects >= {("six-refused.web.lab", "refused", "ipv6"), ("six-silent.web.lab", "silent", "ipv6")}
        assert not any(name == "fine.web.lab" for name, _, _ in connects) and ("six-refused.web.lab", "refused", "ipv4") not in connects
        pointers = {row["name"] for row in rows if row["type"] == "PTR" and row["state"] == "absent"}
        assert any(name.startswith("9.9.0.0.") for name in pointers), pointers
        expiring = watch.first("signed")["rows"]
        assert {row["state"] for row in expiring} == {"expiring"}
        assert all("ends in 11 hours" in row["reason"] or "ends in 12 hours" in row["reason"] for row in expiring), expiring


def test_a_resolver_that_does_not_validate_one_type(internet, resolvers, watches):
    """SERVFAIL to AAAA, an answer with CD, A is fine."""
    host = internet.place("dual")
    place = internet.place("dual")
    lan = internet.join(host, place)
    addresses = [lan["ipv6"][1], lan["ipv4"][1]]
    resolvers("unbound", place, listen=addresses)
    watch = watches(host, services={"names": ["www.aaaabogus.lab", "www.good.lab"], "every": "1s", "timeout": "1s", "servers": [],
                                    "resolvers": addresses})
    rows = watch.first()["rows"]
    assert {(row["name"], row["type"], row["state"], row["cd"]) for row in rows} == {("www.aaaabogus.lab", "AAAA", "bogus", False)}
    assert {row["target"] for row in rows} == {f"{address}@53" for address in addresses}


def test_what_this_host_does_not_see_is_not_tested(internet, watches):
    """No route at all, or a way that leads nowhere all of a sudden: the zone is never blamed."""
    def sights(watch):
        return {one: watch.sets()["services"]["families"][one]["sight"] for one in ("ipv6", "ipv4")}

    services = {"names": SOUND, "every": "1s", "timeout": "300ms"}
    lost = {"ipv6": "3fff::/20", "ipv4": "0.0.0.0/1, 128.0.0.0/1"}
    without = {family: watches(internet.place("dual", routes=(family,)), services=services) for family in lost}
    places = {family: internet.place("dual") for family in lost}
    losing = {family: watches(place, services=services) for family, place in places.items()}
    for family, watch in without.items():
        last = watch.first()
        assert last["failing"] == 0 and last["states"]["good"] > 0
        assert sights(watch) == {one: "seen" if one == family else "not-tested" for one in lost}
    for family, watch in losing.items():
        assert watch.first()["failing"] == 0 and sights(watch) == {"ipv6": "seen", "ipv4": "seen"}
        places[family].lose(lost[family])
    for family, watch in losing.items():
        watch.daemon.wait_for(lambda: sights(watch) == {one: "not-tested" if one == family else "seen" for one in lost})
        last = watch.sets()["services"]["last"]
        assert last["failing"] == 0 and last["states"]["untested"] > 0 and last["states"]["good"] > 0


def test_our_own_services(internet, watches):
    """A zone that nobody delegated: our services alone are asked for it. A reload goes on, or follows the configuration."""
    place = internet.place("dual")
    watch = watches(place, services={"names": ["app.example.com", "absent.example.com", "www.nowhere.nolab"], "types": ["AAAA"],
                                     "every": "1s", "timeout": "400ms"})
    rows = {(row["name"], row["state"], row["target"]) for row in watch.first()["rows"]}
    own = f"::1@{watch.daemon.port}"
    assert rows == {("absent.example.com", "absent", own), ("www.nowhere.nolab", "absent", "")}, rows
    assert watch.sets()["services"]["last"]["states"]["good"] == 2
    since = {row["since"] for row in watch.sets()["services"]["last"]["rows"]}
    assert watch.daemon.sextant("reload").returncode == 0
    watch.within(lambda rows: {row["since"] for row in rows} == since)
    watch.write({"services": {"names": ["app.example.com"], "types": ["AAAA"], "every": "1s", "timeout": "400ms"}})
    assert watch.daemon.sextant("reload").returncode == 0
    assert watch.first()["failing"] == 0 and watch.sets()["services"]["rounds"] < 3
    (watch.daemon.folder / "example.com.zone").write_text((watch.daemon.folder / "example.com.zone").read_text().replace("app", "gone"))
    assert watch.daemon.sextant("reload", "example.com").returncode == 0
    watch.within(lambda rows: {(row["name"], row["state"]) for row in rows} == {("app.example.com", "absent")})
    watch.write({})
    assert watch.daemon.sextant("reload").returncode == 0
    assert "watch" not in watch.daemon.status()


def test_delegations_are_audited(internet, watches):
    place = internet.place("dual")
    watch = watches(place, delegations={"zones": ["good.lab", "split.lab", "aglue.lab"], "every": "1s", "depth": "quick"})

    def zones():
        return {row["zone"]: row for row in watch.daemon.status()["watch"]["delegations"]}

    watch.daemon.wait_for(lambda: all("verdict" in row for row in zones().values()), 60)
    seen = zones()
    assert {name: (row["ipv6"]["state"], row["ipv4"]["state"]) for name, row in seen.items()} == {
        "good.lab": ("good", "good"), "split.lab": ("no-path", "no-path"), "aglue.lab": ("no-path", "no-path")}
    assert (seen["split.lab"]["ipv6"]["servers_ok"], seen["split.lab"]["ipv6"]["servers"]) == (1, 2)
    assert seen["aglue.lab"]["ipv6"]["resolvable"] == "no" and seen["aglue.lab"]["ipv4"]["resolvable"] == "yes"
    assert "1 of its 2 name servers answer over IPv6; 2 have to" in seen["split.lab"]["ipv6"]["reason"]
    text = watch.daemon.sextant("status").stdout
    assert "split.lab " in text and "1 of 2 !" in text and "2 of 2" in text, text
    dead = plan.zone_named("good.lab").hosts[0].child[0]
    place.run("nft", f"add rule inet place leaving ip6 daddr {dead} reject with icmpv6 type port-unreachable")
    watch.daemon.wait_for(lambda: zones()["good.lab"]["ipv6"]["state"] == "no-path", 60)
    assert any("good.lab over IPv6" in line["msg"] for line in watch.daemon.lines("delegation"))
