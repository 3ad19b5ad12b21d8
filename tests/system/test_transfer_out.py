"""Zones given whole to secondaries: dig, dnspython, NSD, Knot and BIND ask, over both families, signed and not."""
import base64
import socket
import struct
import subprocess
import time

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest

from conftest import PATIENCE_S, free_port

SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KEY = dns.tsigkeyring.from_text({"xfr-key.": SECRET})
ADDRESSES = {"ipv6": "::1", "ipv4": "127.0.0.1"}
NAMES = 800
ZONE = """$TTL 300
@ IN SOA ns1 hostmaster 7 3600 900 1209600 300
@ IN NS ns1
@ IN NS ns2
ns1 IN AAAA 2001:db8:10::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
*.wild IN TXT "any"
d IN NS ns.d
ns.d IN AAAA 2001:db8:1::d
old IN DNAME new
a.b.c IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
""" + "".join(f"host{i} IN AAAA 2001:db8:f::{i:x}\nhost{i} IN MX 10 Mail{i % 9}.example.net.\n" for i in range(NAMES)) + "".join(
    f'set IN TXT "{i}{"x" * 240}"\n' for i in range(90))


@pytest.fixture
def primary(daemons):
    daemon = daemons()
    daemon.zone(ZONE)
    daemon.zone(ZONE.replace("hostmaster 7", "hostmaster 9"), "example.net")
    daemon.config(["::1", "127.0.0.1"], zones=("example.com", "example.net"))
    key = daemon.folder / "xfr.key"
    key.write_text(SECRET + "\n")
    key.chmod(0o600)
    text = daemon.config_path.read_text().replace("    zones: [", "    transfer-to: [signing, plain]\n    zones: [", 1)
    daemon.config_path.write_text(text + """peers:
  signing: {addresses: ["::1", 127.0.0.1], tsig: xfr-key}
  plain: {addresses: ["::2", 127.0.0.2]}
keys:
  xfr-key: {algorithm: hmac-sha256, secret-file: xfr.key}
""")
    return daemon.start()


def wanted(name="example.com", text=ZONE):
    return dns.zone.from_text(text, origin=name + ".", relativize=False)


def transferred(daemon, address, source=None, keyring=KEY, name="example.com", **more):
    zone = dns.zone.Zone(name + ".", relativize=False)
    query, _ = dns.xfr.make_query(zone, keyring=keyring, **more)
    dns.query.inbound_xfr(address, zone, query, port=daemon.port, source=source, timeout=PATIENCE_S)
    return zone


@pytest.mark.parametrize("family", ADDRESSES)
def test_whole_zone(primary, family):
    assert transferred(primary, ADDRESSES[family]) == wanted()
    line = primary.lines("xfr")[-1]
    assert (line["kind"], line["result"], line["peer"], line["serial"], line["zone"]) == ("AXFR", "sent", "signing", 7, "example.com")
    assert line["records"] == sum(len(rdataset) for _, rdataset in wanted().iterate_rdatasets()) + 1 and line["messages"] > 3


def test_by_address_alone(primary):
    """A peer without a key is known by its address; 127.0.0.2 is one."""
    assert transferred(primary, "127.0.0.1", source="127.0.0.2", keyring=None) == wanted()
    assert primary.lines("xfr")[-1]["peer"] == "plain"


def octets(connection, size):
    found = b""
    while len(found) < size:
        more = connection.recv(size - len(found))
        assert more, "the connection ended"
        found += more
    return found


def next_message(connection):
    return octets(connection, struct.unpack("!H", octets(connection, 2))[0])


def ask(connection, query):
    wire = query.to_wire()
    connection.sendall(struct.pack("!H", len(wire)) + wire)


def refusal(daemon, address="::1", **more):
    query = dns.message.make_query("example.com.", "AXFR", **more)
    reply = dns.query.tcp(query, address, port=daemon.port, timeout=PATIENCE_S)
    return dns.rcode.to_text(reply.rcode()), daemon.lines("xfr")[-1]["msg"]


