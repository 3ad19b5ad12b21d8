"""A sextantd on loopback addresses with an authoritative service and a resolver, and questions that clients of three networks asked:
the signature over AAAA of www.bogus.lab is broken, all else is well."""
import os
import pathlib
import socket
import subprocess
import time

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.zone

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("SEXTANT_BUILD", "build-gcc")
PATIENCE_S = 20
SERVER6, SERVER4, RESOLVER6, RESOLVER4 = "2001:db8:f::53", "198.51.100.53", "2001:db8:f::1", "198.51.100.1"
OFFICE, CAMPUS, BRANCH = "2001:db8:c::10", "2001:db8:1::7", "203.0.113.9"
TOKEN = "a-token-of-the-browser-tests"

SIGNED = f"""$ORIGIN bogus.lab.
$TTL 300
@ SOA ns hostmaster 1 3600 900 1209600 60
@ NS ns
ns AAAA {SERVER6}
ns A {SERVER4}
www AAAA 2001:db8:10::80
www A 192.0.2.80
"""
PLAIN = f"""$ORIGIN good.lab.
$TTL 300
@ SOA ns hostmaster 1 3600 900 1209600 60
@ NS ns
ns AAAA {SERVER6}
ns A {SERVER4}
www AAAA 2001:db8:10::81
www A 192.0.2.81
legacy A 192.0.2.82
big TXT {" ".join('"' + "x" * 250 + '"' for _ in range(6))}
"""
# Who asks for what how often. What the page must show is worked out from these rows.
PLAYED = [(OFFICE, "www.bogus.lab.", "AAAA", 64), (OFFICE, "www.bogus.lab.", "A", 65), (CAMPUS, "www.good.lab.", "AAAA", 60),
    (CAMPUS, "www.good.lab.", "A", 62),
          (BRANCH, "www.good.lab.", "A", 30), (BRANCH, "none.good.lab.", "AAAA", 10), (CAMPUS, "legacy.good.lab.", "AAAA", 8)]


def run(*words, folder=None):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, cwd=folder, timeout=PATIENCE_S).stdout


def asked(**wanted):
    """How many questions were played with this client, name, type."""
    rows = [dict(zip(("client", "name", "type", "count"), row)) for row in PLAYED]
    return sum(row["count"] for row in rows if all(row[key] == value for key, value in wanted.items()))


class LiveSite:
    def __init__(self, folder):
        self.folder = folder
        for address in (SERVER6, SERVER4, RESOLVER6, RESOLVER4, OFFICE, CAMPUS, BRANCH):
            run("ip", "addr", "replace", f"{address}/{128 if ':' in address else 32}", "dev", "lo", *(["nodad"] if ":" in address else []))
        anchor = self.sign()
        (folder / "good.lab.zone").write_text(PLAIN)
        token = folder / "token"
        token.write_text(TOKEN + "\n")
        token.chmod(0o600)
        (folder / "sextant.yaml").write_text(self.config(anchor))
        self.address, self.guarded = "http://[::1]:8053/", f"http://[{RESOLVER6}]:8053/"
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen([str(self.program("sextantd")), "--config", "sextant.yaml"], cwd=folder, stderr=self.log)
        self.wait(lambda: self.sextant("status").returncode == 0)

    def config(self, anchor):
        stubs = "".join(f'      {zone}: {{to: ["{SERVER6}", {SERVER4}]}}\n' for zone in ("bogus.lab", "good.lab"))
        return f"""version: 1
node: {{identity: ns1.lab, run-dir: run, workers: 2}}
services:
  public:
    role: authoritative
    listen: ["{SERVER6}", {SERVER4}]
    zones: [bogus.lab, good.lab]
  lan:
    role: resolver
    listen: ["{RESOLVER6}", {RESOLVER4}]
    allow: ["2001:db8::/32", 203.0.113.0/24]
    trust-anchors: ["{anchor}"]
    negative-trust-anchors: [good.lab]
    stub:
{stubs}    dns64: {{prefix: "2001:db8:64::/96"}}
zones:
  bogus.lab: {{file: bogus.lab.zone}}
  good.lab: {{file: good.lab.zone}}
observability:
  dashboard:
    listen: ["::1@8053", "{RESOLVER6}@8053"]
    auth: token-file token
"""

    def program(self, name):
        return next(path for path in (BUILD / "src/main" / name, BUILD / name) if path.exists())

    def sextant(self, *words):
        return subprocess.run([str(self.program("sextant")), *words, "--config", "sextant.yaml"], cwd=self.folder, capture_output=True,
            text=True, timeout=PATIENCE_S)

    def sign(self):
        """Signs bogus.lab and spoils the signature over AAAA of www; the DS."""
        key = run("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "bogus.lab", folder=self.folder).strip()
        (self.folder / "plain").write_text(SIGNED)
        run("dnssec-signzone", "-q", "-z", "-S", "-o", "bogus.lab", "-f", "bogus.lab.zone", "plain", folder=self.folder)
        path = self.folder / "bogus.lab.zone"
        zone = dns.zone.from_file(str(path), "bogus.lab.", relativize=False)
        covered = zone.find_rdataset("www.bogus.lab.", dns.rdatatype.RRSIG, dns.rdatatype.AAAA)
        spoiled = covered[0].replace(signature=covered[0].signature[:-1] + bytes([covered[0].signature[-1] ^ 1]))
        covered.clear()
        covered.add(spoiled, 300)
        zone.to_file(str(path), relativize=False)
        return run("dnssec-dsfromkey", "-2", f"{key}.key", folder=self.folder).strip()

    def wait(self, is_true):
        deadline = time.monotonic() + PATIENCE_S
        while not is_true():
            assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def ask(self, client, name, rrtype, *, tcp=False, to=None):
        message = dns.message.make_query(name, rrtype)
        family = socket.AF_INET6 if ":" in client else socket.AF_INET
        server = to or (RESOLVER6 if ":" in client else RESOLVER4)
        with socket.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_S)
            sender.bind((client, 0))
            sender.connect((server, 53))
            wire = message.to_wire()
            sender.sendall(len(wire).to_bytes(2, "big") + wire if tcp else wire)
            answer = sender.recv(65535)
        return dns.message.from_wire(answer[2:] if tcp else answer, ignore_trailing=True)

    def play(self):
        for client, name, rrtype, count in PLAYED:
            for _ in range(count):
                self.ask(client, name, rrtype)
        assert self.ask(CAMPUS, "big.good.lab.", "TXT").flags & dns.flags.TC
        self.ask(CAMPUS, "big.good.lab.", "TXT", tcp=True)
        for _ in range(20):
            self.ask(CAMPUS, "www.good.lab.", "AAAA", to=SERVER6)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.log.close()
        assert code == 0, (self.folder / "log").read_text()
