"""Reload: what changed is loaded, what is wrong changes nothing. A-19 A-20 A-22 F-05."""
import json
import os
import signal
import socket

import dns.message
import dns.query
import dns.rcode

from conftest import ZONE, free_port


def serial(daemon, zone="example.com", address="::1", port=None):
    query = dns.message.make_query(f"{zone}.", "SOA", use_edns=0)
    reply = dns.query.udp(query, address, port=port or daemon.port, timeout=5)
    return reply.answer[0][0].serial if reply.answer else dns.rcode.to_text(reply.rcode())


def with_serial(number, origin=""):
    return ZONE.replace(" 1 3600", f" {number} 3600") + origin


def test_new_serial(daemon):
    daemon.config(["::1"], zones=("example.com", "example.net"))
    daemon.zone(with_serial(7), "example.net")
    daemon.start()
    daemon.zone(with_serial(2))
    done = daemon.sextant("reload")
    assert done.returncode == 0, done.stdout + done.stderr
    assert serial(daemon) == 2 and serial(daemon, "example.net") == 7
    rows = {row["zone"]: row for row in daemon.lines("zone") if "old_serial" in row}
    assert rows["example.com"]["result"] == "loaded"
    assert (rows["example.com"]["old_serial"], rows["example.com"]["new_serial"]) == (1, 2)
    assert rows["example.com"]["records"] == 9
    assert rows["example.net"]["result"] == "unchanged"


def test_one_zone_alone(daemon):
    daemon.config(["::1"], zones=("example.com", "example.net"))
    daemon.zone(with_serial(1), "example.net")
    daemon.start()
    daemon.zone(with_serial(2))
    daemon.zone(with_serial(2), "example.net")
    assert daemon.sextant("reload", "example.net").returncode == 0
    assert serial(daemon) == 1 and serial(daemon, "example.net") == 2
    assert daemon.sextant("reload", "example.org").returncode != 0


def test_a_zone_that_is_no_name_reloads_nothing(daemon):
    daemon.config(["::1"])
    daemon.start()
    daemon.zone(with_serial(2))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(daemon.folder / "run" / "control.sock"))
        client.sendall(b'{"command":"reload","zone":5}\n')
        assert json.loads(client.makefile().readline())["ok"] is False
    assert serial(daemon) == 1


def test_a_shorter_idle_limit_holds_for_open_connections(daemon):
    daemon.config(["::1"], transport="tcp-idle-timeout: 60s")
    daemon.start()
    with socket.create_connection(("::1", daemon.port), timeout=10) as client:
        query = dns.message.make_query("example.com.", "SOA").to_wire()
        client.sendall(len(query).to_bytes(2, "big") + query)
        assert client.recv(2)
        daemon.config(["::1"], transport="tcp-idle-timeout: 1s")
        assert daemon.sextant("reload").returncode == 0
        while client.recv(65535):
            pass


def test_bad_zone_leaves_the_old_data(daemon):
    daemon.config(["::1"])
    daemon.start()
    daemon.zone(with_serial(2) + "broken IN AAAA 2001:db8::zz\n")
    done = daemon.sextant("reload")
    assert done.returncode == 1
    assert serial(daemon) == 1
    failed = [row for row in daemon.lines("zone") if row.get("result") == "failed"]
    assert len(failed) == 1 and "example.com.zone:11:" in failed[0]["msg"]
    assert "still served" in failed[0]["msg"]
    daemon.zone(with_serial(3))
    assert daemon.sextant("reload").returncode == 0
    assert serial(daemon) == 3


def test_zone_that_never_loaded(daemon):
    daemon.config(["::1"], zones=("example.com", "example.net"))
    daemon.start()  # example.net has no file
    query = dns.message.make_query("www.example.net.", "AAAA", use_edns=0)
    reply = dns.query.udp(query, "::1", port=daemon.port, timeout=5)
    assert reply.rcode() == dns.rcode.SERVFAIL
    assert [int(option.code) for option in reply.options if option.otype == 15] == [14]
    assert serial(daemon) == 1
    daemon.zone(with_serial(1), "example.net")
    assert daemon.sextant("reload").returncode == 0
    assert serial(daemon, "example.net") == 1


def test_bad_config_changes_nothing(daemon):
    daemon.config(["::1"])
    daemon.start()
    good = daemon.config_path.read_text()
    daemon.zone(with_serial(2))
    daemon.config_path.write_text(good + "nonsense: 1\n")
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.wait_for(lambda: "what ran before goes on" in daemon.text())
    last = good.count("\n") + 1
    assert any(row.get("line") == last for row in daemon.lines("config"))
    assert serial(daemon) == 1
    daemon.config_path.write_text(good)
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.wait_for(lambda: serial(daemon) == 2)


def test_listeners_come_and_go(daemon):
    daemon.config(["::1"])
    daemon.start()
    other = free_port()
    daemon.config(["::1", f"127.0.0.1@{other}"])
    assert daemon.sextant("reload").returncode == 0
    assert serial(daemon) == 1 and serial(daemon, address="127.0.0.1", port=other) == 1
    daemon.config([f"127.0.0.1@{other}"])
    assert daemon.sextant("reload").returncode == 0
    assert serial(daemon, address="127.0.0.1", port=other) == 1
    assert [row["address"] for row in daemon.status()["services"][0]["listeners"]] == [f"127.0.0.1@{other}"]


def test_listener_that_cannot_bind_changes_nothing(daemon, daemons):
    other = daemons()
    other.zone()
    other.config(["127.0.0.1"])
    other.start()
    daemon.config(["::1"])
    daemon.start()
    daemon.zone(with_serial(2))
    daemon.config(["::1", f"127.0.0.1@{other.port}"])
    assert daemon.sextant("reload").returncode == 1
    assert f"sextantd (pid {other.process.pid}) holds" in daemon.text()
    assert serial(daemon) == 1


def test_included_file(daemon):
    """The zone's own file is as it was; what it includes is not."""
    (daemon.folder / "more").write_text("extra IN AAAA 2001:db8::1\n")
    daemon.zone(with_serial(1) + "$INCLUDE more\n")
    daemon.config(["::1"])
    daemon.start()
    (daemon.folder / "more").write_text("other IN AAAA 2001:db8::2\n")
    assert daemon.sextant("reload").returncode == 0
    reply = dns.query.udp(dns.message.make_query("other.example.com.", "AAAA"), "::1", port=daemon.port, timeout=5)
    assert reply.rcode() == dns.rcode.NOERROR and reply.answer


def test_rotated_log(daemon):
    """The log file is renamed, the daemon told: it goes on in a new one, and no line is lost."""
    daemon.config(["::1"])
    text = daemon.config_path.read_text() + "observability: {log: {format: json, to: file lines.log}}\n"
    daemon.config_path.write_text(text)
    lines = daemon.folder / "lines.log"
    daemon.start(wait=False)
    daemon.wait_for(lambda: lines.exists() and " answers" in lines.read_text())
    lines.rename(daemon.folder / "lines.old")
    assert daemon.sextant("reload").returncode == 0
    assert '"result":"unchanged"' in lines.read_text()


def test_stop_while_a_reload_is_long(daemon):
    daemon.zone(with_serial(1) + "".join(f"h{n} IN AAAA 2001:db8::{n:x}\n" for n in range(20000)))
    daemon.config(["::1"])
    daemon.start()
    for _ in range(20):
        os.utime(daemon.folder / "example.com.zone")
        os.kill(daemon.process.pid, signal.SIGHUP)
    os.kill(daemon.process.pid, signal.SIGTERM)
    assert daemon.process.wait(10) == 0
