"""dnstap: what sextantd sends, held against its own query log; the collectors and readers are fstrm_capture, dnstap-read, kdig."""
import collections
import json
import os
import re
import signal
import subprocess

import dns.message
import dns.query
import dns.rcode
import pytest

from conftest import PATIENCE_S, free_port, program

SERVICES = """  lan:
    role: resolver
    listen: ["::1@{lan}", 127.0.0.1@{lan}]
    stub: {{example.com: {{to: ["::1@{port}"]}}}}
    validation: off
    log: {{queries: on}}
  far:
    role: resolver
    listen: ["::1@{far}"]
    families: [ipv6]
    forward: {{example.com: {{to: [127.0.0.1@{port}]}}}}
    validation: off
    log: {{queries: on}}
observability:
  dnstap: {{{dnstap}}}
"""
# (service, over TCP, name, type)
QUESTIONS = [("public", False, "app.example.com", "AAAA"), ("public", True, "app.example.com", "A"),
             ("public", False, "nope.example.com", "AAAA"), ("lan", False, "app.example.com", "AAAA"),
             ("lan", True, "ns1.example.com", "A"), ("lan", False, "app.example.com", "AAAA"),
             ("far", False, "ns2.example.com", "A")]


class Collector:
    """fstrm_capture, which writes what it is sent to a file."""

    def __init__(self, folder, place):
        self.path = folder / "captured.tap"
        kind, where = place.split(":", 1)
        if kind == "unix":
            words = ["-u", where]
        else:
            address, port = where.split("@")
            words = ["-a", address, "-p", port]
        self.process = subprocess.Popen(["fstrm_capture", "-t", "protobuf:dnstap.Dnstap", *words, "-w", str(self.path)],
                                        stderr=subprocess.DEVNULL)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_S)
        return self.path


@pytest.fixture
def places(tmp_path):
    """Where collectors listen, by kind of socket; those started are ended."""
    made = []

    def make(kind):
        if kind == "unix":
            place = f"unix:{tmp_path}/tap.sock"
        else:
            address = {"tcp6": "::1", "tcp4": "127.0.0.1"}[kind]
            place = f"tcp:{address}@{free_port(address)}"
        return place

    def collect(place):
        made.append(Collector(tmp_path, place))
        return made[-1]

    make.collect = collect
    yield make
    for one in made:
        one.end()


def option_of(place):
    kind, where = place.split(":", 1)
    return f'socket: "{where}"' if kind == "unix" else f'tcp: "{where}"'


def start(daemon, place, extra=""):
    daemon.zone()
    ports = {"port": daemon.port, "lan": free_port(), "far": free_port()}
    daemon.config(["::1", "127.0.0.1"], service="    log: {queries: on}\n" + SERVICES.format(dnstap=option_of(place) + extra, **ports),
                  node="identity: ns1.test")
    daemon.start()
    return {"public": ports["port"], "lan": ports["lan"], "far": ports["far"]}


def dnstap_of(daemon):
    return daemon.status()["dnstap"]


def ask(ports, service, is_tcp, name, rdtype, address="::1"):
    how = dns.query.tcp if is_tcp else dns.query.udp
    return how(dns.message.make_query(name, rdtype, use_edns=0), address, port=ports[service], timeout=PATIENCE_S)


