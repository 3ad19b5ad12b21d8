"""NSD, Knot, BIND and sextantd on loopback addresses, each serving the same zone files."""
import os
import pathlib
import socket
import subprocess
import time

import dns.message
import dns.query

TOP = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = TOP / os.environ.get("SEXTANT_BUILD", "build") / "src" / "main" / "sextantd"


def zone_label(zone):
    return zone if zone == "." else zone + "."


def nsd(folder, port, zones):
    rows = "".join(f"zone:\n  name: {zone_label(z)}\n  zonefile: {f}\n" for z, f in zones.items())
    (folder / "nsd.conf").write_text(f"""server:
  ip-address: ::1@{port}
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: ""
  database: ""
  pidfile: {folder}/nsd.pid
  xfrdfile: {folder}/xfrd.state
  zonelistfile: {folder}/zone.list
  xfrdir: {folder}
  logfile: {folder}/nsd.log
  server-count: 1
  minimal-responses: yes
  refuse-any: no
  rrl-ratelimit: 0
  ipv4-edns-size: 1232
  ipv6-edns-size: 1232
remote-control:
  control-enable: no
{rows}""")
    return ["nsd", "-d", "-c", f"{folder}/nsd.conf"]


def knot(folder, port, zones):
    rows = "".join(f"  - domain: \"{zone_label(z)}\"\n    file: {f}\n" for z, f in zones.items())
    (folder / "knot.conf").write_text(f"""server:
  rundir: {folder}
  listen: [ "::1@{port}", "127.0.0.1@{port}" ]
  udp-workers: 1
  tcp-workers: 1
  udp-max-payload: 1232
log:
  - target: {folder}/knot.log
    any: warning
database:
  storage: {folder}
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
{rows}""")
    return ["knotd", "-c", f"{folder}/knot.conf"]


def bind(folder, port, zones):
    rows = "".join(f"zone \"{zone_label(z)}\" {{ type primary; file \"{f}\"; }};\n" for z, f in zones.items())
    (folder / "named.conf").write_text(f"""options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile "{folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 port {port} {{ ::1; }};
  recursion no;
  allow-query {{ any; }};
  minimal-responses yes;
  minimal-any no;
  max-udp-size 1232;
  edns-udp-size 1232;
  notify no;
  empty-zones-enable no;
  check-names primary ignore;
  rate-limit {{ responses-per-second 0; }};
}};
controls {{ }};
{rows}""")
    return ["named", "-g", "-n", "1", "-c", f"{folder}/named.conf"]


def sextantd(folder, port, zones):
    key = {z: (z if z != "." else "root") for z in zones}
    rows = "".join(f"  \"{key[z]}\": {{name: \"{zone_label(z)}\", file: \"{f}\", lint: off}}\n" for z, f in zones.items())
    names = ", ".join(f'"{key[z]}"' for z in zones)
    (folder / "sextant.yaml").write_text(f"""version: 1
node: {{workers: 1, run-dir: {folder}/run}}
services:
  public:
    role: authoritative
    listen: ["::1@{port}", "127.0.0.1@{port}"]
    any: full
    zones: [{names}]
zones:
{rows}""")
    return [str(PROGRAM), "--config", f"{folder}/sextant.yaml"]


SERVERS = {"sextant": sextantd, "nsd": nsd, "knot": knot, "bind": bind}


class Peer:
    """One running server."""

    def __init__(self, name, folder, port, zones):
        self.name, self.port = name, port
        self.folder = folder / name
        self.folder.mkdir()
        command = SERVERS[name](self.folder, port, zones)
        self.output = open(self.folder / "output", "wb")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)
        self.wait_until_ready(next(iter(zones)))

    def wait_until_ready(self, zone):
        question = dns.message.make_query(zone_label(zone), "SOA")
        for _ in range(300):
            assert self.process.poll() is None, (self.folder / "output").read_text(errors="replace")[-2000:]
            try:
                answer = dns.query.udp(question, "::1", port=self.port, timeout=.2)
                if answer.rcode() == 0 and answer.answer:
                    return
            except Exception:
                time.sleep(.1)
        raise AssertionError(f"{self.name} did not answer: {(self.folder / 'output').read_text(errors='replace')[-2000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.output.close()


class Client:
    """Asks one server over UDP on both families, or TCP; a reply must come from the asked address."""

    def __init__(self, port):
        self.sockets = {}
        for family, kind, address in (("ipv6", socket.AF_INET6, "::1"), ("ipv4", socket.AF_INET, "127.0.0.1")):
            sock = socket.socket(kind, socket.SOCK_DGRAM)
            sock.connect((address, port))
            sock.settimeout(2)
            self.sockets[family] = sock
        self.port = port

    def ask(self, wire, family, use_tcp=False):
        if use_tcp:
            return self.ask_tcp(wire, family)
        sock = self.sockets[family]
        for _ in range(3):
            sock.send(wire)
            try:
                while True:
                    reply = sock.recv(65535)
                    if reply[:2] == wire[:2]:
                        return reply
            except (socket.timeout, ConnectionError):
                continue
        return b""

    def ask_tcp(self, wire, family):
        address = {"ipv6": "::1", "ipv4": "127.0.0.1"}[family]
        with socket.create_connection((address, self.port), timeout=5) as sock:
            sock.sendall(len(wire).to_bytes(2, "big") + wire)
            stream = sock.makefile("rb")
            size = int.from_bytes(stream.read(2), "big")
            return stream.read(size)

    def close(self):
        for sock in self.sockets.values():
            sock.close()
