"""The daemon's own query log: files that are rotated under load, a disk that is full, journald, and what it tells of clients."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import dns.message
import pytest

from conftest import PATIENCE_S, program

WINDOW = 64


def configure(daemon, log, more="", queries="on"):
    daemon.config(["::1", "127.0.0.1"], service=f"    log: {{queries: {queries}}}")
    text = daemon.config_path.read_text() + f"observability:\n  log: {{{log}}}\n{more}"
    daemon.config_path.write_text(text)


def ask(port, count, address="::1", seconds=PATIENCE_S, stop=None):
    """Asks count questions, or until stop is set, a window at a time; how many were answered: all that were asked."""
    wire = bytearray(dns.message.make_query("app.example.com.", "AAAA").to_wire())
    answered = 0
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        sock.settimeout(seconds)
        while answered < count and not (stop is not None and stop.is_set()):
            window = min(WINDOW, count - answered)
            for i in range(window):
                wire[0:2] = (answered + i & 0xffff).to_bytes(2, "big")
                sock.send(wire)
            for _ in range(window):
                sock.recv(4096)
            answered += window
            time.sleep(0.001)  # what a core that is shared with seven others can still log
    return answered


def queries(*paths):
    lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    return [line for line in lines if line.get("qname") is not None]


def dropped(daemon):
    return daemon.status()["log_dropped"]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1])
def test_rotation_under_load_loses_no_line(daemon, number):
    configure(daemon, "to: stderr, queries-to: file queries.log")
    daemon.start()
    current = daemon.folder / "queries.log"
    stop, answered = threading.Event(), []
    asker = threading.Thread(target=lambda: answered.append(ask(daemon.port, 1 << 30, stop=stop)))
    asker.start()
    old = []
    for turn in range(5):
        daemon.wait_for(lambda: current.exists() and current.stat().st_size > 20000)
        old.append(daemon.folder / f"queries.{turn}")
        current.rename(old[-1])
        os.kill(daemon.process.pid, number)
    daemon.wait_for(lambda: current.exists() and current.stat().st_size > 20000)
    stop.set()
    asker.join()
    assert dropped(daemon) == {"query-log": 0, "signals": 0}
    daemon.stop()
    assert len(queries(current, *old)) == answered[0]
    assert all(len(queries(path)) > 0 for path in [current, *old])
    assert not any("qname" in line for line in daemon.lines()), "the query log goes elsewhere than the daemon's"


def test_sample_of_a_service(daemon):
    configure(daemon, "to: file all.log", queries="sample 1/10")
    daemon.start(wait=False)
    path = daemon.folder / "all.log"
    daemon.wait_for(lambda: path.exists() and " answers" in path.read_text())
    ask(daemon.port, 640)
    ask(daemon.port, 640, "127.0.0.1")
    daemon.stop()
    # Each worker counts for itself and logs its first.
    assert 128 <= len(queries(path)) <= 130
    assert {line["stream"] for line in queries(path)} == {"authoritative"}


@contextlib.contextmanager
def small_disk(folder, size="256k"):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def whole_lines(path):
    """Lines of the query log; of a torn one there is a beginning, and the next is on a line of its own."""
    return sum(line.startswith(b'{"v":1') and line.endswith(b"}\n") for line in path.read_bytes().splitlines(True))


def test_full_disk_never_touches_answers(daemon, tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        configure(daemon, f"to: stderr, queries-to: file {disk}/queries.log")
        daemon.start()
        path = disk / "queries.log"
        asked = 0
        while dropped(daemon)["query-log"] == 0:
            asked += ask(daemon.port, 640)
            assert asked < 20000
        daemon.wait_for(lambda: any("cannot be written" in line["msg"] for line in daemon.lines("dropped")))
        told = daemon.lines("dropped")
        assert len(told) == 1 and str(path) in told[0]["msg"] and "No space left" in told[0]["msg"]
        assert re.search(r"dropped for query-log: \d+ events", daemon.sextant("status").stdout)
        asked += ask(daemon.port, 640)  # answers go on
        whole = whole_lines(path)
        lost = dropped(daemon)["query-log"]
        assert whole + lost <= asked
        os.truncate(path, 0)
        asked += ask(daemon.port, 64)
        daemon.wait_for(lambda: any("again" in line["msg"] for line in daemon.lines("dropped")))
        daemon.wait_for(lambda: whole + whole_lines(path) + dropped(daemon)["query-log"] == asked)
        assert whole_lines(path) > 0 and any(line.get("dropped", 0) > 0 for line in daemon.lines("dropped"))
        daemon.stop()


# --- journald ---

JOURNALD = pathlib.Path("/lib/systemd/systemd-journald")


@pytest.fixture
def journald():
    """A journald of our own, on the /run of this test run's mount namespace."""
    if not JOURNALD.exists() or pathlib.Path("/run/systemd/journal").exists():
        pytest.skip("no journald is installed, or another one is running")
    for folder in ("/run/systemd/journal", "/run/log/journal"):
        os.makedirs(folder)
    process = subprocess.Popen([JOURNALD], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE_S
    while not pathlib.Path("/run/systemd/journal/socket").exists():
        assert time.monotonic() < deadline and process.poll() is None, "journald does not start"
        time.sleep(0.02)
    yield process
    process.terminate()
    process.wait()
    subprocess.run(["rm", "-rf", "/run/systemd/journal", "/run/log/journal"], check=True)


def journal(*words):
    done = subprocess.run(["journalctl", "-D", "/run/log/journal", "-o", "json", "-t", "sextantd", *words],
                          capture_output=True, text=True, check=True)
    return done.stdout


def test_lines_reach_journald(daemon, journald):
    """Each line with its priority; what journalctl prints is what `sextant tail` reads."""
    configure(daemon, "to: journal")
    daemon.start(wait=False)
    daemon.wait_for(lambda: " answers" in journal())
    ask(daemon.port, 20)
    daemon.wait_for(lambda: len(re.findall("qname", journal("-p", "info"))) >= 20)
    assert daemon.stop() == 0
    entries = [json.loads(line) for line in journal().splitlines()]
    messages = [json.loads(entry["MESSAGE"]) for entry in entries]
    assert {entry["PRIORITY"] for entry, line in zip(entries, messages) if "qname" in line} == {"6"}
    assert {entry["PRIORITY"] for entry, line in zip(entries, messages) if line.get("ev") == "start"} == {"5"}
    assert sum("qname" in line for line in messages) == 20
    done = subprocess.run([program("sextant"), "tail", "--no-follow", "--where", "qtype=AAAA", "-"], input=journal(),
                          capture_output=True, text=True, check=True)
    assert done.stdout.count("app.example.com") == 20


def test_no_journald_is_told(daemon):
    if pathlib.Path("/run/systemd/journal/socket").exists():
        pytest.skip("a journald is running")
    configure(daemon, "to: journal")
    assert daemon.run_to_end() == 1
    assert "/run/systemd/journal/socket" in daemon.text()


# --- Clients ---

def test_clients_are_cut_before_anything_is_stored(daemon):
    configure(daemon, "to: stderr, queries-to: file queries.log",
              "  privacy: {client-prefix: {ipv6: 0, ipv4: 24}}\n")
    daemon.start()
    ask(daemon.port, 5)
    ask(daemon.port, 5, "127.0.0.1")
    daemon.stop()
    told = {(line["client"], line["cport"], line["family"]) for line in queries(daemon.folder / "queries.log")}
    assert told == {("::", 0, "ipv6"), ("127.0.0.0", 0, "ipv4")}
