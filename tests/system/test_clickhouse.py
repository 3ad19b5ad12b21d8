"""Two nodes export to one ClickHouse server: what its queries say is what the nodes' query logs say. M-06 M-16."""
import collections
import contextlib
import datetime
import http.server
import ipaddress
import json
import re
import shutil
import socket
import ssl
import threading
import time

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from clickhouse_server import PASSWORD, USER, ClickHouse, statements
from conftest import PATIENCE_S, ROOT, free_port

pytestmark = pytest.mark.skipif(shutil.which("clickhouse-server", path="/usr/sbin:/usr/bin") is None, reason="no clickhouse-server here")

CONFIG = """version: 1
node: {{run-dir: run, workers: 1, identity: {node}}}
services:
  public: {{role: authoritative, listen: ["::1@{port}", 127.0.0.1@{port}], zones: [example.com], log: {{queries: on}}}}
  office:
    role: resolver
    listen: ["::1@{resolver}", 127.0.0.1@{resolver}]
    validation: off
    do-not-query: []
    forward: {{".": {{to: [{upstream}]}}}}
    log: {{queries: on}}
zones:
  example.com: {{file: example.com.zone}}
observability:
  clickhouse: {{url: "{url}", user: {user}, password-file: password, every: 200ms}}
"""


class Upstream(threading.Thread):
    """Answers everything, but AAAA below bogus.lab with SERVFAIL, over both families."""

    def __init__(self):
        super().__init__(daemon=True)
        self.port = free_port()
        self.sockets = []
        for family, address in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")):
            one = socket.socket(family, socket.SOCK_DGRAM)
            one.bind((address, self.port))
            self.sockets.append(one)
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()

    def serve(self, one):
        with contextlib.suppress(OSError):
            while True:
                wire, client = one.recvfrom(4096)
                query = dns.message.from_wire(wire)
                question, reply = query.question[0], dns.message.make_response(query)
                if question.rdtype == dns.rdatatype.AAAA and question.name.to_text().lower().endswith("bogus.lab."):
                    reply.set_rcode(dns.rcode.SERVFAIL)
                else:
                    data = "2001:db8::1" if question.rdtype == dns.rdatatype.AAAA else "192.0.2.1"
                    reply.answer.append(dns.rrset.from_text(question.name, 0, "IN", question.rdtype, data))
                one.sendto(reply.to_wire(), client)

    def close(self):
        for one in self.sockets:
            one.close()


@pytest.fixture
def upstream():
    one = Upstream()
    yield one
    one.close()


@pytest.fixture
def server(tmp_path):
    one = ClickHouse(tmp_path / "clickhouse", free_port())
    one.start()
    for statement in statements("schema.sql").values():
        one.ask(statement)
    yield one
    one.stop()


def node(daemon, name, url, to, password=PASSWORD, more=""):
    daemon.zone()
    daemon.resolver = free_port()
    secret = daemon.folder / "password"
    secret.write_text(password + "\n")
    secret.chmod(0o600)
    daemon.config_path.write_text(CONFIG.format(node=name, port=daemon.port, resolver=daemon.resolver, url=url, user=USER,
                                                upstream=", ".join(f'"{one}"' for one in to)) + more)
    return daemon.start()


