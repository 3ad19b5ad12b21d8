"""This server as a secondary: NSD, Knot and BIND as its primaries, and primaries that are none or mean no good."""
import base64
import contextlib
import json
import socket
import struct
import subprocess
import threading
import time
import urllib.request

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest

from conftest import PATIENCE_S, free_port

SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER_SECRET = base64.b64encode(b"another secret, of the same size").decode()
KEY = dns.tsigkeyring.from_text({"xfr-key.": SECRET})
ADDRESSES = {"ipv6": "::1", "ipv4": "127.0.0.1"}
SOA = "@ IN SOA ns1 hostmaster {serial} {times} 300\n"
ZONE = "$TTL 300\n" + SOA + """@ IN NS ns1
@ IN NS ns2
ns1 IN AAAA 2001:db8:10::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
*.wild IN TXT "any"
d IN NS ns.d
ns.d IN AAAA 2001:db8:1::d
old IN DNAME new
""" + "".join(f"host{i} IN AAAA 2001:db8:f::{i:x}\nhost{i} IN MX 10 Mail{i % 9}.example.net.\n" for i in range(300))


def zone_text(serial=1, times="3600 900 1209600", more=""):
    return ZONE.format(serial=serial, times=times) + more


def nsd(folder, port, zone, key):
    (folder / "nsd.conf").write_text(f"""server:
  ip-address: ::1@{port}
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/pid"
  xfrdfile: "{folder}/xfrd"
  zonelistfile: "{folder}/list"
  xfrdir: "{folder}"
  server-count: 1
remote-control:
  control-enable: no
key:
  name: "xfr-key"
  algorithm: hmac-sha256
  secret: "{SECRET}"
zone:
  name: example.com
  zonefile: "{zone}"
  provide-xfr: ::1 {"xfr-key" if key else "NOKEY"}
  provide-xfr: 127.0.0.1 {"xfr-key" if key else "NOKEY"}
""")
    return ["nsd", "-d", "-c", folder / "nsd.conf"]


def knot(folder, port, zone, key):
    (folder / "knot.conf").write_text(f"""server:
  rundir: {folder}
  listen: ["::1@{port}", "127.0.0.1@{port}"]
key:
  - id: xfr-key
    algorithm: hmac-sha256
    secret: {SECRET}
acl:
  - id: secondaries
    address: ["::1", "127.0.0.1"]
    action: transfer
{"    key: xfr-key" if key else ""}
database:
  storage: {folder}
zone:
  - domain: example.com
    file: {zone}
    acl: secondaries
    zonefile-load: whole
""")
    return ["knotd", "-c", folder / "knot.conf"]


def bind(folder, port, zone, key):
    (folder / "named.conf").write_text(f"""options {{
  directory "{folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
  listen-on-v6 port {port} {{ ::1; }}; listen-on port {port} {{ 127.0.0.1; }};
}};
key xfr-key {{ algorithm hmac-sha256; secret "{SECRET}"; }};
controls {{ }};
zone "example.com" {{ type primary; file "{zone}"; allow-transfer {{ {"key xfr-key" if key else "any"}; }}; }};
""")
    return ["named", "-g", "-n", "1", "-c", folder / "named.conf"]


class Process:
    """A primary that is another implementation; stop and start as one likes."""

    def __init__(self, folder, make, port, key=True):
        self.folder, self.port, self.process = folder, port, None
        folder.mkdir()
        self.zone_path = folder / "example.com.zone"
        self.words = [str(word) for word in make(folder, port, self.zone_path, key)]

    def serve(self, text):
        self.zone_path.write_text(text)
        if self.process is None:
            self.output = open(self.folder / "output", "ab")
            self.process = subprocess.Popen(self.words, stdout=self.output, stderr=self.output, cwd=self.folder)
            self.wait()
        return self

    def wait(self):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError, dns.exception.DNSException):
                if dns.query.udp(dns.message.make_query("example.com.", "SOA"), "::1", port=self.port, timeout=0.2).answer:
                    return
            assert time.monotonic() < deadline and self.process.poll() is None, (self.folder / "output").read_text()
            time.sleep(0.02)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.output.close()
            self.process = None


@pytest.fixture
def peers(tmp_path):
    made = []

    def make(program, key=True):
        made.append(Process(tmp_path / f"primary{len(made)}", program, free_port(), key))
        return made[-1]
    yield make
    for peer in made:
        peer.stop()


