"""packaging/: what can be tried of units and containers where neither systemd nor a container runtime runs. F-05 F-06 F-09.

The unit is read by systemd's own checker; the container file by a parser here, its commands run outside a container.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess

import pytest

from conftest import PATIENCE_S, ROOT, free_port, program

UNIT = ROOT / "packaging" / "systemd" / "sextantd.service"
CONTAINERFILE = ROOT / "packaging" / "container" / "Containerfile"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def settings(name):
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.M)


def here(command, config):
    """The command of the unit or container with this build's programs and this test's configuration."""
    words = shlex.split(command) if isinstance(command, str) else command
    return [str(program(pathlib.Path(words[0]).name))] + [word.replace("/etc/sextant/sextant.yaml", str(config))
                                                          for word in words[1:]]


@needs_systemd
def test_systemd_takes_the_unit(tmp_path):
    text = UNIT.read_text()
    for name in ("sextant", "sextantd"):
        text = re.sub(rf"/usr/s?bin/{name}(?=\s)", str(program(name)), text)
    unit = tmp_path / "sextantd.service"
    unit.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stdout + done.stderr, done.stdout + done.stderr
    # F-09: in tenths, lower is safer; systemd calls what is below 5 OK.
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


@needs_systemd
def test_system_calls_are_in_the_filter(daemon):
    """A whole life of the daemon under strace: no call that the unit's filter would refuse."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    (wanted,) = settings("SystemCallFilter")
    listed = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, check=True).stdout
    groups = {match[0]: match[1].split() for match in re.findall(r"^(@\S+)\n((?:    .*\n)*)", listed, re.M)}

    def expand(word):
        if word[0] != "@":
            return {word}
        return {call for part in groups[word] if not part.startswith("#") for call in expand(part)}

    resolver = f"role: resolver, listen: [\"::1@{free_port()}\"], families: [ipv6]"
    daemon.config(["::1", "127.0.0.1"], service=f"  lan: {{{resolver}}}")
    with open(daemon.config_path, "a", encoding="ascii") as config:
        config.write("watch: {services: {names: [www.example.com], every: 1s, timeout: 500ms}, "
                     "delegations: {zones: [example.com], depth: quick}}\n"
                     "observability: {history: {}, clickhouse: {url: \"http://localhost:9/\", every: 100ms}, "
                     f"dashboard: {{listen: [\"::1@{free_port()}\"]}}, dnstap: {{socket: absent.sock}}}}\n")
    trace = daemon.folder / "trace"
    command = ["strace", "-f", "-qq", "-o", str(trace), str(program("sextantd")), "--config", str(daemon.config_path)]
    # The leak checker of a sanitized build traces too, and there can be one tracer only.
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=daemon.folder, env=environment)
    try:
        for _ in range(PATIENCE_S * 10):
            if daemon.sextant("status", "--probe").returncode == 0:
                break
            process.poll()
            assert process.returncode is None
        assert daemon.sextant("reload").returncode == 0
        assert daemon.sextant("stop").returncode == 0
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
    used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M)) - {"execve"}
    assert {"recvmmsg", "setrlimit", "prlimit64"} & used and "fdatasync" in used  # of SQLite
    assert used <= expand(wanted), used - expand(wanted)


