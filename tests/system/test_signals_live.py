"""What the daemon sees in its own answers: `sextant signals` without a source, and against the log that it writes of them."""
import json
import signal
import socket
import subprocess

import dns.flags
import dns.message

from conftest import PATIENCE_S, ZONE, program
from log_site import Site, own

LARGE = "".join(f'big IN TXT "{"x" * 200}{n}"\n' for n in range(8)) + "*.big IN CNAME big\n"


def ask(port, name, qtype, client, server):
    """From a client address of our choice; over UDP alone, truncated or not."""
    query = dns.message.make_query(name, qtype, use_edns=0, payload=1232)
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((client, 0))
        sock.settimeout(PATIENCE_S)
        sock.sendto(query.to_wire(), (server, port))
        return dns.message.from_wire(sock.recv(65535))


def said(done):
    document = json.loads(done.stdout)
    return {(one["signal"], one["scope"]) for one in document["signals"]}


def test_daemon_and_its_log_say_the_same(daemon):
    """Truncated answers that no client asks for over TCP."""
    daemon.zone(ZONE + LARGE)
    daemon.config(["::1", "127.0.0.1"], service="    log: {queries: on}")
    with daemon.config_path.open("a") as file:
        file.write("observability: {log: {queries-to: file queries.log}}\n")
    daemon.start()
    nothing = daemon.sextant("signals")
    assert nothing.returncode == 3 and "not observable" in nothing.stdout
    for n in range(60):
        for server, client in (("::1", "::1"), ("127.0.0.1", f"127.0.{n}.7")):
            reply = ask(daemon.port, f"n{n}.big.example.com.", "TXT", client, server)
            assert reply.flags & dns.flags.TC
            ask(daemon.port, f"n{n}.example.com.", "AAAA", client, server)
    calm = daemon.sextant("signals", "--json")
    assert json.loads(calm.stdout)["share_parts"] == 1
    daemon.wait_for(lambda: daemon.sextant("signals").returncode == 1, seconds=75)
    live = daemon.sextant("signals", "--json")
    assert ("TC-WITHOUT-TCP", "auth zone example.com") in said(live)
    text = daemon.sextant("signals").stdout
    assert text.startswith("what sextantd answers; 20") and "next: sextant query NAME TYPE --compare transport" in text
    assert daemon.stop() == 0
    log = subprocess.run([program("sextant"), "signals", "--json", daemon.folder / "queries.log"], capture_output=True,
                         text=True, check=False)
    assert said(log) == said(live)


def test_no_daemon_and_observation_off(daemon):
    daemon.config(["::1"])
    assert daemon.sextant("signals").returncode == 3
    assert daemon.sextant("signals", "--format", "bind").returncode == 2
    with daemon.config_path.open("a") as file:
        file.write("observability: {signals: off}\n")
    daemon.start()
    done = daemon.sextant("signals")
    assert done.returncode == 1 and "observability.signals is off" in done.stderr
    assert daemon.status()["log_dropped"] == {"query-log": 0}


def watch(daemon, *words):
    return subprocess.Popen([program("sextant"), "signals", "--watch", "--json", *words, "--config", daemon.config_path],
                            stdout=subprocess.PIPE, text=True)


def test_watch_ends_well(daemon, tmp_path):
    """Of the daemon and of a log that grows; each report is one line of JSON."""
    daemon.config(["::1"])
    daemon.start()
    log = tmp_path / "log"
    site = Site(seed=1, rate=20)
    log.write_text(own(site.events(20)))
    for words, number in (((), signal.SIGINT), ((log,), signal.SIGTERM)):
        process = watch(daemon, *words)
        document = json.loads(process.stdout.readline())
        assert document["schema"] == "sextant.signals/1" and document["signals"] == []
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
    assert document["events"] > 1000
