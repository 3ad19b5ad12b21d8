"""The resolver role in the daemon, in a small Internet on the loopback of a namespace: root, a zone, servers that play.
R-08 R-19 R-21 R-22, RFC 7766, RFC 8914."""
import contextlib
import json
import socket
import struct
import subprocess
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from conftest import inside, ip, program

ROOT6, ROOT4 = "2001:db8:1::53", "198.51.100.1"
TEST6, TEST4 = "2001:db8:2::53", "198.51.100.2"
PLAY6 = "2001:db8:4::53"
SILENT6, SILENT4 = "2001:db8:5::53", "198.51.100.5"
NOBODY6 = "2001:db8:6::53"
LAN6, CLIENT6, STRANGER6 = "2001:db8:9::1", "2001:db8:9::9", "2001:db8:bad::9"

ROOT_ZONE = f"""$TTL 3600
. IN SOA ns.root. host.root. 1 3600 900 1209600 300
. IN NS ns.root.
ns.root. IN AAAA {ROOT6}
ns.root. IN A {ROOT4}
lab. IN NS ns.lab.
ns.lab. IN AAAA {TEST6}
ns.lab. IN A {TEST4}
"""
TEST_ZONE = f"""$TTL 300
@ IN SOA ns host 1 3600 900 1209600 300
@ IN NS ns
ns IN AAAA {TEST6}
ns IN A {TEST4}
app IN AAAA 2001:db8:10::20
app IN A 192.0.2.20
www IN CNAME app
v4only IN A 192.0.2.44
big IN TXT {" ".join('"' + "x" * 250 + '"' for _ in range(10))}
play IN NS ns.play
ns.play IN AAAA {PLAY6}
silent IN NS ns.silent
ns.silent IN AAAA {SILENT6}
ns.silent IN A {SILENT4}
nobody IN NS ns.nobody
ns.nobody IN AAAA {NOBODY6}
lame IN NS ns.lame
ns.lame IN AAAA {ROOT6}
"""


class Player(threading.Thread):
    """An authoritative server for play.lab whose names say what to do: slowN waits N ms."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((PLAY6, 53))
        self.asked = []
        self.timers = []

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                wire, client = self.socket.recvfrom(4096)
                self.take(dns.message.from_wire(wire), client)

    def take(self, query, client):
        question = query.question[0]
        first = question.name.labels[0].decode().lower()
        self.asked.append((question.name.to_text().lower(), question.rdtype))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if len(question.name) > 3 and question.rdtype == dns.rdatatype.AAAA:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "AAAA", "2001:db8:44::1"))
        else:
            reply.authority.append(dns.rrset.from_text("play.lab.", 60, "IN", "SOA", "ns.play.lab. host.lab. 1 1 1 1 1"))
        wait_s = int("".join(c for c in first.split("-")[0] if c.isdigit()) or 0) / 1000 if first.startswith("slow") else 0
        send = lambda: self.send(reply.to_wire(), client)  # noqa: E731
        if wait_s == 0:
            send()
        else:
            timer = threading.Timer(wait_s, send)
            timer.daemon = True
            timer.start()

    def send(self, wire, client):
        with contextlib.suppress(OSError):
            self.socket.sendto(wire, client)

    def count(self, name, rrtype="AAAA"):
        return self.asked.count((name, dns.rdatatype.from_text(rrtype)))


class World:
    """The namespace, the authoritative side, and a resolver that a test configures."""

    def __init__(self, daemons, networks):
        self.namespace = networks.add("resolver")
        for address in (ROOT6, TEST6, PLAY6, SILENT6, NOBODY6, LAN6, CLIENT6, STRANGER6):
            networks.address(self.namespace, f"{address}/128", "lo")
        for address in (ROOT4, TEST4, SILENT4):
            networks.address(self.namespace, f"{address}/32", "lo")
        self.authority = daemons(self.namespace)
        self.authority.zone(ROOT_ZONE, "root")
        self.authority.zone(TEST_ZONE, "lab")
        self.authority.config_path.write_text(f"""version: 1
