"""What changed, given to secondaries (IXFR): dig, dnspython, NSD, Knot and BIND ask, over both families, signed and not."""
import re
import subprocess
import time

import dns.exception
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rdatatype
import dns.xfr
import dns.zone
import pytest

from conftest import PATIENCE_S, free_port
from test_transfer_out import ADDRESSES, KEY, SECRET, secondary_bind, secondary_knot, secondary_nsd

HOSTS = "".join(f"host{i} IN AAAA 2001:db8:f::{i:x}\nhost{i} IN MX 10 Mail{i % 9}.example.net.\n" for i in range(60))


def version(serial, more=""):
    return f"""$TTL 300
@ IN SOA ns1 hostmaster {serial} 3600 900 1209600 300
@ IN NS ns1
@ IN NS ns2
ns1 IN AAAA 2001:db8:10::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
*.wild IN TXT "any"
{HOSTS}{more}"""


VERSIONS = {7: version(7, "www IN A 192.0.2.80\nold IN TXT old\n"),
            8: version(8, "www IN A 192.0.2.81\na.b.c IN AAAA 2001:db8::8\n"),
            9: version(9, "www 60 IN A 192.0.2.81\na.b.c IN AAAA 2001:db8::8\n*.new IN TXT new\n")}


@pytest.fixture
def primary(daemons):
    daemon = daemons()
    daemon.zone(VERSIONS[7])
    daemon.config(["::1", "127.0.0.1"])
    key = daemon.folder / "xfr.key"
    key.write_text(SECRET + "\n")
    key.chmod(0o600)
    text = daemon.config_path.read_text().replace("    zones: [", "    transfer-to: [signing, plain]\n    zones: [", 1)
    text = text.replace("run-dir: run", "run-dir: run, state-dir: state")
    daemon.config_path.write_text(text + """peers:
  signing: {addresses: ["::1", 127.0.0.1], tsig: xfr-key}
  plain: {addresses: ["::2", 127.0.0.2]}
keys:
  xfr-key: {algorithm: hmac-sha256, secret-file: xfr.key}
""")
    return daemon.start()


def publish(daemon, text, code=0):
    daemon.zone(text)
    done = daemon.sextant("reload", "example.com")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def wanted(text):
    return dns.zone.from_text(text, origin="example.com.", relativize=False)


def updated(daemon, text, address="::1", source=None, keyring=KEY):
    """What a secondary with that version has after IXFR, and the line in the log."""
    zone = wanted(text)
    query, _ = dns.xfr.make_query(zone, keyring=keyring)
    assert query.question[0].rdtype == dns.rdatatype.IXFR
    count = len(daemon.lines("xfr"))
    dns.query.inbound_xfr(address, zone, query, port=daemon.port, source=source, timeout=PATIENCE_S)
    daemon.wait_for(lambda: len(daemon.lines("xfr")) > count)
    return zone, daemon.lines("xfr")[-1]


@pytest.mark.parametrize("family", ADDRESSES)
def test_differences(primary, family):
    publish(primary, VERSIONS[8])
    zone, line = updated(primary, VERSIONS[7], ADDRESSES[family])
    assert zone == wanted(VERSIONS[8])
    assert (line["kind"], line["form"], line["from_serial"], line["versions"], line["result"]) == ("IXFR", "differences", 7, 1, "sent")
    assert line["records"] == 4 + 2 + 2 and line["messages"] == 1


def test_by_address_alone(primary):
    publish(primary, VERSIONS[8])
    zone, line = updated(primary, VERSIONS[7], "127.0.0.1", source="127.0.0.2", keyring=None)
    assert zone == wanted(VERSIONS[8]) and (line["peer"], line["form"]) == ("plain", "differences")


def test_condensed(primary):
    """RFC 1995 5: several differences go as one; who is one version behind gets that one alone."""
    publish(primary, VERSIONS[8])
    publish(primary, VERSIONS[9])
    zone, line = updated(primary, VERSIONS[7])
    assert zone == wanted(VERSIONS[9]) and (line["form"], line["versions"]) == ("condensed", 2)
    assert line["records"] == 4 + 2 + 3  # the A of version 8 is not in it
    assert line["msg"].startswith("IXFR of example.com since 7 (2 differences in one) to signing")
    zone, line = updated(primary, VERSIONS[8])
    assert zone == wanted(VERSIONS[9]) and (line["form"], line["versions"]) == ("differences", 1)


