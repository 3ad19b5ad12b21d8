"""What system tests share: a sextantd to start and stop, and network namespaces to put it into."""
import contextlib
import ctypes
import errno
import itertools
import json
import os
import pathlib
import socket
import struct
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("SEXTANT_BUILD", "build")
# A sanitized build on a busy machine is slow; limits of time that tests set are those of the product, plus this.
PATIENCE_S = 20

ZONE = """$TTL 300
@ IN SOA ns1 hostmaster 1 3600 900 1209600 300
@ IN NS ns1
@ IN NS ns2
ns1 IN AAAA 2001:db8:10::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
app IN AAAA 2001:db8:10::20
app IN A 192.0.2.20
"""


def program(name):
    for path in (BUILD / "src" / "main" / name, BUILD / name):
        if path.exists():
            return path
    pytest.fail(f"{name} is not built in {BUILD}")


# Below those that the kernel gives to connections; nobody else is in the namespace that the tests run in.
PORTS = itertools.count(22000)


def is_free(port):
    """With both protocols on both families; a family that is not there takes nothing."""
    for family, address in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(family, kind) as probe:
                try:
                    probe.bind((address, port))
                except OSError as error:
                    if error.errno == errno.EADDRINUSE:
                        return False
    return True


def free_port(address=None):
    """address is for whoever reads the call: the port is free on all."""
    return next(port for port in PORTS if is_free(port))