def test_refusals(primary):
    """Who is refused is told so, and a line in the log says why."""
    rcode, told = refusal(primary)
    assert rcode == "REFUSED" and told.endswith("it is not signed with the peer's key")
    wrong = dns.tsigkeyring.from_text({"xfr-key.": base64.b64encode(b"another").decode()})
    other = dns.tsigkeyring.from_text({"other-key.": SECRET})
    for keyring, why in ((wrong, "its TSIG does not verify: the secrets differ"), (other, "it is signed with a key that is not known here")):
        query = dns.message.make_query("example.com.", "AXFR")
        query.use_tsig(keyring)
        with pytest.raises((dns.tsig.PeerError, dns.tsig.BadSignature, dns.message.UnknownTSIGKey)):
            dns.query.tcp(query, "::1", port=primary.port, timeout=PATIENCE_S)
        assert primary.lines("xfr")[-1]["msg"].endswith(why)
    with pytest.raises(dns.xfr.TransferError, match="REFUSED"):
        transferred(primary, "::1", name="example.org")
    assert primary.lines("xfr")[-1]["msg"].endswith("there is no such zone here")
    query = dns.message.make_query("example.com.", "AXFR")
    assert dns.query.udp(query, "::1", port=primary.port, timeout=PATIENCE_S).rcode() == dns.rcode.FORMERR


def test_ixfr(primary):
    """Who has the newest version gets the SOA alone, who has an older one the zone whole."""
    query = dns.message.make_query("example.com.", "IXFR")
    query.authority.append(dns.rrset.from_text("example.com.", 0, "IN", "SOA", "ns1.example.com. hostmaster.example.com. 7 3600 900 1209600 300"))
    query.use_tsig(KEY)
    reply = dns.query.tcp(query, "::1", port=primary.port, timeout=PATIENCE_S)
    assert [rrset.rdtype for rrset in reply.answer] == [dns.rdatatype.SOA] and reply.had_tsig
    assert not primary.lines("xfr")  # who looks whether there is something new is no news
    zone = wanted(text=ZONE.replace("hostmaster 7", "hostmaster 6"))
    query, _ = dns.xfr.make_query(zone, keyring=KEY)
    assert query.question[0].rdtype == dns.rdatatype.IXFR
    dns.query.inbound_xfr("::1", zone, query, port=primary.port, timeout=PATIENCE_S)
    assert zone == wanted()


def test_two_on_one_connection(primary):
    """And a plain question behind them: RFC 5936 4.1.1 lets a connection be used for more than one."""
    with socket.create_connection(("::1", primary.port), timeout=PATIENCE_S) as connection:
        for number, name in enumerate(("example.com.", "example.net.")):
            query = dns.message.make_query(name, "AXFR", id=number)
            query.use_tsig(KEY)
            ask(connection, query)
        ask(connection, dns.message.make_query("host1.example.com.", "AAAA", id=99))
        seen = []
        while not seen or seen[-1] != 99:
            seen.append(struct.unpack("!H", next_message(connection)[:2])[0])
    assert seen == sorted(seen) and set(seen) == {0, 1, 99}


def test_a_client_that_does_not_take_it(primary):
    """It is cut off when its time is over; others are answered meanwhile."""
    text = primary.config_path.read_text().replace("version: 1\n", "version: 1\ntransport: {tcp-idle-timeout: 1s}\n", 1)
    primary.config_path.write_text(text)
    large = ZONE + "".join(f'large{i} IN TXT "{"y" * 240}"\n' for i in range(20000))  # more than the kernel takes from us
    primary.zone(large)
    assert primary.sextant("reload").returncode == 0
    with socket.socket(socket.AF_INET6) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("::1", primary.port))
        query = dns.message.make_query("example.com.", "AXFR")
        query.use_tsig(KEY)
        ask(connection, query)
        primary.wait_for(lambda: any(line.get("result") == "broken off" for line in primary.lines("xfr")))
        assert transferred(primary, "::1", name="example.net").get_soa().serial == 9