def test_whole_where_nothing_else_helps(primary):
    """A version that is not known, and a change larger than the zone."""
    publish(primary, VERSIONS[8])
    zone, line = updated(primary, version(5))
    assert zone == wanted(VERSIONS[8]) and (line["form"], line["from_serial"]) == ("whole", 5)
    assert line["msg"].endswith("the zone whole: what changed since its serial is not known, or more than the zone")
    other = version(9).replace("2001:db8:f::", "2001:db8:e::").replace("MX 10", "MX 20")
    publish(primary, other)
    assert any(line["msg"].startswith("example.com: what changed is more than the zone itself") for line in primary.lines("zone"))
    zone, line = updated(primary, VERSIONS[8])
    assert zone == wanted(other) and line["form"] == "whole"


def written(daemon):
    """All that is to be known is on the disk: the daemon ends only then."""
    assert daemon.stop() == 0


def test_restart(primary):
    """What led to a version is known after a restart too, when the zone file has not changed."""
    publish(primary, VERSIONS[8])
    written(primary)
    primary.start()
    publish(primary, VERSIONS[9])
    written(primary)
    primary.start()
    zone, line = updated(primary, VERSIONS[7])
    assert zone == wanted(VERSIONS[9]) and (line["form"], line["versions"]) == ("condensed", 2)


def test_killed(primary):
    """Without a word: what was on the disk is known."""
    publish(primary, VERSIONS[8])
    journal = primary.folder / "state" / "zones" / "example.com.journal"
    primary.wait_for(lambda: journal.exists() and journal.stat().st_size > 300)
    primary.process.kill()
    primary.process.wait()
    with open(journal, "ab") as file:
        file.write(journal.read_bytes()[-40:])  # as if it had been writing
    primary.start()
    assert any("the last 40 octets of its journal were not whole" in line["msg"] for line in primary.lines("zone"))
    zone, line = updated(primary, VERSIONS[7])
    assert zone == wanted(VERSIONS[8]) and line["form"] == "differences"


def test_changed_while_stopped(primary):
    publish(primary, VERSIONS[8])
    written(primary)
    primary.zone(VERSIONS[9])
    primary.start()
    assert any("changed while the daemon did not run" in line["msg"] for line in primary.lines("zone"))
    zone, line = updated(primary, VERSIONS[8])
    assert zone == wanted(VERSIONS[9]) and line["form"] == "whole"


SILENT = version(8, "www IN A 192.0.2.99\n")  # other data, the same serial


@pytest.mark.parametrize("is_stopped", [False, True])
def test_the_serial_was_forgotten(primary, is_stopped):
    """A warning says what secondaries do not see and how to mend it; what led from that serial on is never guessed."""
    publish(primary, VERSIONS[8])
    if is_stopped:
        written(primary)
        primary.zone(SILENT)
        primary.start()
        warning = [line["msg"] for line in primary.lines("zone") if line["level"] == "warning"][-1]
        assert warning.startswith("example.com: the data is not what it was when serial 8 was served before")
    else:
        said = publish(primary, SILENT)
        warning = [line["msg"] for line in primary.lines("zone") if line["level"] == "warning"][-1]
        assert warning.startswith("example.com: the data has changed (2 records gone, 1 new) and the serial is still 8: secondaries have that serial "
                                  "and will not see the change; raise the serial in ")
        assert "the serial is still 8" in said
    zone, line = updated(primary, VERSIONS[7])
    assert zone == wanted(SILENT) and line["form"] == "whole"
    mended = SILENT.replace(" 8 3600", " 9 3600")
    publish(primary, mended)
    zone, line = updated(primary, VERSIONS[8])  # whose data was another
    assert zone == wanted(mended) and line["form"] == "whole"
    publish(primary, version(10))
    zone, line = updated(primary, mended)
    assert zone == wanted(version(10)) and line["form"] == "differences"


def test_the_serial_went_back(primary):
    publish(primary, VERSIONS[9])
    publish(primary, VERSIONS[8])
    warning = [line["msg"] for line in primary.lines("zone") if line["level"] == "warning"][-1]
    assert warning.startswith("example.com: the serial went from 9 back to 8: secondaries keep serial 9 and will not see this version")
    for serial in (9, 10):
        publish(primary, version(serial))
        zone, line = updated(primary, VERSIONS[8])
        assert zone == wanted(version(serial)) and line["form"] == "whole"