@pytest.fixture
def secondary(daemons):
    def make(addresses, key=True, secret=SECRET, transfers="", more="", start=True, listen=("::1", "127.0.0.1")):
        daemon = daemons()
        daemon.config(list(listen), zones=())
        key_path = daemon.folder / "xfr.key"
        key_path.write_text(secret + "\n")
        key_path.chmod(0o600)
        text = daemon.config_path.read_text().replace("zones: []", "zones: [example.com]", 1)
        daemon.config_path.write_text(text + f"""  example.com: {{transfer-from: [primary]{more}}}
peers:
  primary: {{addresses: {json.dumps(addresses)}{", tsig: xfr-key" if key else ""}}}
keys:
  xfr-key: {{algorithm: hmac-sha256, secret-file: xfr.key}}
transfers-in: {{{transfers}}}
""")
        return daemon.start() if start else daemon
    return make


def both(port):
    return [f"{address}@{port}" for address in ADDRESSES.values()]


def ask(daemon, name="example.com.", rdtype="SOA", address="::1", where=dns.query.udp, **more):
    query = dns.message.make_query(name, rdtype, use_edns=0, **more)
    return where(query, address, port=daemon.port, timeout=PATIENCE_S)


def serial_of(daemon, address="::1"):
    reply = ask(daemon, address=address)
    return reply.answer[0][0].serial if reply.rcode() == dns.rcode.NOERROR else None


def status(daemon):
    return json.loads(daemon.sextant("status", "--json").stdout)["services"][0]["zones"][0]


