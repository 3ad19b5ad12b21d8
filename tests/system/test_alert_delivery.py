"""Alerts of a running daemon: to the log, to a program, to webhooks that work, and to some that do not."""
import json
import os
import signal
import socket
import time

import dns.message
import dns.query

import alert_receivers
from alert_receivers import Receiver, Silent
from conftest import PATIENCE_S, free_port

RULES = """\
version: 1
thresholds:
- name: nxdomain
  where: rcode=NXDOMAIN
  rate: above 60/min
  window: 6s
  clear: 1s
  by: zone
  level: critical
  text: Names that do not exist are asked for.
  next: sextant tail --where rcode=NXDOMAIN
"""

PROGRAM = """\
#!/bin/sh
cat >>"{folder}/alerts"
echo >>"{folder}/alerts"
"""


def started(daemon, alerts, listen=("::1", "127.0.0.1"), rules=RULES):
    daemon.zone()
    daemon.config(listen)
    (daemon.folder / "rules.yaml").write_text(rules)
    with daemon.config_path.open("a") as file:
        file.write(f"observability:\n  alerts: {{rules: rules.yaml, {alerts}}}\n")
    return daemon.start()


def ask_nonsense(daemon, address="::1", count=30):
    for number in range(count):
        query = dns.message.make_query(f"no{number}.example.com", "AAAA")
        assert dns.query.udp(query, address, port=daemon.port, timeout=PATIENCE_S).rcode() == 3


def lost(daemon):
    return [line["msg"] for line in daemon.lines("alert") if "was not delivered" in line["msg"]]


def test_an_alert_is_told_everywhere_and_cleared(daemons, tmp_path):
    """Over IPv6; the webhook's first answer is 500, and it is asked again. A second daemon does the same over IPv4."""
    receivers = [Receiver("::1", [500, 200]), Receiver("127.0.0.1")]
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(folder=tmp_path))
    program.chmod(0o700)
    headers = tmp_path / "headers"
    headers.write_text("# of the test\nAuthorization: Bearer sesame\nX-Site: one\n")
    headers.chmod(0o600)
    both = [started(daemons(), f"exec: {program}, webhook: '{receivers[0].url}', webhook-headers-file: {headers}"),
            started(daemons(), f"webhook: '{receivers[1].url}'")]
    for daemon, address in zip(both, ("::1", "127.0.0.1")):
        ask_nonsense(daemon, address)
    both[0].wait_for(lambda: len(receivers[0].posted) == 3)  # raised twice, cleared
    both[1].wait_for(lambda: len(receivers[1].posted) == 2)

    for receiver in receivers:
        documents = [document for _, _, document in receiver.posted]
        assert [document["change"] for document in documents[-2:]] == ["raised", "cleared"]
        assert documents[0]["schema"] == "sextant.alert/1" and documents[0]["title"] == "nxdomain zone example.com"
        alert = documents[0]["alerts"][0]
        assert (alert["level"], alert["scope"], alert["limit"], alert["unit"]) == ("critical", "zone example.com", 60, "per-minute")
        assert alert["now"] > 60 and alert["cleared"] is None and documents[-1]["alerts"][0]["cleared"] is not None
    path, sent, first = receivers[0].posted[0]
    assert path == "/hook" and sent["Authorization"] == "Bearer sesame" and sent["X-Site"] == "one"
    assert sent["Content-Type"] == "application/json" and receivers[0].posted[1][2] == first

    told = [json.loads(line) for line in (tmp_path / "alerts").read_text().splitlines()]
    assert [document["change"] for document in told] == ["raised", "cleared"] and told[0] == first
    lines = both[0].lines("signal")
    assert [(line["change"], line["signal"], line["level"]) for line in lines] == [
        (change, "nxdomain", "critical") for change in ("raised", "cleared")]
    assert lines[0]["scope"] == "zone example.com" and lines[0]["now"] > 60 and lines[0]["v"] == 1
    sinks = both[0].status()["alerts"]["sinks"]
    assert sinks == {sink: {"carried": 2, "lost": 0} for sink in ("log", "exec", "webhook")}
    assert "alerts       0 hold; log: 2 carried, 0 lost; exec: 2 carried" in both[0].sextant("status").stdout


def test_receivers_that_fail(daemons, tmp_path):
    """What cannot be delivered is logged and counted, and holds nobody up, not even the daemon's end."""
    pem = alert_receivers.certificate(tmp_path)
    believed, doubted = Receiver(certificate=pem), Receiver(certificate=pem)
    refused, silent = f"http://[::1]:{free_port()}/", Silent()
    missing = Receiver("127.0.0.1", [404])
    rows = {"refused": (refused, ""), "silent": (silent.url, ""), "404": (missing.url, ""), "doubted": (doubted.url, ""),
            "believed": (believed.url, f", webhook-ca-file: {pem}")}
    made = {name: started(daemons(), f"log: off, webhook: '{url}'{more}") for name, (url, more) in rows.items()}
    for daemon in made.values():
        daemon.wait_for(lambda: ask_nonsense(daemon) or daemon.status()["alerts"]["holding"] > 0)

    made["believed"].wait_for(lambda: believed.posted)
    made["404"].wait_for(lambda: lost(made["404"]))
    assert "status 404" in lost(made["404"])[0] and "/hook" not in lost(made["404"])[0] and len(missing.posted) == 1  # it will not be better later
    assert made["404"].status()["alerts"]["sinks"]["webhook"]["lost"] == 1
    silent.socket.settimeout(PATIENCE_S)
    connection, _ = silent.socket.accept()

    started_s = time.monotonic()
    for daemon in made.values():
        os.kill(daemon.process.pid, signal.SIGTERM)
    for daemon in made.values():
        daemon.process.wait(PATIENCE_S)
    assert time.monotonic() - started_s < 5 + PATIENCE_S / 2
    connection.close()
    for name, reason in (("refused", "connect"), ("silent", "abort"), ("doubted", "certificate")):
        assert any(reason in message for message in lost(made[name])), (name, lost(made[name]))
    assert doubted.posted == [] and not lost(made["believed"])


def test_rules_are_read_again_and_bad_ones_refused(daemon):
    started(daemon, "log: on")
    (daemon.folder / "rules.yaml").write_text(RULES.replace("rate: above 60/min", "rate: 60"))
    assert daemon.sextant("reload").returncode != 0
    assert any("rules.yaml:5:9" in line["msg"] for line in daemon.lines("config")), daemon.text()
    (daemon.folder / "rules.yaml").write_text(RULES.replace("nxdomain", "renamed"))
    assert daemon.sextant("reload").returncode == 0
    ask_nonsense(daemon)
    daemon.wait_for(lambda: daemon.lines("signal"))
    assert daemon.lines("signal")[0]["signal"] == "renamed"


def test_what_check_says(daemon):
    """Alerts that go nowhere are found before they are needed."""
    daemon.zone()
    for alerts, code, what in (("log: off", "ALR-02", "go nowhere"), ("exec: /nonexistent", "ALR-02", "cannot be run"),
                               ("webhook: 'ftp://x'", "CFG-03", "no http"),
                               ("webhook: 'https://me:secret@x/'", "CFG-07", "password"), ("webhook-format: json", "CFG-05", "webhook"),
                               ("rules: none.yaml", "ALR-01", "No such file")):
        daemon.config(["::1", "127.0.0.1"])
        with daemon.config_path.open("a") as file:
            file.write(f"observability: {{alerts: {{{alerts}}}}}\n")
        done = daemon.sextant("check")
        assert done.returncode == 1 and code in done.stdout and what in done.stdout, done.stdout + done.stderr