node: {{run-dir: run, workers: 1}}
services:
  root: {{role: authoritative, listen: ["{ROOT6}", {ROOT4}], zones: ["."]}}
  lab: {{role: authoritative, listen: ["{TEST6}", {TEST4}], zones: [lab]}}
zones:
  ".": {{file: root.zone, lint: off}}
  lab: {{file: lab.zone, lint: off}}
""")
        with inside(self.namespace):
            self.player = Player()
            self.silent = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET6, socket.AF_INET)]
            for one, address in zip(self.silent, (SILENT6, SILENT4)):
                one.bind((address, 53))
        self.player.start()
        self.authority.start()
        self.resolver = daemons(self.namespace)
        self.port = self.resolver.port

    def config(self, more="", listen=("::1", "127.0.0.1"), before=""):
        rows = json.dumps([f"{address}@{self.port}" for address in listen])
        both = {"ipv6" if ":" in address else "ipv4" for address in listen} if listen != ("any",) else {"ipv6", "ipv4"}
        self.resolver.config_path.write_text(f"""version: 1
node: {{run-dir: run, state-dir: state, workers: 2}}
services:
{before}
  lan:
    role: resolver
    listen: {rows}
    families: [{", ".join(sorted(both, reverse=True))}]
    root-hints: ["{ROOT6}", {ROOT4}]
    do-not-query: []
    log: {{queries: on}}
{more}
""")

    def start(self, more="    validation: off", **rest):
        self.config(more, **rest)
        self.resolver.start()
        return self

    def connect(self, kind, server="::1", source=None):
        with inside(self.namespace):
            one = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, kind)
            one.settimeout(20)
            if source is not None:
                one.bind((source, 0))
            one.connect((server, self.port))
            return one

    def ask(self, name, rrtype="AAAA", server="::1", tcp=False, source=None, **flags):
        query = dns.message.make_query(name, rrtype, use_edns=0, payload=1232, **flags)
        with self.connect(socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM, server, source) as one:
            one.sendall(framed(query) if tcp else query.to_wire())
            if tcp:
                return answers_of(one, 1)[0]
            return dns.message.from_wire(one.recv(65535))

    def replies(self, name=None, count=1):
        """Query log lines, once so many are written."""
        def found():
            return [line for line in self.resolver.lines("reply") if name is None or line["qname"] == name]
        self.resolver.wait_for(lambda: len(found()) >= count)
        return found()

    def service(self):
        return next(row for row in self.resolver.status()["services"] if row["name"] == "lan")


def framed(query):
    wire = query.to_wire()
    return struct.pack(">H", len(wire)) + wire


def answers_of(stream, count):
    data, found = b"", []
    while len(found) < count:
        octets = stream.recv(65536)
        assert octets, f"closed after {len(found)} of {count} answers"
        data += octets
        while len(data) >= 2 and len(data) >= 2 + struct.unpack_from(">H", data)[0]:
            size = struct.unpack_from(">H", data)[0]
            found.append(dns.message.from_wire(data[2:2 + size]))
            data = data[2 + size:]
    return found


def texts(reply):
    return sorted(rdata.to_text() for rrset in reply.answer for rdata in rrset)


def edes(reply):
    return {option.code for option in reply.options if isinstance(option, dns.edns.EDEOption)}


@pytest.fixture
def world(daemons, networks):
    one = World(daemons, networks)
    yield one
    one.player.socket.close()
    for silent in one.silent:
        silent.close()


# --- What clients get ---

@pytest.mark.parametrize("server", ["::1", "127.0.0.1"])
@pytest.mark.parametrize("tcp", [False, True])
def test_resolves(world, server, tcp):
    world.start()
    reply = world.ask("www.lab.", "AAAA", server, tcp)
    assert reply.rcode() == dns.rcode.NOERROR and reply.flags & dns.flags.RA
    assert texts(reply) == ["2001:db8:10::20", "app.lab."]
    assert texts(world.ask("app.lab.", "A", server, tcp)) == ["192.0.2.20"]
    assert world.ask("nothing.lab.", "AAAA", server, tcp).rcode() == dns.rcode.NXDOMAIN
    if not tcp:
        assert world.ask("big.lab.", "TXT", server).flags & dns.flags.TC
    assert len(world.ask("big.lab.", "TXT", server, tcp=True).answer[0]) == 1


def test_only_loopback_is_answered_by_default(world):
    world.start(listen=(LAN6,))
    reply = world.ask("app.lab.", server=LAN6, source=CLIENT6)
    assert reply.rcode() == dns.rcode.REFUSED and edes(reply) == {18} and not reply.answer


def test_allow_list(world):
    world.start(f"    validation: off\n    allow: [\"{CLIENT6[:-1]}/64\"]", listen=(LAN6, "::1", "127.0.0.1"))
    assert texts(world.ask("app.lab.", server=LAN6, source=CLIENT6)) == ["2001:db8:10::20"]
    for tcp in (False, True):
        reply = world.ask("app.lab.", server=LAN6, source=STRANGER6, tcp=tcp)
        assert reply.rcode() == dns.rcode.REFUSED and edes(reply) == {18}
    for server in ("::1", "127.0.0.1"):  # loopback is not on the list either
        assert world.ask("app.lab.", server=server).rcode() == dns.rcode.REFUSED
    refused = [line for line in world.replies("app.lab.", count=5) if line["rcode"] == "REFUSED"]
    assert [line["reason"].split(":")[0] for line in refused] == ["acl"] * 4
    counters = world.service()["counters"]
    assert [counters[family]["events"]["refused_acl"] for family in ("ipv6", "ipv4")] == [3, 1]


def test_late_answers_leave_from_the_asked_address(world):
    world.start("    validation: off\n    allow: [\"::/0\", 0.0.0.0/0]\n    open-resolver: acknowledged",
                listen=("::", "0.0.0.0"))  # connected sockets take nothing from another address
    for number, server in enumerate((LAN6, "::1", "127.0.0.1", ROOT4)):
        assert texts(world.ask(f"slow50-{number}.play.lab.", server=server)) == ["2001:db8:44::1"]


def test_a_hundred_clients_at_once(world):
    world.start()
    streams = [world.connect(socket.SOCK_DGRAM, ("::1", "127.0.0.1")[i % 2]) for i in range(100)]
    for i, one in enumerate(streams):
        one.send(dns.message.make_query(f"slow200-{i}.play.lab.", "AAAA", id=i).to_wire())
    for i, one in enumerate(streams):
        reply = dns.message.from_wire(one.recv(65535))
        assert reply.id == i and texts(reply) == ["2001:db8:44::1"]
        one.close()
    assert world.service()["upstream"]["clients"] == 0


def test_identical_questions_are_asked_once(world):
    world.start()
    streams = [world.connect(socket.SOCK_DGRAM) for _ in range(20)]
    for i, one in enumerate(streams):
        one.send(dns.message.make_query("slow300.play.lab.", "AAAA", id=i).to_wire())
    for i, one in enumerate(streams):
        assert dns.message.from_wire(one.recv(65535)).id == i
        one.close()
    # Once for each worker at most, and the hedge of a server that takes long.
    assert world.player.count("slow300.play.lab.") <= 8


@pytest.mark.parametrize("zone,code", [("silent.lab.", {22, 23}), ("nobody.lab.", {22, 23})])
def test_dead_servers_are_told(world, zone, code):
    world.start()
    reply = world.ask(f"www.{zone}")
    assert reply.rcode() == dns.rcode.SERVFAIL and edes(reply) & code
    line = world.replies(f"www.{zone}")[-1]
    assert line["rcode"] == "SERVFAIL" and line["ede"] in code and len(line["reason"]) > 20
    assert line["up_tries"] > 0 and line["cache"] == "miss"
    failures = world.resolver.lines("failure")
    assert [row for row in failures if row["service"] == "lan" and row["qname"] == f"www.{zone}" and row["qtype"] == "AAAA"]


def test_lame_server_is_told(world):
    world.start()
    assert world.ask("app.lab.").rcode() == dns.rcode.NOERROR
    assert world.service()["upstream"]["servers"]["ipv6"]["lame"] == 0
    assert world.ask("www.lame.lab.").rcode() == dns.rcode.SERVFAIL
    assert world.service()["upstream"]["servers"]["ipv6"]["lame"] == 1


# --- TCP ---

def test_tcp_answers_come_in_any_order(world):
    world.start()
    with world.connect(socket.SOCK_STREAM) as stream:
        stream.sendall(b"".join(framed(dns.message.make_query(name, "AAAA", id=ident)) for ident, name in
                                ((1, "slow600.play.lab."), (2, "app.lab."), (3, "slow200.play.lab."))))
        replies = answers_of(stream, 3)
        assert [reply.id for reply in replies] == [2, 3, 1]
        stream.sendall(framed(dns.message.make_query("app.lab.", "A", id=4)))  # it goes on
        assert answers_of(stream, 1)[0].id == 4


def test_tcp_more_questions_than_may_wait(world):
    world.start()
    count = 1300
    with world.connect(socket.SOCK_STREAM) as stream:
        queries = b"".join(framed(dns.message.make_query(f"slow100-{i}.play.lab.", "AAAA", id=i)) for i in range(count))
        sender = threading.Thread(target=stream.sendall, args=(queries,), daemon=True)
        sender.start()
        replies = answers_of(stream, count)
        sender.join()
    assert sorted(reply.id for reply in replies) == list(range(count))
    assert {reply.rcode() for reply in replies} == {dns.rcode.NOERROR}


def test_tcp_client_that_closes_its_side_gets_its_answers(world):
    world.start()
    with world.connect(socket.SOCK_STREAM) as stream:
        stream.sendall(framed(dns.message.make_query("slow300.play.lab.", "AAAA", id=7)))
        stream.shutdown(socket.SHUT_WR)
        assert answers_of(stream, 1)[0].id == 7
        assert stream.recv(1) == b""


def test_tcp_idle_time_does_not_count_while_a_question_waits(world):
    world.start("    validation: off\n    transport: {tcp-idle-timeout: 300ms}")
    with world.connect(socket.SOCK_STREAM) as stream:
        stream.sendall(framed(dns.message.make_query("slow900.play.lab.", "AAAA", id=7)))
        assert texts(answers_of(stream, 1)[0]) == ["2001:db8:44::1"]
        assert stream.recv(1) == b""


def test_clients_that_leave_are_forgotten(world):
    world.start()
    for _ in range(3):
        stream = world.connect(socket.SOCK_STREAM)
        stream.sendall(b"".join(framed(dns.message.make_query(f"www{i}.silent.lab.", "AAAA")) for i in range(50)))
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
    world.resolver.wait_for(lambda: world.service()["upstream"]["clients"] == 0)
    assert texts(world.ask("app.lab.")) == ["2001:db8:10::20"]


# --- The operator ---

def test_reload_keeps_the_cache(world):
    world.start()
    assert texts(world.ask("one.play.lab.")) == ["2001:db8:44::1"]
    world.config("    validation: off\n    prefetch: no")
    assert world.resolver.sextant("reload").returncode == 0
    world.ask("one.play.lab.")
    assert world.player.count("one.play.lab.") == 1
    world.config("    validation: off\n    cache-size: 8MiB")  # a new one, and empty
    assert world.resolver.sextant("reload").returncode == 0
    assert texts(world.ask("one.play.lab.")) == ["2001:db8:44::1"]
    assert world.player.count("one.play.lab.") == 2
    assert world.service()["cache"]["budget"] == 8 << 20


def test_reload_while_questions_are_under_way(world):
    world.start(listen=("::1", "127.0.0.1"))
    kept, gone = world.connect(socket.SOCK_DGRAM), world.connect(socket.SOCK_DGRAM, "127.0.0.1")
    for one in (kept, gone):
        one.send(dns.message.make_query("slow900.play.lab.", "AAAA", id=5).to_wire())
    time.sleep(0.2)
    world.config("    validation: off\n    prefetch: no", listen=("::1",))
    assert world.resolver.sextant("reload").returncode == 0
    assert dns.message.from_wire(kept.recv(65535)).id == 5
    gone.settimeout(0.5)
    with pytest.raises(OSError):
        gone.recv(65535)
    # Another role under the same name, and back.
    world.resolver.zone(TEST_ZONE, "lab")
    world.resolver.config_path.write_text(f"""version: 1