class Sextantd:
    """One daemon in a folder of its own: config, zones, control socket and log lie there."""

    def __init__(self, folder, namespace=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.namespace = namespace
        self.process = None
        self.port = free_port()
        self.config_path = self.folder / "sextant.yaml"

    def zone(self, text=ZONE, name="example.com"):
        path = self.folder / f"{name}.zone"
        path.write_text(text)
        return path

    def config(self, listen, transport="", service="", zones=("example.com",), node=""):
        """listen: addresses; the daemon's port is added to those that have none."""
        listen = [address if "@" in address else f"{address}@{self.port}" for address in listen]
        rows = "".join(f"  {name}: {{file: {name}.zone}}\n" for name in zones)
        self.config_path.write_text(f"""version: 1
node: {{run-dir: run, workers: 2{", " + node if node else ""}}}
{"transport: {" + transport + "}" if transport else ""}
services:
  public:
    role: authoritative
    listen: {json.dumps(listen)}
    families: [{", ".join(sorted({"ipv6" if ":" in a else "ipv4" for a in listen} if "any" not in
                                 " ".join(listen) else {"ipv4", "ipv6"}, reverse=True))}]
    zones: {json.dumps(list(zones))}
{service}
zones:
{rows}""")

    def _command(self, *words):
        inside = ["nsenter", f"--net=/run/netns/{self.namespace}"] if self.namespace else []
        return inside + [str(word) for word in words]

    def start(self, wait=True):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(self._command(program("sextantd"), "--config", self.config_path),
                                        stderr=self.log, cwd=self.folder)
        if wait:
            self.wait_for(lambda: any(line.get("pid") == self.process.pid for line in self.lines("start")))
        return self

    def wait_for(self, condition, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            if self.process.poll() is not None:
                pytest.fail(f"sextantd ended with {self.process.returncode}:\n{self.text()}")
            time.sleep(0.02)
        pytest.fail(f"waited {seconds} s in vain; the log:\n{self.text()}")

    def run_to_end(self):
        """For a daemon that must not start: its exit code."""
        self.start(wait=False)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.stop()

    def stop(self):
        """Ends it as an operator would; the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        code = self.process.returncode
        self.process = None
        self.log.close()
        return code

    def text(self):
        return (self.folder / "log").read_text(errors="replace")

    def lines(self, event=None):
        """The log's lines as objects; what is no JSON (findings, a sanitizer's report) is {"msg": the line}."""
        found = []
        for line in self.text().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                found.append({"msg": line})
        return [line for line in found if event is None or line.get("ev") == event]

    def sextant(self, *words):
        """The operator's command on this daemon."""
        return subprocess.run(self._command(program("sextant"), *words, "--config", self.config_path),
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    def status(self):
        done = self.sextant("status", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def events(self, family):
        """What was counted for the first service and the family."""
        return self.status()["services"][0]["counters"][family]["events"]


@pytest.fixture
def daemons(tmp_path):
    """Makes daemons that are ended with the test; each must end well."""
    made = []

    def make(namespace=None):
        made.append(Sextantd(tmp_path / f"d{len(made)}", namespace))
        return made[-1]

    yield make
    codes = [daemon.stop() for daemon in made]
    for daemon, code in zip(made, codes):
        if code is not None:
            assert code == 0, daemon.text()
        assert "Sanitizer" not in (daemon.text() if (daemon.folder / "log").exists() else "")


@pytest.fixture
def daemon(daemons):
    """A daemon with the zone example.com, not started."""
    one = daemons()
    one.zone()
    return one


# --- Network namespaces ---

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = itertools.count()


def ip(*words, namespace=None):
    inside = ["-n", namespace] if namespace else []
    subprocess.run(["ip", *inside, *words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def inside(namespace):
    """Sockets made within belong to the namespace."""
    with open("/proc/self/ns/net") as here, open(f"/run/netns/{namespace}") as there:
        assert LIBC.setns(there.fileno(), 0) == 0
        try:
            yield
        finally:
            assert LIBC.setns(here.fileno(), 0) == 0


class Networks:
    """Namespaces and the cables between them."""

    def __init__(self):
        self.names = []

    def add(self, label):
        name = f"sx{os.getpid()}-{next(NUMBERS)}-{label}"
        ip("netns", "add", name)
        self.names.append(name)
        ip("link", "set", "lo", "up", namespace=name)
        return name

    def cable(self, left, right, names=("eth0", "eth0"), mtu=1500):
        ip("link", "add", names[0], "netns", left, "type", "veth", "peer", "name", names[1], "netns", right)
        for namespace, name in ((left, names[0]), (right, names[1])):
            self.sysctl(namespace, f"net.ipv6.conf.{name}.accept_dad=0")
            ip("link", "set", name, "mtu", str(mtu), "up", namespace=namespace)

    def address(self, namespace, address, name="eth0"):
        extra = ["nodad"] if ":" in address else []
        ip("address", "add", address, "dev", name, *extra, namespace=namespace)

    def run(self, namespace, *words, check=True):
        return subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", *words], check=check, capture_output=True,
                              text=True)

    def sysctl(self, namespace, *settings):
        for setting in settings:
            key, value = setting.split("=")
            path = "/proc/sys/" + key.replace(".", "/")
            self.run(namespace, "sh", "-c", f"echo {value} >{path}")

    def close(self):
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


@pytest.fixture
def networks():
    made = Networks()
    try:
        made.add("probe")
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', error)}")
    yield made
    made.close()


class Capture:
    """tcpdump in a namespace; afterwards the IP packets it saw."""

    def __init__(self, namespace, path, *expression):
        self.path = path
        # The file is the shell's: in a user namespace tcpdump may not give a savefile of its own away.
        command = ["nsenter", f"--net=/run/netns/{namespace}", "tcpdump", "-i", "eth0", "-U", "-n", "-B", "32768", "--immediate-mode",
                   "-Z", "root", "-w", "-", *expression]
        with open(path, "wb") as packets:
            self.process = subprocess.Popen(command, stdout=packets, stderr=subprocess.PIPE, text=True)
        while "listening on" not in self.process.stderr.readline():
            assert self.process.poll() is None

    def wait_until_quiet(self):
        """tcpdump lags behind on a busy machine: wait until its file no longer grows."""
        size = -1
        for _ in range(20):
            if size == self.path.stat().st_size:
                return
            size = self.path.stat().st_size
            time.sleep(0.5)

    def packets(self):
        self.wait_until_quiet()
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
        data, at, found = self.path.read_bytes(), 24, []
        while at < len(data):
            size = struct.unpack_from("<I", data, at + 8)[0]
            found.append(data[at + 16 + 14:at + 16 + size])  # behind the record and the Ethernet header
            at += 16 + size
        return found
