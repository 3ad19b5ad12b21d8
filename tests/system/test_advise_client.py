"""`sextant advise client`: its files are taken by the programs they are for, and these tell clients what the files say.

C-05 C-07 N-11 S-05. Whoever checks a file here is Debian's own radvd, Kea and systemd-networkd.
"""
import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import struct
import subprocess
import time

import pytest

from conftest import PATIENCE_S, ROOT, inside, program

SITE = ROOT / "examples" / "site.yaml"
SEARCH = ("--search", "example.com", "--search", "lab.example.com")
NETWORKD = pathlib.Path("/lib/systemd/systemd-networkd")
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def advise(*words):
    command = [str(program("sextant")), "advise", "client", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def snippet(name, *words, service="v6only-lan"):
    done = advise(SITE, "--service", service, "--for", name, *SEARCH, *words)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def needs(name):
    return pytest.mark.skipif(shutil.which(name, path=PATH) is None and not pathlib.Path(name).exists(),
                              reason=f"{name} is not installed")


# --- Taken by the programs ---

@needs("radvd")
@pytest.mark.parametrize("service", ("office", "v6only-lan"))
def test_radvd_takes_it(tmp_path, service):
    (tmp_path / "radvd.conf").write_text(snippet("radvd", service=service))
    command = ["radvd", "-c", "-C", tmp_path / "radvd.conf"]
    done = subprocess.run(command, env={"PATH": PATH}, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "syntax ok" in done.stderr, done.stderr


@pytest.mark.parametrize("service", ("office", "v6only-lan"))
@pytest.mark.parametrize("name", (pytest.param("kea-dhcp6", marks=needs("kea-dhcp6")),
                                  pytest.param("kea-dhcp4", marks=needs("kea-dhcp4"))))
def test_kea_takes_it(networks, tmp_path, name, service):
    namespace = networks.add("router")
    networks.cable(namespace, networks.add("client"))
    (tmp_path / "kea.conf").write_text(snippet(name, service=service))
    done = networks.run(namespace, shutil.which(name, path=PATH), "-t", str(tmp_path / "kea.conf"), check=False)
    assert done.returncode == 0 and "ERROR" not in done.stdout + done.stderr, done.stdout + done.stderr


# --- Told to clients ---

class Link:
    """A router and a client; programs run on the router, with a /run of their own."""

    def __init__(self, networks, folder):
        self.router, self.client, self.folder = networks.add("router"), networks.add("client"), folder
        networks.cable(self.router, self.client)
        networks.sysctl(self.router, "net.ipv6.conf.all.forwarding=1")
        networks.address(self.router, "2001:db8:64::1/64")
        networks.address(self.client, "fe80::c/64")
        networks.address(self.router, "fe80::1/64")

    @contextlib.contextmanager
    def running(self, script):
        with open(self.folder / "log", "wb") as log:
            command = ["nsenter", f"--net=/run/netns/{self.router}", "unshare", "--mount", "sh", "-e", "-c",
                       "mount -t tmpfs none /run; " + script]
            kea = {"KEA_LOCKFILE_DIR": str(self.folder), "KEA_PIDFILE_DIR": str(self.folder)}
            environment = dict(os.environ, PATH=PATH, **kea)
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=environment)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_S)

    def text(self):
        return (self.folder / "log").read_text(errors="replace")

    def advertisement(self):
        """Solicits: the octets of the router's advertisement."""
        with inside(self.client), socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as asker:
            asker.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            asker.settimeout(0.5)
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                asker.sendto(struct.pack("!BBHI", 133, 0, 0, 0), ("ff02::2", 0, 0, socket.if_nametoindex("eth0")))
                with contextlib.suppress(TimeoutError):
                    data = asker.recv(2000)
                    if data[0] == 134:
                        return data
        pytest.fail("no router advertisement came:\n" + self.text())

    def information(self, wanted):
        """DHCPv6 information-request: {option: its octets}."""
        identity = b"\0\3\0\1\2\0\0\0\0\1"
        request = (b"\x0b\1\2\3" + struct.pack("!HH", 1, len(identity)) + identity +
                   struct.pack(f"!HH{len(wanted)}H", 6, 2 * len(wanted), *wanted) + struct.pack("!HHH", 8, 2, 0))
        with inside(self.client), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asker:
            asker.bind(("::", 546))
            asker.settimeout(0.5)
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                asker.sendto(request, ("ff02::1:2", 547, 0, socket.if_nametoindex("eth0")))
                with contextlib.suppress(TimeoutError):
                    return options(asker.recv(2000), 4, "!HH", 4, 1)
        pytest.fail("no DHCPv6 server answered:\n" + self.text())