def tail(*words):
    done = subprocess.run([program("sextant"), "tail", "--jsonl", "--no-follow", *map(str, words)], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_by_bind(path):
    done = subprocess.run(["dnstap-read", str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    return done.stdout.splitlines()


# What both the log and the frames of an answer tell.
KEYS = ["service", "client", "cport", "server", "family", "transport", "id", "qname", "qtype", "qclass", "rcode", "rd", "aa", "tc", "an",
        "size"]


def same(frames, lines):
    """Each answer of the log is in a frame, and none else: as far as both tell of it."""
    def key(event):
        return json.dumps([event.get(name) for name in KEYS])
    assert collections.Counter(map(key, frames)) == collections.Counter(map(key, lines))


@pytest.mark.parametrize("kind", ["unix", "tcp6", "tcp4"])
def test_frames_are_what_the_log_says(daemon, places, kind):
    place = places(kind)
    collector = places.collect(place)
    ports = start(daemon, place)
    daemon.wait_for(lambda: dnstap_of(daemon)["is_connected"])
    for question in QUESTIONS:
        assert ask(ports, *question).rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    ask(ports, "lan", False, "ns2.example.com", "AAAA", address="127.0.0.1")
    assert dnstap_of(daemon)["to"] == place
    daemon.stop()  # sends what is left, says STOP, waits for FINISH
    path = collector.end()
    lines = tail(daemon.folder / "log")
    events = tail(path)
    assert len([line for line in lines if line["ev"] == "reply"]) >= 11  # the clients' and what the services ask each other
    same([event for event in events if event["ev"] == "reply"], [line for line in lines if line["ev"] == "reply"])
    queries = [event for event in events if event["ev"] == "query"]
    assert len(queries) == len([line for line in lines if line["ev"] == "reply"])
    assert all(event["service"] in ports and event["id"] >= 0 and event["cport"] > 0 for event in queries)
    assert all(abs(event["us"] - line["us"]) < 100000 for event, line in zip(sorted((e for e in events if e["ev"] == "reply"), key=lambda e: (e["id"], e["cport"])),
               sorted((e for e in lines if e["ev"] == "reply"), key=lambda e: (e["id"], e["cport"]))))
    judge(path, ports)


def judge(path, ports):
    """BIND's reader on types, addresses, ports and zones of the same frames."""
    rows = read_by_bind(path)
    kinds = collections.Counter(row.split()[2] for row in rows)
    assert kinds["CQ"] == kinds["CR"] and kinds["AQ"] == kinds["AR"] and kinds["RQ"] == kinds["RR"] and kinds["FQ"] == kinds["FR"]
    assert kinds["CQ"] == 5 and kinds["AQ"] >= 5 and kinds["RQ"] >= 2 and kinds["FQ"] >= 1
    # "30-Nov-2026 19:26:45.766 RQ ::1:58055 -> ::1:5300 UDP 44b app.example.com/IN/AAAA"
    for row in rows:
        asker, asked = re.search(r" (\S+) (?:->|<-) (\S+) ", row).groups()
        assert asker.rsplit(":", 1)[0] in ("::1", "127.0.0.1") and int(asker.rsplit(":", 1)[1]) > 0, row
        assert int(asked.rsplit(":", 1)[1]) in ports.values(), row
    yaml = subprocess.run(["dnstap-read", "-y", str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    for one in yaml.split("---"):
        if "type: RESOLVER_" in one or "type: FORWARDER_" in one:
            assert re.search(r"query_zone: example\.com", one), one
    assert "identity: ns1.test" in yaml and re.search(r"version: \S", yaml)
    # kdig shows the answers, each with what it took.
    known = subprocess.run(["kdig", "-G", str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    assert known.count("->>HEADER<<-") == len(rows) / 2 and "WARNING" not in known


def test_types_are_chosen_and_addresses_cut(daemon, places):
    place = places("unix")
    collector = places.collect(place)
    ports = start(daemon, place, ", types: [auth], identity: box, version: v9\n"
                  "  }\n  privacy: {client-prefix: {ipv6: 56, ipv4: 24}".replace("\n  }", "}", 1))
    daemon.wait_for(lambda: dnstap_of(daemon)["is_connected"])
    ask(ports, "lan", False, "app.example.com", "A")
    for address, source in (("::1", "2001:db8:c:17::10"), ("127.0.0.1", "192.0.2.10")):
        subprocess.run(["ip", "address", "replace", source, "dev", "lo"], check=True)
        dns.query.udp(dns.message.make_query("app.example.com", "A"), address, port=ports["public"], source=source, timeout=PATIENCE_S)
    daemon.stop()
    events = tail(collector.end())
    assert {event["stream"] for event in events} == {"auth"} and {event["service"] for event in events} == {"public"}
    assert {event.get("client") for event in events} >= {"2001:db8:c::", "192.0.2.0"} and all("cport" not in event for event in events)


def test_collector_that_is_away_delays_nobody(daemon, places):
    """Answers come, drops are counted; when it is there it gets what waited, and again after it was away."""
    place = places("unix")
    ports = start(daemon, place)
    for question in QUESTIONS[:3]:
        ask(ports, *question)
    assert not dnstap_of(daemon)["is_connected"] and dnstap_of(daemon)["sent"] == 0
    assert any("tried again" in line["msg"] for line in daemon.lines("dnstap"))
    collector = places.collect(place)
    daemon.wait_for(lambda: dnstap_of(daemon)["is_connected"] and dnstap_of(daemon)["sent"] >= 6)
    first = collector.end()
    assert len(tail(first)) >= 6
    daemon.wait_for(lambda: not dnstap_of(daemon)["is_connected"])
    os.rename(first, f"{first}.1")
    collector = places.collect(place)
    ask(ports, *QUESTIONS[0])
    daemon.wait_for(lambda: dnstap_of(daemon)["connections"] == 2)
    daemon.stop()
    assert any(event["ev"] == "reply" for event in tail(collector.end()))


@pytest.mark.parametrize("written,what", [("types: [client]", "Where the collector listens is missing"),
                                          ('socket: /tmp/x, tcp: "::1@6000"', "two ways"), ("tcp: any", "any"),
                                          ("socket: /tmp/x, types: []", "types")])
def test_what_cannot_be_is_told(daemon, written, what):
    daemon.zone()
    daemon.config(["::1", "127.0.0.1"], service=f"observability:\n  dnstap: {{{written}}}\n")
    done = subprocess.run([program("sextant"), "check", daemon.config_path], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1 and what in done.stdout + done.stderr, done.stdout + done.stderr