@pytest.mark.parametrize("family", ADDRESSES)
def test_dig(primary, family):
    """The order of RFC 1995 4: the newest SOA, the old one and what goes, the new one and what comes, the newest SOA."""
    publish(primary, VERSIONS[8])
    done = subprocess.run(["dig", f"@{ADDRESSES[family]}", "-p", str(primary.port), "-y", f"hmac-sha256:xfr-key:{SECRET}", "+nocomments", "+noall",
                           "+answer", "+onesoa", "example.com", "IXFR=7"], capture_output=True, text=True, check=True)
    rows = [re.split(r"\s+", line, maxsplit=4) for line in done.stdout.splitlines()]
    told = [(row[0], row[3], row[4].split()[2] if row[3] == "SOA" else row[4]) for row in rows if len(row) == 5]
    assert told == [("example.com.", "SOA", "8"), ("example.com.", "SOA", "7"), ("old.example.com.", "TXT", '"old"'),
                    ("www.example.com.", "A", "192.0.2.80"), ("example.com.", "SOA", "8"), ("a.b.c.example.com.", "AAAA", "2001:db8::8"),
                    ("www.example.com.", "A", "192.0.2.81"), ("example.com.", "SOA", "8")]


def notify_nsd(words):
    path = words[-1]
    text = path.read_text().replace("request-xfr: AXFR ", "request-xfr: ")
    path.write_text(text + '  allow-notify: ::1 NOKEY\n  allow-notify: 127.0.0.1 NOKEY\n')


def notify_knot(words):
    path = words[-1]
    text = path.read_text().replace("zone:\n", "acl:\n  - id: told\n    address: [::1, 127.0.0.1]\n    action: notify\nzone:\n")
    path.write_text(text + "    acl: told\n")


def notify_bind(words):
    path = words[-1]
    path.write_text(path.read_text().replace("type secondary;", "type secondary; allow-notify { ::1; 127.0.0.1; };"))


def answer(port, name, rdtype, opcode=dns.opcode.QUERY):
    query = dns.message.make_query(name, rdtype)
    query.set_opcode(opcode)
    query.flags |= dns.flags.AA if opcode == dns.opcode.NOTIFY else 0
    try:
        return dns.query.udp(query, "::1", port=port, timeout=0.5)
    except (OSError, dns.exception.DNSException):
        return None


@pytest.mark.parametrize("family", ADDRESSES)
@pytest.mark.parametrize("peer, notify", [(secondary_nsd, notify_nsd), (secondary_knot, notify_knot), (secondary_bind, notify_bind)])
def test_peers_take_it(primary, tmp_path, peer, notify, family):
    """Two versions, one after the other, each by what changed."""
    port = free_port()
    words = peer(tmp_path, port, primary, ADDRESSES[family])
    notify(words)

    def wait_for(condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline and process.poll() is None, (tmp_path / "output").read_text()[-3000:] + primary.text()[-3000:]
            time.sleep(0.05)

    def has(name, rdtype, text):
        reply = answer(port, name, rdtype)
        return reply is not None and reply.answer and reply.answer[0][0].to_text() == text

    def has_news(name, rdtype, text):
        answer(port, "example.com.", "SOA", dns.opcode.NOTIFY)
        return has(name, rdtype, text)

    with open(tmp_path / "output", "wb") as output:
        process = subprocess.Popen([str(word) for word in words], stdout=output, stderr=output, cwd=tmp_path)
        try:
            wait_for(lambda: has("www.example.com.", "A", "192.0.2.80"))
            publish(primary, VERSIONS[8])
            wait_for(lambda: has_news("www.example.com.", "A", "192.0.2.81"))
            publish(primary, VERSIONS[9])
            wait_for(lambda: has_news("x.new.example.com.", "TXT", '"new"'))
            assert answer(port, "old.example.com.", "TXT").rcode() == dns.rcode.NXDOMAIN
        finally:
            process.terminate()
            process.wait()
    forms = [(line["from_serial"], line["form"]) for line in primary.lines("xfr") if line.get("kind") == "IXFR" and line["result"] == "sent"]
    assert (7, "differences") in forms and (8, "differences") in forms, forms
