"""The operator's path: init, check, config, sextantd, reload, stop, with the built programs."""
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import dns.message
import dns.query
import dns.rcode
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / os.environ.get("SEXTANT_BUILD", "build")
SEXTANT = BUILD / "src" / "main" / "sextant"
SEXTANTD = BUILD / "src" / "main" / "sextantd"
PORT = 20700
ENVIRONMENT = {k: v for k, v in os.environ.items()
               if k not in ("SEXTANT_CONFIG", "SEXTANT_LOG_FORMAT", "RUNTIME_DIRECTORY", "NO_COLOR")}


def sextant(*arguments, code=0, **environment):
    """Runs the command; its exit code must be the one expected. Returns (stdout, stderr)."""
    done = subprocess.run([SEXTANT, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={**ENVIRONMENT, **environment})
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout, done.stderr


@pytest.fixture
def demo(tmp_path):
    sextant("init", "--zone", "example.com", "--prefix", "2001:db8:10::/48", "--dir", tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def loopback(demo):
    """The same, on loopback and a port of ours."""
    config = demo / "sextant.yaml"
    text = config.read_text().replace('"2001:db8:10::53"', f'"::1@{PORT}"').replace('"192.0.2.53"', f'"127.0.0.1@{PORT}"')
    config.write_text(text)
    return config


@pytest.fixture
def daemon(loopback):
    process = subprocess.Popen([SEXTANTD, "--config", loopback], stderr=open(loopback.parent / "log", "w"), env=ENVIRONMENT)
    try:
        deadline = time.monotonic() + 20
        while not (loopback.parent / "run" / "control.sock").exists() or not answers():
            assert process.poll() is None and time.monotonic() < deadline, (loopback.parent / "log").read_text()
            time.sleep(0.05)
        yield loopback, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def ask(name, rdtype, address="::1"):
    query = dns.message.make_query(name, rdtype)
    return dns.query.udp(query, address, port=PORT, timeout=3)


def answers():
    try:
        return ask("example.com", "SOA").rcode() == dns.rcode.NOERROR
    except (dns.exception.Timeout, OSError):
        return False


def raise_serial(config, serial):
    zone = config.parent / "zones" / "example.com.zone"
    zone.write_text(re.sub(r"\d{10} ; serial", f"{serial} ; serial", zone.read_text()))
    return zone


def served_serial(address="::1"):
    return ask("example.com", "SOA", address).answer[0][0].serial


def test_init_writes_zones_that_others_accept(demo):
    zones = json.loads(sextant("config", "show", "--json", demo / "sextant.yaml")[0])["config"]["zones"]
    assert len(zones) == 3
    if shutil.which("named-checkzone") is None:
        pytest.skip("no named-checkzone")
    for name, zone in zones.items():
        done = subprocess.run(["named-checkzone", name, demo / zone["file"]], capture_output=True, text=True)
        assert done.returncode == 0 and "warning" not in done.stdout.lower(), done.stdout


def test_init_passes_check(demo):
    if "check" not in sextant("help")[0].split():
        pytest.skip("sextant check is not built")
    out, _ = sextant("check", demo / "sextant.yaml")
    assert "error" not in out.replace("0 errors", "")


def test_init_never_overwrites(demo):
    zone = demo / "zones" / "example.com.zone"
    zone.write_text("mine")
    (demo / "sextant.yaml").unlink()
    _, err = sextant("init", "--zone", "example.com", "--prefix", "2001:db8:10::/48", "--dir", demo, code=2)
    assert "exists already" in err and zone.read_text() == "mine" and not (demo / "sextant.yaml").exists()


def test_show_prints_a_configuration_again(loopback, tmp_path):
    shown = loopback.parent / "shown.yaml"
    shown.write_text(sextant("config", "show", "--effective", loopback)[0])
    assert sextant("config", "diff", loopback, shown) == ("", "")
    shown.write_text(shown.read_text().replace("tcp-mss: 1220", "tcp-mss: 1388"))
    out, _ = sextant("config", "diff", loopback, shown, code=1)
    assert "- transport.tcp-mss: 1220" in out and "+ transport.tcp-mss: 1388" in out


def test_schema_knows_every_option():
    schema = json.loads(sextant("config", "schema")[0])
    for line in sextant("config", "explain")[0].splitlines():
        node = schema
        for word in line.split()[0].split("."):
            node = node["additionalProperties"] if word == "*" else node["properties"][word]
        assert node["description"]


def test_the_resolver_example_has_no_findings():
    example = ROOT / "examples" / "resolver.yaml"
    assert "no findings" in sextant("check", example)[0]
    shown = json.loads(sextant("config", "show", "--effective", "--json", example)[0])["config"]["services"]["local"]
    assert shown["role"] == "resolver" and shown["validation"] == "on"
    assert shown["allow"] == ["::1", "127.0.0.0/8"] and shown["upstream-families"] == ["ipv6", "ipv4"]


RING = """version: 1
services:
  a:
    role: resolver
    listen: ["::1@20711", 127.0.0.1@20711]
    validation: off
    root-hints: ["2001:db8::53", 192.0.2.53]
    forward:
      .: {{to: ["::1@20712"]}}
  b:
    role: resolver
    listen: [any@20712]
    validation: off
    root-hints: ["2001:db8::53", 192.0.2.53]
    {second}
"""


@pytest.mark.parametrize("second,code", [("forward: {.: {to: 127.0.0.1@20711}}", 1), ("fallback: {to: ['::1@20711']}", 1),
                                         ("forward: {corp.example: {to: ['::1@20711']}}", 1), ("priming: off", 0)])
def test_a_ring_of_services_is_refused(tmp_path, second, code):
    """R-07: by `sextant check` and at start-up, before anything is asked."""
    config = tmp_path / "ring.yaml"
    config.write_text(RING.format(second=second))
    out, _ = sextant("check", config, code=code)
    assert ("SVC-010" in out) == (code == 1)
    if code == 1:
        done = subprocess.run([SEXTANTD, "--config", config], capture_output=True, text=True, timeout=20, env=ENVIRONMENT)
        assert done.returncode != 0 and "SVC-010" in done.stdout + done.stderr


def test_errors_have_place_caret_fix_and_exit_code(loopback):
    good = loopback.read_text()
    loopback.write_text(good.replace("role: authoritative", "role: autoritative").replace("zones:", "zoness:", 1))
    out, _ = sextant("config", "show", loopback, code=1)
    assert f"CFG-03  {loopback}:6:11" in out and "^~~~~~~~~~~" in out and "did you mean authoritative?" in out
    assert "CFG-02" in out and "did you mean zones?" in out
    loopback.write_text(good + "\tx: [")
    out, _ = sextant("config", "show", "--json", loopback, code=2)
    finding = json.loads(out)["findings"][0]
    assert finding["code"] == "CFG-01" and finding["line"] == good.count("\n") + 1


def test_a_key_file_stays_secret(loopback):
    secret = base64.b64encode(b"a secret of thirty-two octets...").decode()
    key = loopback.parent / "xfr.key"
    key.write_text(secret + "\n")
    loopback.write_text(loopback.read_text() + "keys:\n  xfr: {secret-file: xfr.key}\n")
    key.chmod(0o644)
    out, _ = sextant("config", "show", loopback, code=1)
    assert "CFG-07" in out and "chmod 600" in out
    key.chmod(0o600)
    for options in (["--effective"], ["--json"], ["--effective", "--json"]):
        out, _ = sextant("config", "show", *options, loopback)
        assert "xfr.key" in out and secret not in out


def test_the_environment(loopback):
    assert "identity" not in sextant("config", "show", SEXTANT_CONFIG=str(loopback))[0]
    assert "run-dir: /run/x" in sextant("config", "show", "--effective", loopback, RUNTIME_DIRECTORY="/run/x")[0]
    out, _ = sextant("config", "show", loopback, code=1, SEXTANT_LOG_FORMAT="xml")
    assert "SEXTANT_LOG_FORMAT" in out
    loopback.write_text(loopback.read_text().replace("role: auth", "role: aut"))
    assert "\033[" in sextant("config", "show", "--color", "always", loopback, code=1, NO_COLOR="1")[0]
    assert "\033[" not in sextant("config", "show", loopback, code=1)[0]


def test_no_daemon_is_never_success(loopback):
    for command in ("reload", "stop"):
        _, err = sextant(command, "--config", loopback, code=3)
        assert "no daemon listens there" in err


def test_reload_takes_a_new_zone_and_keeps_the_old_when_it_is_bad(daemon):
    config, process = daemon
    sextant("reload", "--config", config)
    zone = raise_serial(config, 2030010101)
    out, _ = sextant("reload", "example.com", "--config", config)
    assert "2030010101" in out and served_serial() == served_serial("127.0.0.1") == 2030010101
    good = zone.read_text()
    zone.write_text(good.replace("2030010101", "2030010102") + "bad IN AAAA 2001:db8::g\n")
    out, _ = sextant("reload", "--config", config, code=1)
    assert "failed" in out and served_serial() == 2030010101
    zone.write_text(good.replace("2030010101", "2030010103"))
    reply = json.loads(sextant("reload", "--json", "--config", config)[0])
    assert reply["schema"] == "sextant.reload/1" and served_serial() == 2030010103
    assert process.poll() is None


def test_reload_refuses_a_bad_configuration_and_goes_on(daemon):
    config, process = daemon
    good = config.read_text()
    raise_serial(config, 2030010109)
    config.write_text(good.replace("role: authoritative", "role: authoritative\n    colour: blue"))
    _, err = sextant("reload", "--config", config, code=1)
    assert "not reloaded" in err and served_serial() != 2030010109
    config.write_text(good)
    sextant("reload", "--config", config)
    assert served_serial() == 2030010109 and process.poll() is None


def test_a_second_daemon_is_refused(daemon):
    config, process = daemon
    second = subprocess.run([SEXTANTD, "--config", config], capture_output=True, text=True, timeout=20, env=ENVIRONMENT)
    assert second.returncode not in (0, -signal.SIGABRT) and process.poll() is None and answers()


def test_stop_ends_the_daemon(daemon):
    config, process = daemon
    sextant("stop", "--config", config)
    assert process.wait(timeout=1) == 0
    assert not (config.parent / "run" / "control.sock").exists()


def test_the_control_socket_is_the_owners(daemon):
    config, _ = daemon
    path = config.parent / "run" / "control.sock"
    assert path.stat().st_mode & 0o777 == 0o600
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"not json\n")
        assert json.loads(client.makefile().readline())["ok"] is False
    assert answers()


def test_lab_runs_what_init_wrote(demo):
    """In a network of its own, where port 5300 is free and no address but loopback's is there."""
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0:
        pytest.skip("no network namespaces here")
    script = f"""
        ip link set lo up
        {SEXTANTD} --config {demo}/sextant.yaml --lab 2>{demo}/log & daemon=$!
        for i in $(seq 100); do [ -S {demo}/run/control.sock ] && break; sleep 0.1; done
        sleep 0.3
        {SEXTANT} query app.example.com AAAA @::1@5300 @127.0.0.1@5300 || echo query $?
        {SEXTANT} stop --config {demo}/sextant.yaml || echo stop $?
        wait $daemon; echo daemon $?
    """
    done = subprocess.run(["unshare", "-rn", "sh", "-c", script], capture_output=True, text=True, timeout=60,
                          env={**ENVIRONMENT, "SEXTANT_LOG_FORMAT": "text"})
    log = (demo / "log").read_text()
    assert "daemon 0" in done.stdout and "2001:db8:10::80" in done.stdout, done.stdout + done.stderr + log
    assert "stop" not in done.stdout and "--lab: ::1@5300 instead of 2001:db8:10::53@53" in log