def test_the_check_before_the_start(daemon):
    """A warning does not keep the daemon from starting, an error does."""
    (command,) = settings("ExecStartPre")
    daemon.config(["::1", "127.0.0.1"])
    assert subprocess.run(here(command, daemon.config_path), check=False).returncode == 0
    assert json.loads(daemon.sextant("check", "--json").stdout)["counts"]["notice"] > 0
    daemon.config_path.write_text(daemon.config_path.read_text().replace("role:", "rolle:"))
    assert subprocess.run(here(command, daemon.config_path), check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize("is_abstract", (False, True))
def test_the_service_manager_is_told(daemon, monkeypatch, is_abstract):
    name = f"@sextant-{os.getpid()}" if is_abstract else str(daemon.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0"))
        manager.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        monkeypatch.setenv("WATCHDOG_USEC", "30000000")
        assert settings("Type") == ["notify"] and settings("WatchdogSec") == ["30"]
        daemon.config(["::1", "127.0.0.1"])
        daemon.start()
        assert manager.recv(100) == b"READY=1"
        assert daemon.sextant("status", "--probe").returncode == 0
        assert manager.recv(100) == b"WATCHDOG=1"
        assert daemon.stop() == 0
        told = b""
        while told != b"STOPPING=1":
            told = manager.recv(100)
            assert told in (b"WATCHDOG=1", b"STOPPING=1")


def test_nobody_hears(daemon, monkeypatch):
    """A manager that is gone is a warning, no reason not to serve."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(daemon.folder / "absent"))
    daemon.config(["::1", "127.0.0.1"])
    daemon.start()
    daemon.wait_for(lambda: daemon.lines("notify"))
    assert daemon.status()["readiness"] == "ready"


# --- The container ---

def instructions():
    """(word, the rest) of each, lines joined, comments left out."""
    lines = [line for line in CONTAINERFILE.read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def test_container_file():
    found = instructions()
    words = [word for word, _ in found]
    assert set(words) <= {"FROM", "RUN", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"}
    assert words[0] == "FROM" and words.count("FROM") == 2
    last = dict(found[len(words) - words[::-1].index("FROM"):])
    assert re.fullmatch(r"\d+:\d+", last["USER"]) and last["USER"] != "0:0"
    assert json.loads(last["ENTRYPOINT"]) == ["sextantd"]
    # The packages to build with are those of ./run.
    needed = re.search(r'BUILD_PACKAGES="(.*?)"', (ROOT / "run").read_text(), re.S)[1].split()
    assert set(needed) <= set(found[1][1].split())
    # Else the dashboard has no page; so does ./run.
    assert "npm ci --prefix /src/web " in found[3][1]
    copied = [rest for word, rest in found if word == "COPY"]
    assert copied[-1].startswith("--from=build ") and found[0][1].endswith(" AS build")


@pytest.mark.parametrize("has_ipv6", (True, False))
def test_container_is_healthy_when_each_family_answered(networks, daemons, has_ipv6):
    """The health check's own command, where the runtime gave both families and where it gave IPv4 alone."""
    namespace = networks.add("container")
    networks.cable(namespace, networks.add("host"))
    networks.address(namespace, "192.0.2.53/24")
    networks.sysctl(namespace, f"net.ipv6.conf.all.disable_ipv6={0 if has_ipv6 else 1}")
    if has_ipv6:
        networks.address(namespace, "2001:db8:1::53/64")
    daemon = daemons(namespace)
    daemon.zone()
    daemon.config(["any@53"])
    daemon.start()
    check = json.loads(re.search(r"CMD (\[.*\])", dict(instructions())["HEALTHCHECK"])[1])
    command = ["nsenter", f"--net=/run/netns/{namespace}", *here(check, daemon.config_path)]
    environment = dict(os.environ, SEXTANT_CONFIG=str(daemon.config_path))
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE_S, check=False)
    assert done.returncode == (0 if has_ipv6 else 1), done.stdout + done.stderr
    if not has_ipv6:
        assert "::@53" in done.stdout and "IPv6" in done.stdout
        assert any("IPv6" in line["msg"] and line["level"] == "warning" for line in daemon.lines("listener"))


def test_compose_file_shows_ipv6():
    yaml = pytest.importorskip("yaml")
    path = ROOT / "packaging" / "container" / "compose.yaml"
    service = yaml.safe_load(path.read_text())["services"]["sextant"]
    assert service["network_mode"] == "host" and service["cap_add"] == ["NET_BIND_SERVICE"]
    assert (path.parent / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == CONTAINERFILE
    # The other form, with its comment marks taken off, is YAML with IPv6 on.
    other = re.sub(r"^( *)# (networks|ports|  dns):", r"\1\2:", path.read_text().replace("    network_mode: host\n", ""),
                   flags=re.M)
    assert yaml.safe_load(other)["networks"]["dns"]["enable_ipv6"] is True
