"""`sextant query --origin` and `--compare validation` against resolvers that others wrote: Unbound and BIND."""
import contextlib
import re
import shutil
import subprocess
import time

import dns.message
import dns.query
import pytest

from conftest import PATIENCE_S, Sextantd, free_port, program

ZONE = """$TTL 300
@ IN SOA ns1 hostmaster 1 3600 900 1209600 300
@ IN NS ns1
ns1 IN AAAA ::1
ns1 IN A 127.0.0.1
dual IN AAAA 2001:db8::20
dual IN A 192.0.2.20
legacy IN A 192.0.2.21
text IN TXT "neither"
"""
# RFC 7050 8.2
IPV4ONLY = """$TTL 300
@ IN SOA ns1 hostmaster 1 3600 900 1209600 300
@ IN NS ns1
@ IN A 192.0.0.170
@ IN A 192.0.0.171
ns1 IN AAAA ::1
"""
PREFIX = "2001:db8:64:ff9b::/96"

UNBOUND = """server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  interface: ::1@{port}
  interface: 127.0.0.1@{port}
  do-not-query-localhost: no
  local-zone: "ipv4only.arpa." transparent
  ede: yes
  {more}
stub-zone:
  name: "example.com"
  stub-addr: ::1@{auth}
stub-zone:
  name: "ipv4only.arpa"
  stub-addr: ::1@{auth}
remote-control:
  control-enable: no
"""
NAMED = """options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile "{folder}/session.key";
  listen-on-v6 port {port} {{ ::1; }};
  listen-on port {port} {{ 127.0.0.1; }};
  dnssec-validation no;
  dns64 {prefix} {{ }};
}};
controls {{ }};
zone "example.com" {{ type forward; forward only; forwarders {{ ::1 port {auth}; }}; }};
zone "ipv4only.arpa" {{ type forward; forward only; forwarders {{ ::1 port {auth}; }}; }};
"""


@contextlib.contextmanager
def running(command, folder, port):
    """The program, once it answers."""
    with open(folder / "resolver.log", "w") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(Exception):
                dns.query.udp(dns.message.make_query("text.example.com", "TXT"), "::1", port=port, timeout=1)
                break
            assert process.poll() is None and time.monotonic() < deadline, (folder / "resolver.log").read_text()
            time.sleep(.1)
        yield f"@::1@{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture
def authority(tmp_path):
    """A sextantd with the zones; its zone file may be replaced before it starts."""
    daemon = Sextantd(tmp_path / "auth")
    daemon.zone(ZONE)
    daemon.zone(IPV4ONLY, "ipv4only.arpa")
    daemon.config(["::1", "127.0.0.1"], zones=("example.com", "ipv4only.arpa"))
    return daemon


def unbound(folder, auth, more):
    port = free_port()
    path = folder / "unbound.conf"
    path.write_text(UNBOUND.format(folder=folder, port=port, auth=auth, more=more))
    return running([shutil.which("unbound") or "/usr/sbin/unbound", "-d", "-c", str(path)], folder, port)


def named(folder, auth):
    port = free_port()
    path = folder / "named.conf"
    path.write_text(NAMED.format(folder=folder, port=port, auth=auth, prefix=PREFIX))
    return running([shutil.which("named") or "/usr/sbin/named", "-g", "-n", "1", "-c", str(path)], folder, port)


def query(*arguments, code=0):
    done = subprocess.run([program("sextant"), "query", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("which", ["unbound", "named"])
def test_origin(tmp_path, authority, which):
    authority.start()
    try:
        resolver = named(tmp_path, authority.port) if which == "named" else unbound(
            tmp_path, authority.port, f'module-config: "dns64 iterator"\n  dns64-prefix: {PREFIX}')
        with resolver as server:
            out = query("legacy.example.com", "--origin", server)
            assert "2001:db8:64:ff9b::c000:215" in out
            assert f"synthesised: 192.0.2.21 under {PREFIX}, the prefix of this server" in out
            assert "verdict: synthesised by DNS64" in out
            # RFC 6147 5.5: none with DO and CD; BIND 9.18 makes them all the same while nothing is signed.
            assert ("the same addresses" if which == "named" else "none of the addresses") in out
            assert "verdict: native" in query("dual.example.com", "--origin", server)
            assert "no AAAA" in query("text.example.com", "--origin", server)
    finally:
        authority.stop()


def signed(folder):
    """The zone signed, and once more with the signature of the AAAA broken; the DS record."""
    key = subprocess.run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", "example.com"], cwd=folder, capture_output=True,
                         text=True, check=True).stdout.strip()
    (folder / "plain").write_text("$ORIGIN example.com.\n" + ZONE)
    subprocess.run(["ldns-signzone", "-o", "example.com", "-f", "signed", "plain", key], cwd=folder, check=True)
    text = (folder / "signed").read_text()
    broken = re.sub(r"^(dual\S*[ \t]+\d+[ \t]+IN[ \t]+RRSIG[ \t]+AAAA[ \t].*[ \t])(\S{4})(\S+)[ \t]*$",
                    lambda found: found[1] + ("AAAA" if found[2] != "AAAA" else "BBBB") + found[3], text, flags=re.M)
    assert broken != text
    return text, broken, (folder / f"{key}.ds").read_text().strip()


def test_compare_validation(tmp_path, authority):
    good, broken, ds = signed(tmp_path)
    anchor = f'module-config: "validator iterator"\n  trust-anchor: "{ds.split(";")[0].strip()}"'.replace("\t", " ")
    for text, code, verdict in ((broken, 1, "verdict: validation problem limited to AAAA"),
                                (good, 0, "verdict: the same in every way")):
        authority.zone(text)
        authority.start()
        try:
            with unbound(tmp_path, authority.port, anchor) as server:
                out = query("dual.example.com", "--compare", "validation", server, code=code)
                assert verdict in out
                if code == 1:
                    assert re.search(r"^AAAA .*SERVFAIL EDE 6.*NOERROR 1 rr.*<-- differs$", out, re.M), out
                    assert re.search(r"^A .*NOERROR 1 rr  ad", out, re.M), out
        finally:
            authority.stop()