def test_reload_meanwhile(primary):
    """A transfer under way ends with the version that it began with, and with the key it was signed with."""
    with socket.create_connection(("::1", primary.port), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        query = dns.message.make_query("example.com.", "AXFR")
        query.use_tsig(KEY)
        ask(connection, query)
        first = next_message(connection)
        primary.zone(ZONE.replace("hostmaster 7", "hostmaster 8"))
        assert primary.sextant("reload").returncode == 0
        read = dns.message.from_wire(first, keyring=KEY, request_mac=query.mac, xfr=True, multi=True)
        serials = [rrset[0].serial for rrset in read.answer if rrset.rdtype == dns.rdatatype.SOA]
        context = read.tsig_ctx
        while len(serials) < 2:
            read = dns.message.from_wire(next_message(connection), keyring=KEY, request_mac=query.mac, xfr=True, multi=True, tsig_ctx=context)
            context = read.tsig_ctx
            serials += [rrset[0].serial for rrset in read.answer if rrset.rdtype == dns.rdatatype.SOA]
    assert serials == [7, 7]
    assert transferred(primary, "::1") == wanted(text=ZONE.replace("hostmaster 7", "hostmaster 8"))


@pytest.mark.parametrize("family", ADDRESSES)
def test_dig(primary, family):
    done = subprocess.run(["dig", f"@{ADDRESSES[family]}", "-p", str(primary.port), "-y", f"hmac-sha256:xfr-key:{SECRET}", "+nocomments", "+noall",
                           "+answer", "example.com", "AXFR"], capture_output=True, text=True, check=True)
    text = done.stdout
    assert dns.zone.from_text(text[:text.rindex("example.com.\t")], origin="example.com.", relativize=False) == wanted()


def secondary_nsd(folder, port, primary, address):
    (folder / "nsd.conf").write_text(f"""server:
  ip-address: ::1@{port}
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
  zonefile: "{folder}/example.com.zone"
  request-xfr: AXFR {address}@{primary.port} xfr-key
""")
    return ["nsd", "-d", "-c", folder / "nsd.conf"]


def secondary_knot(folder, port, primary, address):
    (folder / "knot.conf").write_text(f"""server:
  rundir: {folder}
  listen: ["::1@{port}"]
key:
  - id: xfr-key
    algorithm: hmac-sha256
    secret: {SECRET}
remote:
  - id: primary
    address: ["{address}@{primary.port}"]
    key: xfr-key
database:
  storage: {folder}
template:
  - id: default
    storage: {folder}
zone:
  - domain: example.com
    master: primary
""")
    return ["knotd", "-c", folder / "knot.conf"]


def secondary_bind(folder, port, primary, address):
    (folder / "named.conf").write_text(f"""options {{
  directory "{folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
  listen-on-v6 port {port} {{ ::1; }}; listen-on {{ none; }};
}};
key xfr-key {{ algorithm hmac-sha256; secret "{SECRET}"; }};
controls {{ }};
zone "example.com" {{ type secondary; file "{folder}/example.com.zone"; primaries {{ {address} port {primary.port} key xfr-key; }}; }};
""")
    return ["named", "-g", "-n", "1", "-c", folder / "named.conf"]


@pytest.mark.parametrize("family", ADDRESSES)
@pytest.mark.parametrize("peer", [secondary_nsd, secondary_knot, secondary_bind])
def test_peers_take_it(primary, tmp_path, peer, family):
    port = free_port()
    with open(tmp_path / "output", "wb") as output:
        process = subprocess.Popen([str(word) for word in peer(tmp_path, port, primary, ADDRESSES[family])], stdout=output, stderr=output, cwd=tmp_path)
        try:
            question = dns.message.make_query(f"host{NAMES - 1}.example.com.", "AAAA")
            deadline = time.monotonic() + PATIENCE_S
            reply = None
            while reply is None or not reply.answer:
                assert time.monotonic() < deadline and process.poll() is None, (tmp_path / "output").read_text()[-3000:] + primary.text()[-2000:]
                try:
                    reply = dns.query.udp(question, "::1", port=port, timeout=0.3)
                except (OSError, dns.exception.DNSException):
                    reply = None
                time.sleep(0.05)
        finally:
            process.terminate()
            process.wait()
    assert reply.answer[0][0].address == f"2001:db8:f::{NAMES - 1:x}"
