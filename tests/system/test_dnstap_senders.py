"""Other programs send dnstap to `sextant tail` and `sextant signals`, over Unix sockets and TCP: what comes is what was asked."""
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import time

import dns.flags
import dns.message
import dns.query
import pytest

from conftest import PATIENCE_S, free_port, program

ZONE = """$TTL 300
@ IN SOA ns hostmaster 1 3600 900 1209600 300
@ IN NS ns
ns IN AAAA 2001:db8::53
www IN AAAA 2001:db8::80
www IN A 192.0.2.80
"""
# (name, type, over TCP, rcode)
QUESTIONS = [("www.tap.test", "AAAA", False, "NOERROR"), ("www.tap.test", "A", True, "NOERROR"), ("nope.tap.test", "AAAA", False, "NXDOMAIN")]
ADDRESSES = ["::1", "127.0.0.1"]
CONTENT = b"protobuf:dnstap.Dnstap"


def located(name):
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


class Tail:
    """`sextant tail` that listens; its events as they come."""

    def __init__(self, folder, *sources, words=("--jsonl",), command="tail"):
        self.path = folder / "events"
        self.out = open(self.path, "w")
        self.err = open(folder / "remarks", "w+")
        self.process = subprocess.Popen([program("sextant"), command, *words, *sources], stdout=self.out, stderr=self.err)

    def events(self):
        return [json.loads(line) for line in self.path.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.remarks()
            if condition():
                return
            time.sleep(0.02)
        pytest.fail(f"waited in vain; events: {self.path.read_text()[-3000:]} {self.remarks()}")

    def remarks(self):
        self.err.seek(0)
        return self.err.read()

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.out.close()
        return code


@pytest.fixture
def listen(tmp_path):
    made = []

    def make(*sources, **how):
        made.append(Tail(tmp_path, *sources, **how))
        for source in sources:
            kind, where = source.split(":", 2)[1:]
            made[-1].wait(lambda: os.path.exists(where) if kind == "unix" else is_listening(where))
        return made[-1]

    yield make
    for one in made:
        assert one.end() == 0, one.remarks()


def is_listening(where):
    address, port = where.split("@")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:  # a sender that says nothing and goes
        return probe.connect_ex((address, int(port))) == 0


@pytest.fixture
def servers():
    """Name servers in the foreground, ended with the test."""
    started = []

    def start(port, *words):
        started.append(subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert started[-1].poll() is None, f"{words[0]} ended"
            try:
                for address in ADDRESSES:
                    dns.query.udp(dns.message.make_query("id.server", "TXT", "CH"), address, port=port, timeout=0.5)
                return
            except (dns.exception.Timeout, OSError):
                time.sleep(0.05)
        pytest.fail(f"{words[0]} does not answer")

    yield start
    for process in started:
        process.terminate()
        process.wait(PATIENCE_S)


def ask_all(port, stream):
    """BIND takes a question with RD for one of a client, others for one to an authoritative server."""
    asked = []
    for name, rdtype, is_tcp, rcode in QUESTIONS:
        for address in ADDRESSES:
            message = dns.message.make_query(name, rdtype, use_edns=0, flags=dns.flags.RD if stream == "rec" else 0)
            reply = (dns.query.tcp if is_tcp else dns.query.udp)(message, address, port=port, timeout=PATIENCE_S)
            assert reply.rcode() == dns.rcode.from_text(rcode)
            asked.append((message.id, name + ".", rdtype, rcode, address, "tcp" if is_tcp else "udp", len(reply.to_wire())))
    return asked


def expect(tail, asked, stream):
    """An event of each question and of each answer, and no other of these names."""
    def mine(kind):
        return [event for event in tail.events() if event["ev"] == kind and event.get("qname", "").lower().endswith("tap.test.")]
    tail.wait(lambda: len(mine("reply")) >= len(asked) and len(mine("query")) >= len(asked))
    # What it asks itself has no client of ours.
    told = [(one["id"], one["qname"].lower(), one["qtype"], one["rcode"], one["client"], one["transport"], one["size"]) for one in mine("reply")]
    assert sorted(told) == sorted(asked)
    assert sorted(one["id"] for one in mine("query")) == sorted(one[0] for one in asked)
    assert {event["stream"] for event in mine("reply")} == {stream} and {event["source"] for event in mine("reply")} == {"dnstap"}


def start_bind(folder, servers, place):
    port = free_port()
    (folder / "tap.test.zone").write_text(ZONE)
    (folder / "named.conf").write_text(f"""
options {{ directory "{folder}"; pid-file "pid"; session-keyfile "key"; recursion no; dnssec-validation no; notify no;
  listen-on-v6 port {port} {{ ::1; }}; listen-on port {port} {{ 127.0.0.1; }};
  dnstap {{ all; }}; dnstap-output unix "{place.split(':', 2)[2]}"; dnstap-identity "bind.test"; }};
controls {{ }};
zone "tap.test" {{ type primary; file "tap.test.zone"; }};
""")
    servers(port, located("named"), "-f", "-c", folder / "named.conf")
    return port


def start_knot(folder, servers, place):
    port = free_port()
    if not os.path.exists("/usr/lib/x86_64-linux-gnu/knot/modules-3.2/dnstap.so") and \
            not list(pathlib.Path("/usr/lib").glob("*/knot/modules*/dnstap.so")):
        pytest.skip("the package knot-module-dnstap is not installed")
    (folder / "tap.test.zone").write_text(ZONE)
    (folder / "knot.conf").write_text(f"""
server:
  rundir: "{folder}"
  listen: [ ::1@{port}, 127.0.0.1@{port} ]
database:
  storage: "{folder}/db"
mod-dnstap:
  - id: all
    sink: "unix:{place.split(':', 2)[2]}"
    log-queries: on
    log-responses: on
template:
  - id: default
    storage: "{folder}"
    global-module: mod-dnstap/all
zone:
  - domain: tap.test
    file: tap.test.zone
""")
    servers(port, located("knotd"), "-c", folder / "knot.conf")
    return port


def start_unbound(folder, servers, place):
    port, (kind, where) = free_port(), place.split(":", 2)[1:]
    (folder / "tap.test.zone").write_text(ZONE)
    (folder / "unbound.conf").write_text(f"""
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: "pid"
  interface: ::1@{port}
  interface: 127.0.0.1@{port}
  access-control: ::1 allow
  access-control: 127.0.0.1 allow
  module-config: "iterator"
  use-syslog: no
  local-zone: test. transparent
auth-zone:
  name: tap.test
  zonefile: tap.test.zone
  for-downstream: no
remote-control:
  control-enable: no
dnstap:
  dnstap-enable: yes
  dnstap-{'socket-path' if kind == 'unix' else 'ip'}: "{where}"
  dnstap-tls: no
  dnstap-log-client-query-messages: yes
  dnstap-log-client-response-messages: yes
""")
    servers(port, located("unbound"), "-d", "-c", folder / "unbound.conf")
    return port


@pytest.fixture
def place(tmp_path, request):
    address = {"tcp6": "::1", "tcp4": "127.0.0.1"}.get(request.param)
    return f"dnstap:unix:{tmp_path}/tap.sock" if address is None else f"dnstap:tcp:{address}@{free_port(address)}"


@pytest.mark.parametrize("start,place,stream", [(start_bind, "unix", "auth"), (start_knot, "unix", "auth"), (start_unbound, "unix", "rec"),
                                                (start_unbound, "tcp6", "rec"), (start_unbound, "tcp4", "rec")], indirect=["place"])
def test_events_are_what_was_asked(tmp_path, listen, servers, start, place, stream):
    tail = listen(place)
    port = start(tmp_path, servers, place)
    expect(tail, ask_all(port, stream), stream)


def test_several_senders_at_once(tmp_path, listen, servers):
    """Two programs and sextantd's own frames over one socket, told apart by who they say they are."""
    place = f"dnstap:unix:{tmp_path}/tap.sock"
    tail = listen(place)
    ports = []
    for name, start in (("bind", start_bind), ("knot", start_knot)):
        (tmp_path / name).mkdir()
        ports.append(start(tmp_path / name, servers, place))
    asked = [one for port in ports for one in ask_all(port, "auth")]
    expect(tail, asked, "auth")
    assert len({event["service"] for event in tail.events()}) == 2


# --- Hostile senders ---

def control(kind, *contents):
    payload = struct.pack(">I", kind) + b"".join(struct.pack(">II", 1, len(one)) + one for one in contents)
    return struct.pack(">II", 0, len(payload)) + payload


@pytest.mark.parametrize("place", ["unix", "tcp6", "tcp4"], indirect=True)
def test_hostile_senders_harm_nobody(tmp_path, listen, place):
    """A good sender goes on among others that send nonsense, too much, nothing, or go in the middle."""
    tail = listen(place)
    kind, where = place.split(":", 2)[1:]

    def connect():
        if kind == "unix":
            made = socket.socket(socket.AF_UNIX)
            made.connect(where)
            return made
        address, port = where.split("@")
        return socket.create_connection((address, int(port)), PATIENCE_S)

    with connect() as good:
        good.sendall(control(4, b"protobuf:other", CONTENT))
        assert good.recv(100) == control(1, CONTENT)  # ACCEPT
        good.sendall(control(2, CONTENT))
        message = dns.message.make_query("www.tap.test", "AAAA").to_wire()
        for octets in (b"GET / HTTP/1.1\r\n\r\n", control(4, b"protobuf:other"), control(2, CONTENT) + struct.pack(">I", 1 << 24),
                       control(2, CONTENT) + struct.pack(">I", 5) + b"\xff" * 5, struct.pack(">II", 0, 9999), b"\0\0", control(3)):
            with connect() as bad:
                bad.sendall(octets)
        silent = [connect() for _ in range(70)]  # more than are served
        good.sendall(frame(message))
        tail.wait(lambda: [event for event in tail.events() if event.get("qname") == "www.tap.test."])
        for one in silent:
            one.close()
        good.sendall(control(3))
        assert good.recv(100) == control(5)  # FINISH
    assert tail.end() == 0
    assert "sent away" in tail.remarks()
    if kind == "unix":
        assert not os.path.exists(where)


def frame(message):
    """A CLIENT_QUERY as protobuf has it, by hand."""
    inner = b"\x08\x05\x10\x01\x18\x01\x52" + bytes([len(message)]) + message
    outer = b"\x72" + bytes([len(inner)]) + inner + b"\x78\x01"
    return struct.pack(">I", len(outer)) + outer


def test_a_socket_left_over_is_taken_and_one_in_use_is_not(tmp_path, listen):
    path = tmp_path / "tap.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    tail = listen(f"dnstap:unix:{path}")

    def is_taken():
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(path)) == 0
    tail.wait(is_taken)
    for source, word in ((f"dnstap:unix:{path}", "in use"), ("dnstap:tcp:nowhere", "write dnstap:unix:PATH"), ("dnstap:udp:::1", "write dnstap")):
        done = subprocess.run([program("sextant"), "tail", source], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 2 and word in done.stderr, done.stderr
    assert path.exists()


def test_signals_listen_too(tmp_path, listen):
    """Until the sender has gone; then what was seen is judged."""
    path = tmp_path / "tap.sock"
    signals = Tail(tmp_path, f"dnstap:unix:{path}", words=("--json",), command="signals")
    signals.wait(path.exists)
    message = dns.message.make_query("www.tap.test", "AAAA").to_wire()
    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect(str(path))
        sender.sendall(control(4, CONTENT))
        assert sender.recv(100) == control(1, CONTENT)
        sender.sendall(control(2, CONTENT) + frame(message) * 10 + control(3))
        assert sender.recv(100) == control(5)
    assert signals.process.wait(PATIENCE_S) == 3, signals.remarks()  # too little to say anything of
    signals.out.close()
    assert json.loads((tmp_path / "events").read_text())