node: {{run-dir: run, state-dir: state, workers: 2}}
services:
  lan: {{role: authoritative, listen: ["::1@{world.port}"], families: [ipv6], zones: [lab]}}
zones:
  lab: {{file: lab.zone, lint: off}}
""")
    kept.send(dns.message.make_query("slow901.play.lab.", "AAAA", id=6).to_wire())
    assert world.resolver.sextant("reload").returncode == 0
    assert world.ask("app.lab.").flags & dns.flags.AA
    world.config("    validation: off", listen=("::1",))
    assert world.resolver.sextant("reload").returncode == 0
    assert not world.ask("app.lab.").flags & dns.flags.AA
    kept.close()
    gone.close()


def test_flush_and_cache_commands(world):
    world.start()
    for name in ("one.play.lab.", "two.play.lab.", "one.play.lab."):
        world.ask(name)
    stats = world.service()["cache"]
    assert (stats["hits"], stats["misses"]) == (1, 2) and stats["entries"]["reply"] == 2
    done = world.resolver.sextant("flush", "one.play.lab")
    assert done.returncode == 0, done.stderr
    for name in ("one.play.lab.", "two.play.lab."):
        world.ask(name)
    # On a busy machine a question may be asked a second time before its reply is read.
    assert world.player.count("one.play.lab.") >= 2 > world.player.count("two.play.lab.")
    assert world.resolver.sextant("flush", "lab", "--tree").returncode == 0
    world.ask("two.play.lab.")
    assert world.player.count("two.play.lab.") == 2
    dump = world.resolver.sextant("cache", "dump")
    assert dump.returncode == 0 and "two.play.lab. 60 IN AAAA 2001:db8:44::1" in dump.stdout
    assert "one.play.lab." not in dump.stdout
    assert world.resolver.sextant("cache", "stats").returncode == 0


def test_query_log(world):
    world.start("    validation: off\n    dns64: {prefix: \"2001:db8:64::/96\"}")
    assert texts(world.ask("v4only.lab.")) == ["2001:db8:64::c000:22c"]
    world.ask("v4only.lab.", tcp=True)
    world.ask("app.lab.", server="127.0.0.1")
    # Each worker has a ring of its own: lines of two workers come in no order.
    made, again = sorted(world.replies("v4only.lab.", count=2), key=lambda line: line["ts"])
    assert (made["role"], made["stream"], made["service"]) == ("resolver", "recursive", "lan")
    assert (made["cache"], again["cache"]) == ("miss", "hit")
    assert made["aaaa"] == again["aaaa"] == "dns64" and made["ede"] == 29
    assert made["dns64_prefix"] == again["dns64_prefix"] == "2001:db8:64::/96"
    assert made["up_tries"] > 0 and made["up_family"] in ("ipv6", "ipv4") and made["up_server"]
    assert made["up_family"] in made["up_tried"] and 0 < made["up_us"] <= made["us"] + 1000 and made["up_timeouts"] == 0
    assert again["transport"] == "tcp" and again["family"] == "ipv6" and "up_tries" not in again
    native = world.replies("app.lab.")[0]
    assert native["aaaa"] == "native" and native["family"] == "ipv4" and native["aa"] is False
    status = world.service()
    assert status["role"] == "resolver" and "zones" not in status
    assert status["aaaa"] == {"native": 1, "dns64": 2, "negative": 0}
    assert status["dns64_prefixes"] == {"2001:db8:64::/96": 2}
    assert status["upstream"]["queries"]["ipv6"]["udp"] > 0
    assert status["pref64"] == [{"prefix": "2001:db8:64::/96", "source": "static", "used_for": "dns64", "is_in_use": True}]
    assert {row["path"]: row["is_down"] for row in status["families"]}["IPv6"] is False


def test_origin_is_told(world):
    """N-04, report 24: whether an address is native or made can be asked, and the answer marks it (EDE 29)."""
    world.start("    validation: off\n    dns64: {prefix: \"2001:db8:64::/96\"}")
    assert edes(world.ask("v4only.lab.")) == {29} and not edes(world.ask("app.lab."))
    for name, verdict in (("v4only.lab", "verdict: synthesised by DNS64"), ("app.lab", "verdict: native")):
        words = ["query", name, "--origin", f"@::1@{world.port}"]
        done = subprocess.run(["nsenter", f"--net=/run/netns/{world.namespace}", program("sextant"), *words],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0 and verdict in done.stdout, done.stdout + done.stderr


def test_origin_may_stay_out_of_the_log(world):
    world.start("    validation: off\n    dns64: {prefix: \"2001:db8:64::/96\", mark: []}")
    reply = world.ask("v4only.lab.")
    assert texts(reply) == ["2001:db8:64::c000:22c"] and not edes(reply)
    assert world.replies("v4only.lab.")[0]["aaaa"] == "-"
    assert world.service()["aaaa"]["dns64"] == 1


def test_stop_waits_for_answers_under_way(world):
    world.start()
    datagram, stream = world.connect(socket.SOCK_DGRAM), world.connect(socket.SOCK_STREAM)
    datagram.send(dns.message.make_query("slow600-a.play.lab.", "AAAA", id=1).to_wire())
    stream.sendall(framed(dns.message.make_query("slow600-b.play.lab.", "AAAA", id=2)))
    time.sleep(0.2)
    began = time.monotonic()
    world.resolver.process.terminate()
    assert texts(dns.message.from_wire(datagram.recv(65535))) == ["2001:db8:44::1"]
    assert texts(answers_of(stream, 1)[0]) == ["2001:db8:44::1"]
    assert stream.recv(1) == b""
    assert world.resolver.process.wait(5) == 0 and time.monotonic() - began < 4
    datagram.close()
    stream.close()


def test_stop_does_not_wait_for_the_dead(world):
    world.start()
    datagram, stream = world.connect(socket.SOCK_DGRAM), world.connect(socket.SOCK_STREAM)
    for i in range(50):
        datagram.send(dns.message.make_query(f"a{i}.silent.lab.", "AAAA").to_wire())
        stream.sendall(framed(dns.message.make_query(f"b{i}.silent.lab.", "AAAA")))
    time.sleep(0.2)
    began = time.monotonic()
    world.resolver.process.terminate()
    assert world.resolver.process.wait(6) == 0 and time.monotonic() - began < 4
    datagram.close()
    stream.close()


def test_authoritative_and_resolver_in_one_daemon(world):
    world.resolver.zone(TEST_ZONE.replace("2001:db8:10::20", "2001:db8:99::99"), "example")
    port = world.port
    world.config("    validation: off\n    stub: {example: {to: [\"::1@%d\"]}}\nzones:\n"
                 "  example: {file: example.zone, lint: off}" % (port + 1),
                 before=f"  public: {{role: authoritative, listen: [\"::1@{port + 1}\"], families: [ipv6], "
                        "zones: [example]}")
    world.resolver.start()
    assert texts(world.ask("app.example.")) == ["2001:db8:99::99"]
    assert texts(world.ask("app.lab.")) == ["2001:db8:10::20"]
    roles = {row["name"]: row["role"] for row in world.resolver.status()["services"]}
    assert roles == {"public": "authoritative", "lan": "resolver"}