def lines(daemon, **wanted):
    return [line for line in daemon.lines("xfr") if all(line.get(key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("family", ADDRESSES)
@pytest.mark.parametrize("program, key", [(nsd, True), (knot, True), (bind, True), (nsd, False)])
def test_peers_give_it(peers, secondary, program, key, family):
    """All of it comes over, is answered over both families, and status tells where from."""
    peer = peers(program, key).serve(zone_text())
    daemon = secondary([f"{ADDRESSES[family]}@{peer.port}"], key)
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    wanted = dns.zone.from_text(zone_text(), origin="example.com.", relativize=False)
    for address in ADDRESSES.values():
        for (name, rdataset) in wanted.iterate_rdatasets():
            if name in (dns.name.from_text("d.example.com."), dns.name.from_text("ns.d.example.com.")) or len(rdataset) != 1:
                continue
            question = dns.name.from_text("x.wild.example.com.") if name.is_wild() else name
            assert ask(daemon, question, rdataset.rdtype, address).answer[0] == dns.rrset.from_rdata_list(question, 300, rdataset), (name, address)
    row = status(daemon)
    assert row["role"] == "secondary" and row["serial"] == 1 and row["last_transfer"]["result"] == "received"
    assert "secondary zone" in daemon.sextant("status").stdout
    assert row["reach"][family] == "reached" and row["primaries"][0]["is_signed"] == key and row["expires_in_s"] > 1200000
    line = lines(daemon, result="received")[0]
    assert (line["direction"], line["kind"], line["family"], line["serial"], line["peer"]) == ("in", "AXFR", family, 1, "primary")


class Script:
    """A primary made of two functions: the answer to the question for the SOA, and the messages of a transfer (None: say nothing more)."""

    def __init__(self, transfer, serial=1, address="::1", port=None):
        self.transfer, self.serial, self.port = transfer, serial, port or free_port()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.udp, self.tcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.transfers = 0
        for one in (self.udp, self.tcp):
            one.bind((address, self.port))
        self.tcp.listen()
        self.connections = []
        for run in (self.run_udp, self.run_tcp):
            threading.Thread(target=run, daemon=True).start()

    def run_udp(self):
        with contextlib.suppress(OSError):
            while True:
                wire, client = self.udp.recvfrom(4096)
                query = dns.message.from_wire(wire, keyring=KEY)
                reply = dns.message.make_response(query)
                reply.flags |= dns.flags.AA
                reply.answer.append(soa_set(self.serial))
                self.udp.sendto(reply.to_wire(), client)

    def run_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                self.connections.append(connection)
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with contextlib.suppress(OSError, struct.error):
            size = struct.unpack("!H", connection.recv(2))[0]
            query = dns.message.from_wire(connection.recv(size), keyring=KEY)
            self.transfers += 1
            for wire in self.transfer(query):
                if wire is None:
                    return
                connection.sendall(struct.pack("!H", len(wire)) + wire)
            connection.close()

    def close(self):
        for one in [self.udp, self.tcp, *self.connections]:
            one.close()


@pytest.fixture
def scripts():
    made = []

    def make(*words, **more):
        made.append(Script(*words, **more))
        return made[-1]
    yield make
    for script in made:
        script.close()


def soa_set(serial, name="example.com.", times="3600 900 1209600"):
    return dns.rrset.from_text(name, 300, "IN", "SOA", f"ns1.example.com. hostmaster.example.com. {serial} {times} 300")


def rrset(text):
    name, rdclass, rdtype, rdata = text.split(" ", 3)
    return dns.rrset.from_text(name, 300, rdclass, rdtype, rdata)


BODY = ["example.com. IN NS ns1.example.com.", "ns1.example.com. IN AAAA 2001:db8::53"]


def message(query, *sets):
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    for one in sets:
        reply.answer.append(rrset(one) if isinstance(one, str) else one)
    return reply.to_wire()


def twice(query, first, body, last):
    """dnspython puts equal SOAs into one set: the last one is appended to the octets."""
    reply = dns.message.from_wire(message(query, first, *body), one_rr_per_rrset=True)
    reply.answer.append(last)
    return reply.to_wire()


def good(serial):
    def transfer(query):
        if query.question[0].rdtype == dns.rdatatype.SOA:
            return [message(query, soa_set(serial))]
        return [twice(query, soa_set(serial), BODY, soa_set(serial))]
    return transfer


BAD = {
    "wrong class": (lambda query: [message(query, soa_set(2), "x.example.com. CH TXT a")], "a record of another class than IN: x.example.com. TXT"),
    "foreign name": (lambda query: [message(query, soa_set(2), "www.example.net. IN AAAA 2001:db8::1")], "a record of another zone: www.example.net. AAAA"),
    "no last SOA": (lambda query: [message(query, soa_set(2), *BODY)], "it closed the connection before the end"),
    "another last SOA": (lambda query: [twice(query, soa_set(2), BODY, soa_set(3))], "it begins with serial 2 and ends with 3"),
    "serial back": (lambda query: [twice(query, soa_set(0), BODY, soa_set(0))], "its serial 0 is before ours, 1"),
    "no SOA": (lambda query: [message(query, *BODY)], "it does not begin with the SOA: example.com. NS"),
    "refused": (lambda query: [refusal(query)], "it answers REFUSED"),
    "garbage": (lambda query: [b"\0" * 40], "a malformed message"),
    "no NS": (lambda query: [twice(query, soa_set(2), BODY[1:], soa_set(2))], "what it sent is no zone to be served: "),
    "an IXFR that does not fit": (lambda query: [differences(query)], "its differences do not fit the version that is here"),
}


def refusal(query):
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.REFUSED)
    return reply.to_wire()


def differences(query):
    """IXFR: from 1 to 2, a record goes that was never there. AXFR: no zone."""
    if query.question[0].rdtype != dns.rdatatype.IXFR:
        return refusal(query)
    reply = dns.message.make_response(query)
    reply.answer = [soa_set(2), soa_set(1), rrset("gone.example.com. IN A 192.0.2.1"), soa_set(2), rrset("new.example.com. IN A 192.0.2.2"), soa_set(2)]
    return reply.to_wire()


def test_hostile_primaries(scripts, secondary):
    """What is no zone never replaces one, whatever the primary sends; the log says what it was."""
    script = scripts(good(1))
    daemon = secondary([f"::1@{script.port}"], key=False)
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    for what, (answer, why) in BAD.items():
        script.transfer, script.serial = answer, 2
        daemon.sextant("reload", "example.com")
        daemon.wait_for(lambda: any(line["reason"].startswith(why) for line in lines(daemon, result="failed")))
        assert serial_of(daemon) == serial_of(daemon, "127.0.0.1") == 1, what
    row = status(daemon)
    assert row["last_transfer"]["result"] == "failed" and row["is_served"] and row["serial"] == 1
    script.transfer, script.serial = good(3), 3
    daemon.sextant("reload", "example.com")
    daemon.wait_for(lambda: serial_of(daemon) == 3)
    assert status(daemon)["last_transfer"]["result"] == "received"


def test_ixfr_that_does_not_fit(scripts, secondary):
    """Then the zone comes whole, from the same primary, at once."""
    script = scripts(good(1))
    daemon = secondary([f"::1@{script.port}"], key=False)
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    script.transfer = lambda query: [differences(query)] if query.question[0].rdtype == dns.rdatatype.IXFR else good(2)(query)
    script.serial = 2
    daemon.sextant("reload", "example.com")
    daemon.wait_for(lambda: serial_of(daemon) == 2)
    assert [line["kind"] for line in daemon.lines("xfr")] == ["AXFR", "IXFR", "AXFR"]


def signed(query, serial, spoil):
    """A whole zone in one message, signed with what spoil does to the TSIG."""
    reply = dns.message.from_wire(twice(dns.message.make_query("example.com.", "AXFR", id=query.id), soa_set(serial), BODY, soa_set(serial)),
                                  one_rr_per_rrset=True)
    reply.question = query.question
    reply.use_tsig(KEY, "xfr-key.", fudge=300)
    reply.request_mac = query.mac
    wire = reply.to_wire()
    return spoil(wire)


@pytest.mark.parametrize("spoil, why", [
    (lambda wire: wire[:-17] + bytes([wire[-17] ^ 1]) + wire[-16:], "its TSIG does not verify"),
    (lambda wire: wire[:10] + b"\0\0" + wire[12:wire.rindex(b"\x07xfr-key\x00\x00\xfa")], "a message without TSIG")])
def test_spoilt_signature(scripts, secondary, spoil, why):
    script = scripts(lambda query: [signed(query, 1, spoil)])
    daemon = secondary([f"::1@{script.port}"])
    daemon.wait_for(lambda: any(line["reason"].startswith(why) for line in lines(daemon, result="failed", kind="AXFR")))
    assert serial_of(daemon) is None
    script.transfer = lambda query: [signed(query, 1, lambda wire: wire)]
    daemon.wait_for(lambda: serial_of(daemon) == 1)


def test_wrong_key_and_refused(peers, secondary):
    peer = peers(nsd).serve(zone_text())
    daemon = secondary(both(peer.port), secret=OTHER_SECRET)
    daemon.wait_for(lambda: lines(daemon, result="failed"))
    assert {line["reason"] for line in lines(daemon, result="failed")} <= {
        "it says that our TSIG does not verify: the secrets differ", "its TSIG does not verify"}
    unsigned = secondary(both(peer.port), key=False)
    unsigned.wait_for(lambda: lines(unsigned, result="failed", kind="AXFR"))
    assert lines(unsigned, result="failed", kind="AXFR")[0]["reason"] == "it answers REFUSED"
    for one in (daemon, unsigned):
        reply = ask(one)
        assert reply.rcode() == dns.rcode.SERVFAIL and [option.code for option in reply.options] == [14]


def silent(query):
    """The first message, then nothing, and the connection stays."""
    return [message(query, soa_set(1), *BODY), None]


def test_stalled_primary(scripts, secondary):
    """It is cut off, and the zone comes from the other one."""
    stalled, other = scripts(silent), scripts(good(1), address="127.0.0.1")
    daemon = secondary([f"::1@{stalled.port}", f"127.0.0.1@{other.port}"], key=False, transfers="idle-timeout: 500ms")
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    failed = lines(daemon, result="failed", kind="AXFR")[0]
    assert failed["family"] == "ipv6" and failed["reason"].startswith("it has sent no")
    assert lines(daemon, result="received")[0]["family"] == "ipv4"


def test_bounds(scripts, secondary):
    """More octets than allowed; and not more transfers at once than allowed."""
    many = lambda query: [message(query, soa_set(1), *BODY)] + [
        message(query, *(f'n{i}-{j}.example.com. IN TXT "{"x" * 250}"' for j in range(200))) for i in range(40)]
    script = scripts(many)
    daemon = secondary([f"::1@{script.port}"], key=False, transfers="size: 1MiB")
    daemon.wait_for(lambda: lines(daemon, result="failed"))
    assert lines(daemon, result="failed")[0]["reason"] == "more than 1048576 octets"


def test_last_good_copy(peers, secondary):
    """The primary is away at the start: what was served before is served, and what comes later too."""
    peer = peers(nsd).serve(zone_text(7, "3600 1 1209600"))
    daemon = secondary(both(peer.port))
    daemon.wait_for(lambda: serial_of(daemon) == 7)
    wanted = ask(daemon, "host7.example.com.", "AAAA").answer
    daemon.wait_for(lambda: (daemon.folder / "state" / "zones" / "example.com.journal").exists())
    daemon.stop()
    peer.stop()
    daemon.start()
    assert serial_of(daemon) == serial_of(daemon, "127.0.0.1") == 7
    assert ask(daemon, "host7.example.com.", "AAAA").answer == wanted
    assert any(line["msg"] == "example.com loaded from the last good copy" for line in daemon.lines("zone"))
    daemon.wait_for(lambda: lines(daemon, result="unreached"))
    assert status(daemon)["reach"] == {"ipv6": "failing", "ipv4": "failing"}
    peer.serve(zone_text(8, "3600 1 1209600"))
    daemon.wait_for(lambda: serial_of(daemon) == 8)


def test_expiry(peers, secondary):
    """RFC 1034 4.3.5: SERVFAIL with EDE 24 after the SOA's time, a finding, not ready; after a restart too; and back."""
    peer = peers(nsd).serve(zone_text(7, "2 1 3"))
    daemon = secondary(both(peer.port))
    daemon.wait_for(lambda: serial_of(daemon) == 7)
    peer.stop()
    daemon.wait_for(lambda: serial_of(daemon) is None)
    age = status(daemon)
    for address in ADDRESSES.values():
        reply = ask(daemon, address=address)
        assert reply.rcode() == dns.rcode.SERVFAIL and [option.code for option in reply.options] == [24]
    assert lines(daemon, result="expired", code="SVC-022", serial=7) and age["is_expired"] and 3 <= age["age_s"] <= 6
    told = daemon.status()
    assert told["readiness"] == "not-ready" and "zone example.com has expired: no primary answers" in told["reasons"]
    assert "EXPIRED" in daemon.sextant("status").stdout
    daemon.stop()
    daemon.start()
    daemon.wait_for(lambda: serial_of(daemon) is None)
    peer.serve(zone_text(7, "2 1 3"))
    daemon.wait_for(lambda: serial_of(daemon) == 7)
    assert daemon.status()["readiness"] == "ready"


def knot_differences(folder, port, zone, key):
    words = knot(folder, port, zone, key)
    path = folder / "knot.conf"
    path.write_text(path.read_text().replace("zonefile-load: whole", "zonefile-load: difference\n    journal-content: all"))
    return words


def bind_differences(folder, port, zone, key):
    words = bind(folder, port, zone, key)
    path = folder / "named.conf"
    path.write_text(path.read_text().replace("type primary;", "type primary; ixfr-from-differences yes;"))
    return words


@pytest.mark.parametrize("program", [knot_differences, bind_differences])
def test_ixfr(peers, secondary, program):
    """Differences of others: the zone is then what the primary has, record by record, and so it is after a restart."""
    peer = peers(program).serve(zone_text(1))
    daemon = secondary(both(peer.port))
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    changed = zone_text(2, more='added IN TXT "new"\nhost3 IN A 192.0.2.3\n').replace("host5 IN AAAA 2001:db8:f::5\n", "").replace(
        "host6 IN AAAA 2001:db8:f::6", "host6 IN AAAA 2001:db8:f::66")
    peer.serve(changed)
    peer.process.send_signal(1)
    refresh = time.monotonic()
    daemon.sextant("reload", "example.com")
    while serial_of(daemon) != 2:
        assert time.monotonic() < refresh + PATIENCE_S, daemon.text()
        time.sleep(0.1)
        daemon.sextant("reload", "example.com")
    assert lines(daemon, kind="IXFR", result="received", old_serial=1, serial=2)
    wanted = dns.zone.from_text(changed, origin="example.com.", relativize=False)

    def check():
        for name, rdtype in (("added", "TXT"), ("host3", "A"), ("host3", "AAAA"), ("host6", "AAAA"), ("host299", "MX")):
            assert ask(daemon, f"{name}.example.com.", rdtype).answer[0].to_rdataset() == wanted.find_rdataset(f"{name}.example.com.", rdtype)
        assert ask(daemon, "host5.example.com.", "AAAA").rcode() == dns.rcode.NOERROR and not ask(daemon, "host5.example.com.", "AAAA").answer
    check()
    daemon.stop()
    peer.stop()
    daemon.start()
    check()


@pytest.mark.parametrize("family", ADDRESSES)
def test_family_dropped(networks, daemons, tmp_path, family):
    """The primary's other family drops all without a word: the one that works is found, preferred, and the other looked at."""
    namespace = networks.add("secondary")
    other = next(name for name in ADDRESSES if name != family)
    script_port = free_port()
    networks.run(namespace, "nft", "add table inet t; add chain inet t out { type filter hook output priority 0; }")
    networks.run(namespace, "nft", f"add rule inet t out {'ip6' if other == 'ipv6' else 'ip'} daddr {ADDRESSES[other]} th dport {script_port} drop")
    folder = tmp_path / "nsd"
    folder.mkdir()
    (folder / "example.com.zone").write_text(zone_text(1, "2 1 1000"))
    words = [str(word) for word in nsd(folder, script_port, folder / "example.com.zone", False)]
    daemon = daemons(namespace)
    daemon.config(["::1", "127.0.0.1"], zones=())
    text = daemon.config_path.read_text().replace("zones: []", "zones: [example.com]", 1)
    daemon.config_path.write_text(text + f"  example.com: {{transfer-from: [primary]}}\npeers:\n  primary: {{addresses: {json.dumps(both(script_port))}}}\n")
    with open(folder / "output", "wb") as output:
        process = subprocess.Popen(["nsenter", f"--net=/run/netns/{namespace}", *words], stdout=output, stderr=output, cwd=folder)
        try:
            daemon.start()
            daemon.wait_for(lambda: lines(daemon, result="received"))
            assert lines(daemon, result="received")[0]["family"] == family
            daemon.wait_for(lambda: status(daemon)["reach"] == {family: "reached", other: "failing"})
            assert len(lines(daemon, result="received")) == 1
        finally:
            process.terminate()
            process.wait()


def test_switch_of_serial(scripts, secondary):
    """A-22: once one family has shown the new serial, an answer asked for later over the other is never the old one."""
    script = scripts(good(1))
    daemon = secondary([f"::1@{script.port}"], key=False)
    daemon.wait_for(lambda: serial_of(daemon) == 1)
    query = dns.message.make_query("example.com.", "SOA").to_wire()
    sockets = []
    for address in ADDRESSES.values():
        for _ in range(3):  # of several workers
            one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            one.connect((address, daemon.port))
            one.settimeout(PATIENCE_S)
            sockets.append(one)
    seen = []
    for serial in range(2, 8):
        script.transfer, script.serial = good(serial), serial
        threading.Thread(target=daemon.sextant, args=("reload", "example.com")).start()  # the questions go on meanwhile
        deadline = time.monotonic() + PATIENCE_S
        while not seen or seen[-1] != serial:
            assert time.monotonic() < deadline
            for one in sockets:  # one after the other: each question begins when the answer before is there
                one.send(query)
                seen.append(dns.message.from_wire(one.recv(4096)).answer[0][0].serial)
    assert seen == sorted(seen) and set(seen) | {1} == set(range(1, 8))
    for one in sockets:
        one.close()


def test_reload_keeps_the_zone(peers, secondary):
    """Other primaries, none of them there: what came before is still served; metrics tell the transfers."""
    peer = peers(nsd).serve(zone_text(5))
    daemon = secondary(both(peer.port))
    daemon.wait_for(lambda: serial_of(daemon) == 5)
    text = daemon.config_path.read_text()
    for address in both(peer.port):
        text = text.replace(address, address.replace(str(peer.port), str(free_port())))
    port = free_port()
    daemon.config_path.write_text(text + f'observability: {{metrics: {{listen: ["::1@{port}"]}}}}\n')
    assert daemon.sextant("reload").returncode == 0
    daemon.wait_for(lambda: lines(daemon, result="unreached"))
    with urllib.request.urlopen(f"http://[::1]:{port}/metrics", timeout=PATIENCE_S) as reply:
        figures = dict(line.rsplit(" ", 1) for line in reply.read().decode().splitlines() if line[0] != "#")
    assert figures['sextant_zone_transfer_total{zone="example.com",direction="in",result="received"}'] == "1"
    assert abs(float(figures['sextant_zone_expire_timestamp_seconds{zone="example.com"}']) - time.time() - 1209600) < 60
    assert serial_of(daemon) == serial_of(daemon, "127.0.0.1") == 5
    assert status(daemon)["serial"] == 5 and not status(daemon)["is_expired"]