def ask(port, address, qtype, count, name, source=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    wire = bytearray(dns.message.make_query(name, qtype).to_wire())
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        if source:
            client.bind((source, 0))
        client.connect((address, port))
        for number in range(count):
            wire[0:2] = number.to_bytes(2, "big")
            client.send(wire)
            assert client.recv(4096)[0:2] == wire[0:2]


def load(daemon, scale):
    """Some of everything; the numbers differ by node."""
    ask(daemon.port, "::1", "AAAA", 10 * scale, "app.example.com")
    ask(daemon.port, "127.0.0.1", "A", 7 * scale, "App.Example.Com", "127.0.3.9")
    ask(daemon.port, "::1", "PTR", 3, "nowhere.invalid")
    for number in range(4 * scale):
        ask(daemon.resolver, "127.0.0.1", "AAAA", 1, f"w{number}.good.lab")
        ask(daemon.resolver, "::1", "AAAA", 1, f"w{number}.bogus.lab")
        ask(daemon.resolver, "127.0.0.1", "A", 1, f"w{number}.bogus.lab")


def logged(*daemons):
    return [line for daemon in daemons for line in daemon.lines("reply")]


def wait_for_rows(server, daemons, least=0):
    """Until the server has as many as the logs have lines; the logs' lines."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        lines = logged(*daemons)
        count = int(server.ask("SELECT sum(weight) FROM sextant.answers")[0][0])
        if count == len(lines) >= least:
            return lines
        assert time.monotonic() < deadline, f"{count} rows, {len(lines)} lines; {[d.status()['clickhouse'] for d in daemons]}"
        time.sleep(0.1)


def zone_of(line):
    return ".".join(line["qname"].lower().split(".")[-3:])


def network_of(line):
    address = ipaddress.ip_address(line["client"])
    network = ipaddress.ip_network(f"{address}/{56 if address.version == 6 else 24}", strict=False).network_address
    return str(network) if address.version == 6 else f"::ffff:{network}"


def is_fallback(line):
    return set(line.get("up_tried", [])) == {"ipv6", "ipv4"} and line.get("up_family") == "ipv4"


def expected(lines):
    """What the queries of queries.sql must answer, by their names."""
    nodes = sorted({line["node"] for line in lines})

    def count(**wanted):
        return sum(all(line.get(key) == value for key, value in wanted.items()) for line in lines)

    failed = [line for line in lines if line["rcode"] == "SERVFAIL"]
    zones = {zone_of(line) for line in failed if line["qtype"] == "AAAA"}
    networks = collections.Counter(network_of(line) for line in failed)
    return {
        "A to AAAA by node": [
            (one, str(count(node=one, qtype="AAAA")), str(count(node=one, qtype="A"))) for one in nodes],
        "SERVFAIL of AAAA against A by zone": [
            (zone, str(sum(zone_of(line) == zone and line["qtype"] == "AAAA" for line in lines if line["role"] == "resolver")),
             str(sum(zone_of(line) == zone and line["qtype"] == "AAAA" for line in failed))) for zone in sorted(zones)],
        "Failures by network of clients, /56 and /24": [
            (network, str(number), str(sum(network_of(line) == network for line in lines))) for network, number in networks.items()],
        "Fallback by node": [
            (one, str(sum(is_fallback(line) for line in lines if line["node"] == one))) for one in nodes],
        "DNS64 by node": [(one, "0", str(sum(line["aaaa"] == "native" for line in lines
                                             if line["node"] == one and line["role"] == "resolver"))) for one in nodes],
        "Answers by node, family and transport, and how many were truncated": [
            (one, family, "udp", str(count(node=one, family=f"ipv{family}"))) for one in nodes for family in "64"],
    }


def test_queries_of_two_nodes_say_what_their_logs_say(daemons, server, upstream):
    first = node(daemons(), "ns1", f"http://[::1]:{server.port}/", [f"::1@{upstream.port}"])
    second = node(daemons(), "ns2", f"http://127.0.0.1:{server.port}", [f"::1@{free_port()}", f"127.0.0.1@{upstream.port}"])
    load(first, 2)
    load(second, 1)
    lines = wait_for_rows(server, (first, second), least=90)
    queries = statements("queries.sql")
    answers = {name: server.ask(statement) for name, statement in queries.items()}
    for name, wanted in expected(lines).items():
        assert [row[:len(wanted[0])] for row in answers[name]] == wanted, name
    # The oracle itself has something to say: ns2 fell back, ns1 did not, and one zone failed.
    fallback = dict(expected(lines)["Fallback by node"])
    assert fallback["ns1"] == "0" and int(fallback["ns2"]) > 0
    assert [row[0] for row in answers["SERVFAIL of AAAA against A by zone"]] == ["bogus.lab."]
    assert all(answers.values()), [name for name, rows in answers.items() if not rows]
    # A row as a whole, and the counts by minute that the view makes.
    assert set(server.ask("SELECT DISTINCT service, stream, qname FROM sextant.answers WHERE zone = 'example.com.'")) == {
        ("public", "auth", "app.example.com.")}
    assert server.ask("SELECT sum(answers) FROM sextant.minutes") == [(str(len(lines)),)]

    # The server goes away and comes back: nothing is lost.
    server.stop()
    ask(first.port, "::1", "AAAA", 500, "app.example.com")
    first.wait_for(lambda: first.status()["clickhouse"]["failing"])
    assert any("takes no rows" in line["msg"] for line in first.lines("clickhouse"))
    server.start()
    wait_for_rows(server, (first, second), least=len(lines) + 500)
    first.wait_for(lambda: first.status()["clickhouse"]["waiting"] == 0)
    status = first.status()["clickhouse"]
    assert status == {"to": f"http://[::1]:{server.port}/", "failing": False, "sent": len(logged(first)), "waiting": 0, "dropped": 0}
    # What came in the last moment is sent before the end.
    ask(first.port, "::1", "AAAA", 30, "app.example.com")
    assert first.stop() == 0
    assert int(server.ask("SELECT count() FROM sextant.answers WHERE node = 'ns1'")[0][0]) == len(logged(first))


def test_what_is_wrong_is_told(daemons, server, upstream):
    to = [f"::1@{upstream.port}"]
    wrong = node(daemons(), "ns1", f"http://[::1]:{server.port}/", to, "battery staple")
    nowhere = node(daemons(), "ns2", f"http://[::1]:{server.port}/", to)
    nowhere.stop()
    nowhere.config_path.write_text(nowhere.config_path.read_text().replace("every:", "database: elsewhere, every:"))
    nowhere.start()
    for daemon, said in ((wrong, "the password is wrong: observability.clickhouse.password-file"), (nowhere, "schema.sql")):
        ask(daemon.port, "::1", "AAAA", 3, "app.example.com")
        daemon.wait_for(lambda d=daemon, s=said: any(s in line["msg"] for line in d.lines("clickhouse")))
        assert daemon.status()["clickhouse"]["waiting"] == 3 and daemon.status()["log_dropped"]["clickhouse"] == 0
        assert "NOT TAKEN  sent 0  waiting 3" in daemon.sextant("status").stdout
    assert "battery" not in wrong.text()
    # A file that others may read is refused, with where and how.
    (wrong.folder / "password").chmod(0o644)
    done = wrong.sextant("check")
    assert done.returncode == 1 and "chmod 600" in done.stdout and "password-file" in done.stdout, done.stdout


class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "clickhouse")])
    now = datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("::1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "both.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def test_certificates_are_verified(daemons, upstream, tmp_path):
    certificate(tmp_path)

    class Server6(http.server.ThreadingHTTPServer):
        address_family = socket.AF_INET6

    sink = Server6(("::1", 0), Sink)
    sink.taken = []
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "both.pem")
    sink.socket = tls.wrap_socket(sink.socket, server_side=True)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    url = f"https://[::1]:{sink.server_address[1]}/"
    daemon = node(daemons(), "ns1", url, [f"::1@{upstream.port}"])
    ask(daemon.port, "::1", "AAAA", 3, "app.example.com")
    daemon.wait_for(lambda: any("certificate" in line["msg"] for line in daemon.lines("clickhouse")))
    assert sink.taken == []
    daemon.stop()
    daemon.config_path.write_text(daemon.config_path.read_text().replace("every:", f"ca-file: {tmp_path}/ca.pem, every:"))
    daemon.start()
    ask(daemon.port, "::1", "AAAA", 3, "app.example.com")
    daemon.wait_for(lambda: sink.taken)
    path, body = sink.taken[0]
    assert "INSERT" in path and "RowBinary" in path and body.count(b"app.example.com.") == 3
    sink.shutdown()


def test_schema_has_the_columns_that_are_sent():
    rows = re.findall(r'^COLUMN\("(\w+)", "([^"]+)", "', (ROOT / "src" / "history" / "clickhouse" / "columns.def").read_text(), re.M)
    table = re.search(r"sextant\.answers\n\((.*?)\n\)\n", statements("schema.sql")["1"] + "\n", re.S).group(1)
    assert [tuple(line.split(None, 1)) for line in table.replace(",\n", "\n").strip().splitlines()] == rows
    assert json.dumps(rows)
