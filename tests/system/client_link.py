"""A host and its router on one cable, with what tells clients of DNS there: sockets of our own, radvd, dnsmasq, Kea."""
import json
import pathlib
import shutil
import subprocess

import pytest

from conftest import ip, program
from neighbours import Resolver, Router, link_local

RESOLVER = "2001:db8:10::53"


class Link:
    """A host and its router on one cable; what is started on it ends with the test."""

    def __init__(self, networks, folder):
        self.router, self.host, self.folder = networks.add("router"), networks.add("host"), folder
        networks.cable(self.router, self.host)
        networks.address(self.router, f"{RESOLVER}/64")
        networks.address(self.host, "2001:db8:10::2/64")
        networks.sysctl(self.host, "net.ipv6.conf.eth0.accept_ra=2", "net.ipv6.conf.eth0.autoconf=0")
        link_local(self.host)
        self.router_address = link_local(self.router)
        self.networks, self.started = networks, []
        self.conf = folder / "resolv.conf"
        self.conf.write_text(f"nameserver {RESOLVER}\n")

    def advertise(self, options, **how):
        self.started.append(Router(self.router, options, **how))

    def resolver(self, address=RESOLVER, **how):
        if address not in (RESOLVER, self.router_address):
            ip("address", "add", f"{address}/{64 if ':' in address else 24}", "dev", "eth0", *(["nodad"] if ":" in address else []),
               namespace=self.router)
        self.started.append(Resolver(self.router, address, **how))

    def daemon(self, *command, **environment):
        if shutil.which(command[0]) is None:
            pytest.skip(f"no {command[0]} here")
        log = open(self.folder / f"{pathlib.Path(command[0]).name}.log", "wb")
        self.started.append(Daemon(subprocess.Popen(["nsenter", f"--net=/run/netns/{self.router}", "env", *environment.pop("env", ()),
                                                     *map(str, command)], stdout=log, stderr=log), log))

    def doctor(self, *words, wait="1500ms", before=()):
        """(exit code, the JSON document)"""
        done = subprocess.run(["nsenter", f"--net=/run/netns/{self.host}", *before, program("sextant"), "doctor", "--client", "--json",
                               "--iface", "eth0", "--timeout", wait, "--resolv-conf", self.conf, *words], capture_output=True,
                              text=True, timeout=120)
        assert done.returncode in (0, 1, 3), done.stderr
        return done.returncode, json.loads(done.stdout)

    def close(self):
        for one in reversed(self.started):
            one.close()


class Daemon:
    def __init__(self, process, log):
        self.process, self.log = process, log

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def codes(document, undetermined=False):
    return sorted({finding["code"] for finding in document["findings"] if finding["undetermined"] == undetermined})


def cause(document, code):
    return " ".join(finding["cause"] for finding in document["findings"] if finding["code"] == code)


def at(document):
    return document["interfaces"][0]


# --- Daemons of Debian ---

def radvd(link, interface, rest=""):
    path = link.folder / "radvd.conf"
    path.write_text(f"interface eth0 {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; {interface}\n"
                    f"prefix 2001:db8:10::/64 {{}};\n{rest} }};\n")
    path.chmod(0o644)
    link.networks.sysctl(link.router, "net.ipv6.conf.all.forwarding=1")
    link.daemon("radvd", "-n", "-m", "stderr", "-C", path, "-p", link.folder / "radvd.pid")


def dnsmasq(link, *options):
    link.daemon("dnsmasq", "--keep-in-foreground", "--port=0", "--interface=eth0", "--bind-interfaces", "--user=root", "--conf-file=/dev/null",
                f"--dhcp-leasefile={link.folder}/leases", f"--pid-file={link.folder}/pid", "--log-facility=-", "--log-dhcp", *options)


def kea(link, servers):
    path = link.folder / "kea.json"
    path.write_text(json.dumps({"Dhcp6": {
        "data-directory": str(link.folder), "interfaces-config": {"interfaces": ["eth0"]}, "lease-database": {"type": "memfile", "persist": False},
        "subnet6": [{"subnet": "2001:db8:10::/64", "interface": "eth0"}],
        "option-data": [{"name": "dns-servers", "data": ", ".join(servers)}, {"name": "domain-search", "data": "lab, a.lab"}]}}))
    link.daemon("kea-dhcp6", "-c", path, env=(f"KEA_PIDFILE_DIR={link.folder}", f"KEA_LOCKFILE_DIR={link.folder}"))


def kea4(link, options, network="192.0.2.0/24"):
    """DHCPv4 of Kea at the router's address, for whoever asks (RFC 2131 4.3.5)."""
    path = link.folder / "kea4.json"
    path.write_text(json.dumps({"Dhcp4": {
        "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "raw"}, "lease-database": {"type": "memfile", "persist": False},
        "subnet4": [{"subnet": network, "interface": "eth0"}], "option-data": options}}))
    link.daemon("kea-dhcp4", "-c", path, env=(f"KEA_PIDFILE_DIR={link.folder}", f"KEA_LOCKFILE_DIR={link.folder}"))
