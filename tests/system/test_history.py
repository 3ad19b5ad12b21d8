"""The history on disk: what was counted, answered and signalled outlives the daemon, its end, and a disk that is full.
M-06 M-15 M-16."""
import json
import os
import socket
import sqlite3
import subprocess

import dns.message
import pytest

from conftest import program

CONFIG = """version: 1
node: {{run-dir: run, workers: 1, identity: ns1, state-dir: {state}}}
services:
  public: {{role: authoritative, listen: ["::1@{port}", 127.0.0.1@{port}], zones: [example.com]}}
zones:
  example.com: {{file: example.com.zone}}
observability:
  privacy: {{client-prefix: {{ipv6: 56, ipv4: 24}}}}
  history: {{raw-sample: 1/1, size: 16MiB}}
"""


def configure(daemon, state="state"):
    daemon.zone()
    daemon.config_path.write_text(CONFIG.format(port=daemon.port, state=state))
    return daemon


def ask(daemon, address, qtype, count, name="app.example.com"):
    """So many questions, each answered."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    wire = bytearray(dns.message.make_query(name, qtype).to_wire())
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect((address, daemon.port))
        for number in range(count):
            wire[0:2] = number.to_bytes(2, "big")
            client.send(wire)
            assert client.recv(4096)[0:2] == wire[0:2]


def rows(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def counted(path):
    """{(family, qtype): answers}"""
    return {(family, qtype): count for family, qtype, count in rows(
        path, "SELECT family, qtype, sum(count) FROM minutes JOIN keys ON id = key WHERE kind = 'replies' GROUP BY 1, 2")}


def control(daemon, **request):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(daemon.folder / "run" / "control.sock"))
        client.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(client.makefile().readline())


def is_counted(path, wanted):
    try:
        return counted(path) == wanted
    except sqlite3.OperationalError:
        return False


def test_the_past_outlives_ends_and_kills(daemons):
    daemon = configure(daemons()).start()
    path = daemon.folder / "state" / "history.sqlite"
    ask(daemon, "::1", "AAAA", 30)
    ask(daemon, "127.0.0.1", "A", 10)
    ask(daemon, "::1", "AAAA", 5, "nowhere.invalid")  # REFUSED: a failure
    assert daemon.stop() == 0
    wanted = {("ipv6", "AAAA"): 35, ("ipv4", "A"): 10}
    assert counted(path) == wanted
    assert rows(path, "SELECT DISTINCT client, rcode, origin FROM answers ORDER BY 1, 2") == [
        ("127.0.0.0/24", "NOERROR", "-"), ("::/56", "NOERROR", "native"), ("::/56", "REFUSED", "-")]
    assert rows(path, "SELECT count(*), sum(weight) FROM answers") == [(45, 45)]
    assert rows(path, "SELECT sum(count) FROM minutes JOIN keys ON id = key WHERE origin = 'native'") == [(30,)]

    daemon.start()
    ask(daemon, "::1", "AAAA", 2100)  # more than half a batch: written with the next second
    wanted["ipv6", "AAAA"] += 2100
    daemon.wait_for(lambda: is_counted(path, wanted))
    status = daemon.status()["history"]
    assert not status["failing"] and status["dropped"] == 0 and status["answers"] == 2100 and status["size"] <= 16 << 20
    assert f"history      {path}" in daemon.sextant("status").stdout
    signals = control(daemon, command="signals", since_s=3 * 86400)
    assert signals["ok"] and signals["signals"] == [] and "history_error" not in signals
    daemon.process.kill()
    daemon.process.wait()
    daemon.process = None
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert counted(path) == wanted

    # What a daemon said that is gone is told by the next one.
    with sqlite3.connect(path) as db:
        now = db.execute("SELECT max(last_us) FROM runs").fetchone()[0]
        db.execute("INSERT INTO signals VALUES ((SELECT max(start_us) FROM runs), 1, 'AAAA-SERVFAIL', 'critical', 'rec', 'rec all', 0.9,"
                   " 0.01, 'earlier', ?, ?, NULL, NULL, '90 of 100')", (now - 60_000_000, now))
        day = 86_400_000_000
        db.execute("INSERT INTO runs VALUES (?, ?, 1)", (now - 2 * day, now - day))  # yesterday: the hours to compare with
    daemon.start()
    daemon.wait_for(lambda: daemon.status()["history"]["failing"] is False)
    done = daemon.sextant("signals", "--since", "3d", "--json")
    signal, = json.loads(done.stdout)["signals"]
    assert done.returncode == 1 and signal["signal"] == "AAAA-SERVFAIL" and signal["ended"] == "restart"
    text = daemon.sextant("signals", "--since", "3d").stdout
    assert "critical AAAA-SERVFAIL" in text and "90.0%" in text and "until the daemon ended: 90 of 100" in text
    assert "  next: sextant query NAME" in text
    known, = [line["msg"] for line in daemon.lines("history") if "what is usual" in line["msg"]]
    assert int(known.split("known for ")[1].split()[0]) >= 2 * 23  # of both streams
    assert "critical" not in daemon.sextant("signals").stdout  # of this run there is none
    assert counted(path) == wanted


def test_a_full_disk_is_no_matter_of_dns(daemons, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "none", disk], check=False).returncode != 0:
        pytest.skip("no mounts here")
    try:
        daemon = configure(daemons(), disk).start()
        daemon.wait_for(lambda: daemon.status()["history"]["failing"] is False)
        filler = disk / "filler"
        with open(filler, "wb") as file, pytest.raises(OSError):
            while True:
                os.write(file.fileno(), bytes(65536))
        ask(daemon, "::1", "AAAA", 2100)
        daemon.wait_for(lambda: daemon.status()["history"]["failing"])
        assert any("no room" in line["msg"] or "space" in line["msg"] or "full" in line["msg"] for line in daemon.lines("history"))
        ask(daemon, "::1", "AAAA", 9000)  # more than waits in memory
        ask(daemon, "127.0.0.1", "A", 10)
        daemon.wait_for(lambda: daemon.status()["history"]["dropped"] > 0)
        filler.unlink()
        daemon.wait_for(lambda: daemon.status()["history"]["failing"] is False)
        assert daemon.stop() == 0
        assert any("written again" in line["msg"] for line in daemon.lines("history"))
        total = counted(disk / "history.sqlite")
        assert total["ipv4", "A"] == 10 and total["ipv6", "AAAA"] == 11100  # counts need little room: none is lost
        assert rows(disk / "history.sqlite", "PRAGMA integrity_check") == [("ok",)]
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def test_a_damaged_file_is_set_aside(daemons):
    daemon = configure(daemons())
    state = daemon.folder / "state"
    state.mkdir()
    (state / "history.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    daemon.start()
    daemon.wait_for(lambda: daemon.status()["history"]["failing"] is False)
    ask(daemon, "::1", "AAAA", 3)
    assert daemon.stop() == 0
    assert any("is damaged" in line["msg"] and "set aside as" in line["msg"] for line in daemon.lines("history"))
    assert (state / "history.sqlite.damaged").stat().st_size == 16 + 256 * 64
    assert counted(state / "history.sqlite") == {("ipv6", "AAAA"): 3}


def test_rows_are_checked(daemons):
    daemon = configure(daemons())
    text = daemon.config_path.read_text()
    for old, new, said in (("1/1", "1/0", "raw-sample"), ("16MiB", "1MiB", "from 16MiB"),
                           ("  history:", "  signals: off\n  history:", "signals: off does not watch")):
        daemon.config_path.write_text(text.replace(old, new))
        done = subprocess.run([*daemon._command(program("sextant"), "check", daemon.config_path)], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 1 and said in done.stdout, done.stdout


