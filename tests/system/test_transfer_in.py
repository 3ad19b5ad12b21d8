"""This server as a secondary: NSD, Knot and BIND as its primaries, and primaries that are none or mean no good."""
import base64
import contextlib
import json
import socket
import struct
import subprocess
import threading
import time

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
        return self

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
    assert row["reach"][family] == "reached" and row["primaries"][0]["is_signed"] == key and row["expires_in_s"] > 1200000
    line = lines(daemon, result="received")[0]
    assert (line["direction"], line["kind"], line["family"], line["serial"], line["peer"]) == ("in", "AXFR", family, 1, "primary")