def options(data, at, head, less, unit):
    """{code: content} of options with that head; their length field counts units, `less` octets of them not content."""
    found, size = {}, struct.calcsize(head)
    while at < len(data):
        code, length = struct.unpack_from(head, data, at)
        end = at + size + length if unit == 1 else at + length * unit
        found.setdefault(code, []).append(data[at + size:end])
        at = end
    return found


def addresses(data):
    return [socket.inet_ntop(socket.AF_INET6, data[i:i + 16]) for i in range(0, len(data), 16)]


def names(*labels):
    return b"".join(b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0" for name in labels)


@pytest.fixture
def link(networks, tmp_path):
    return Link(networks, tmp_path)


def assert_advertised(data, lifetime):
    assert data[5] & 0xC0 == 0x40, "O without M: other configuration by DHCPv6"
    found = options(data, 16, "!BB", 2, 8)
    (rdnss,), (dnssl,) = found[25], found[31]
    assert struct.unpack_from("!I", rdnss, 2)[0] == struct.unpack_from("!I", dnssl, 2)[0] == lifetime
    assert addresses(rdnss[6:]) == ["2001:db8:64::53", "2001:db8:64::54"]
    assert dnssl[6:].rstrip(b"\0") + b"\0" == names("example.com", "lab.example.com")


@needs("radvd")
def test_radvd_tells_clients(link):
    (link.folder / "radvd.conf").write_text(snippet("radvd", "--interval", "30"))
    with link.running(f"exec radvd -n -C {link.folder}/radvd.conf -m stderr -p {link.folder}/pid"):
        assert_advertised(link.advertisement(), 90)


@needs("kea-dhcp6")
def test_kea_tells_clients(link):
    # Leases and the server's id go to Debian's folder, which is not this test's to write to, nor always there.
    text = snippet("kea-dhcp6").replace('"type": "memfile"', '"type": "memfile", "persist": false')
    text = text.replace('"Dhcp6": {', f'"Dhcp6": {{"data-directory": "{link.folder}",', 1)
    (link.folder / "kea.conf").write_text(text)
    with link.running(f"exec kea-dhcp6 -c {link.folder}/kea.conf"):
        found = link.information((23, 24, 32))
    assert addresses(found[23][0]) == ["2001:db8:64::53", "2001:db8:64::54"]
    assert found[24] == [names("example.com", "lab.example.com")]
    assert found[32] == [struct.pack("!I", 1800)]


@needs(str(NETWORKD))
def test_networkd_tells_clients(link):
    try:
        pwd.getpwnam("systemd-network")
    except KeyError:
        pytest.skip("there is no user systemd-network")
    (link.folder / "50-clients.network").write_text(snippet("networkd", "--interval", "30"))
    # What the file does not cover: the router's addresses.
    (link.folder / "own.conf").write_text("[Network]\nAddress=2001:db8:64::1/64\nAddress=10.64.0.1/24\n")
    put = ("mkdir -p /run/systemd/network/50-clients.network.d /run/systemd/netif; "
           "cp 50-clients.network /run/systemd/network/; cp own.conf /run/systemd/network/50-clients.network.d/; "
           "chown -R systemd-network:systemd-network /run/systemd/netif; "
           "mount -t sysfs -o ro none /sys; ")  # else it waits for udev to know the link
    with link.running(put + f"SYSTEMD_LOG_TARGET=console exec {NETWORKD}"):
        # Never below 1800: three of its own intervals (RFC 8106 5.1).
        assert_advertised(link.advertisement(), 1800)
    assert not re.search("Unknown|Failed to parse|ignoring", link.text()), link.text()


# --- The text ---

def test_files_agree_and_say_what_they_lack():
    """C-07: one set of addresses everywhere; PREF64 where the program can; N-11: where DNS64 fits."""
    done = advise(SITE, "--service", "v6only-lan", "--json")
    document = json.loads(done.stdout)
    files = document["files"]
    assert list(files) == ["radvd", "kea-dhcp6", "kea-dhcp4", "networkd"] and not document["findings"]
    for name, text in files.items():
        assert ("2001:db8:64::53" in text) == (name != "kea-dhcp4"), name
        assert "Not covered" in text and "strong fit" in text and "mixed" in text
    assert "# nat64prefix 2001:db8:64:ff9b::/96 { AdvValidLifetime 1800; };" in files["radvd"]
    assert "#Prefix=2001:db8:64:ff9b::/96\n#LifetimeSec=1800" in files["networkd"]
    assert '"v6-only-preferred", "data": "1800"' in files["kea-dhcp4"]
    assert "SendOption=108:uint32:1800" in files["networkd"]
    # RFC 8781 4.1: in steps of eight seconds, rounded up; RFC 8925: at least 300 s.
    files = json.loads(advise(SITE, "--service", "v6only-lan", "--json", "--interval", "9").stdout)["files"]
    assert "AdvValidLifetime 32;" in files["radvd"] and "AdvRDNSSLifetime 27;" in files["radvd"]
    assert '"v6-only-preferred", "data": "300"' in files["kea-dhcp4"]
    office = json.loads(advise(SITE, "--service", "office", "--json").stdout)["files"]
    assert "10.20.0.53" in office["kea-dhcp4"] and "DNS=10.20.0.53" in office["networkd"]
    assert "SendOption" not in office["networkd"] and "v6-only-preferred" not in office["kea-dhcp4"]
    assert not any("PREF64" in text for text in office.values())


def resolvers(folder, *kinds):
    """A configuration with a resolver service of each kind, on 2001:db8::1 and so on."""
    rows = {"dual": "", "single": ", upstream-families: [ipv4]",
            "nat64": ", upstream-families: [ipv6], upstream-nat64: on, upstream-nat64-prefix: \"2001:db8:64::/96\"",
            "fallback": ", upstream-families: [ipv6], fallback: {to: [\"2001:db8:f::1\"]}",
            "dns64": ", dns64: {prefix: \"2001:db8:64::/96\"}"}
    path = folder / ("-".join(kinds) + ".yaml")
    path.write_text("version: 1\nnode: {run-dir: run}\nservices:\n" + "".join(
        f"  s{number}: {{role: resolver, listen: [\"2001:db8::{number}\"], families: [ipv6], "
        f"allow: [\"2001:db8::/48\"]{rows[kind]}}}\n" for number, kind in enumerate(kinds, 1)))
    return path


@pytest.mark.parametrize("kinds, is_fine", (
    (("dual",), True), (("single",), False), (("nat64",), True), (("fallback",), True),
    (("single", "dual"), True), (("single", "single"), False), (("single", "single", "dual"), True),
    (("single", "single", "dual", "dual"), True), (("single", "single", "single", "dual"), False),
    (("single", "single", "single", "dual", "dual", "dual"), False)))
def test_three_servers(tmp_path, kinds, is_fine):
    """S-05, by hand: of every three, or of a set that is smaller, one must have both families."""
    done = advise(resolvers(tmp_path, *kinds), "--json")
    codes = [finding["code"] for finding in json.loads(done.stdout)["findings"]]
    assert codes == ([] if is_fine else ["SVC-018"]), done.stdout
    assert done.returncode == 0


@needs("radvd")
def test_many_servers_of_two_hosts(tmp_path):
    """One set of two configurations; radvd takes three addresses an option; dual-stack resolvers come first."""
    one = resolvers(tmp_path, "single", "dual", "dual")
    other = resolvers(tmp_path, "dual", "dual")
    other.write_text(re.sub('"2001:db8::([12])"', '"2001:db8::1\\1"', other.read_text()))
    done = advise(one, other, "--for", "radvd")
    assert done.returncode == 0, done.stderr
    told = re.findall(r"RDNSS (.*) \{", done.stdout)
    assert told == ["2001:db8::2 2001:db8::3 2001:db8::11", "2001:db8::12 2001:db8::1"]
    (tmp_path / "radvd.conf").write_text(done.stdout)
    subprocess.run(["radvd", "-c", "-C", tmp_path / "radvd.conf"], env={"PATH": PATH}, check=True, capture_output=True)


def test_dns64_does_not_mix(tmp_path):
    done = advise(resolvers(tmp_path, "dual", "dns64"))
    assert done.returncode == 1 and "SVC-019" in done.stderr and "RDNSS" in done.stdout
    assert advise(resolvers(tmp_path, "dual", "dns64"), "--service", "s2").returncode == 0


def test_what_no_option_carries(tmp_path):
    path = resolvers(tmp_path, "dual")
    path.write_text(path.read_text().replace('["2001:db8::1"]', '["2001:db8::1", "2001:db8::2@5353"]'))
    done = advise(path, "--for", "kea-dhcp6")
    assert done.returncode == 0 and "SVC-020" in done.stderr and "2001:db8::2@5353" in done.stderr
    assert '"data": "2001:db8::1"' in done.stdout
    path.write_text(path.read_text().replace("2001:db8::1\"", "::1\""))
    assert advise(path).returncode == 2


@pytest.mark.parametrize("words, message", (
    (("--service", "public"), "authoritative"), (("--service", "nobody"), "no service"),
    (("--for", "dnsmasq"), "radvd"), (("--search", "a\";b"), "--search"),
    (("--interface", "eth0;"), "--interface"), (("--interval", "3"), "--interval")))
def test_bad_usage(words, message):
    done = advise(SITE, *words)
    assert done.returncode == 2 and message in done.stderr and not done.stdout
