"""NAT64 prefixes from router advertisements (RFC 8781) and changes of this host, as an unprivileged process hears them.

The router is a raw socket in a namespace of its own: radvd, as Debian has it, does not know option 38.
"""
import shutil
import subprocess

import pytest

from conftest import BUILD, PATIENCE_S, ip
from neighbours import advertise, link_local, pref64, rdnss

QUIET_MS = 1500
RDNSS = rdnss("2001:db8::53")


@pytest.fixture
def link(networks):
    """A router and a host on one cable."""
    if shutil.which("setpriv") is None:
        pytest.skip("no setpriv here: the host's side has to run without privileges")
    router, host = networks.add("router"), networks.add("host")
    networks.cable(router, host)
    networks.sysctl(host, "net.ipv6.conf.eth0.accept_ra=2")
    link_local(host)
    link_local(router)
    return router, host


class Watch:
    """news_watch as nobody, in the host's namespace."""

    def __init__(self, host):
        program = BUILD / "tests" / "unit" / "discover" / "news_watch"
        if not program.exists():
            pytest.fail(f"{program} is not built")
        # The build may lie where nobody may not look: the program comes in by its descriptor.
        with open(program, "rb") as file:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{host}", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                 "--bounding-set=-all", "--no-new-privs", f"/proc/self/fd/{file.fileno()}", str(QUIET_MS)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[file.fileno()])
        first = self.process.stdout.readline()
        if first != "ready\n":
            self.process.kill()
            pytest.fail(f"news_watch: {first}{self.process.communicate()[1]}")

    def lines(self):
        out, errors = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, errors
        return out.splitlines()


def heard(watch):
    return [line for line in watch.lines() if line.startswith(("pref64", "incomplete", "lost"))]


def test_prefixes_are_heard_without_privilege(link):
    router, host = link
    watch = Watch(host)
    advertise(router, RDNSS + pref64("64:ff9b::/96", 1800) + pref64("2001:db8:4666:aa00::/56", 600))
    advertise(router, pref64("64:ff9b::/96", 0))
    by = f"router {link_local(router)}%eth0"
    assert heard(watch) == [f"pref64 64:ff9b::/96 lifetime 1800 {by}",
                            f"pref64 2001:db8:4666:aa00::/56 lifetime 600 {by}",
                            f"pref64 64:ff9b::/96 lifetime 0 {by}"]


def test_what_is_no_prefix_is_not_heard(link):
    """A reserved code, another option, and an advertisement from afar; the last one is good."""
    router, host = link
    watch = Watch(host)
    good = pref64("64:ff9b::/96", 1800)
    advertise(router, good[:3] + bytes([good[3] | 7]) + good[4:])
    advertise(router, RDNSS)
    advertise(router, pref64("2001:db8:bad::/96", 1800), hop_limit=254)  # RFC 4861 6.1.2: the kernel drops it
    advertise(router, pref64("2001:db8:64::/96", 1800))
    assert heard(watch) == [f"pref64 2001:db8:64::/96 lifetime 1800 router {link_local(router)}%eth0"]


def test_changes_of_the_host_are_heard(link):
    _, host = link
    watch = Watch(host)
    ip("address", "add", "2001:db8:1::2/64", "dev", "eth0", "nodad", namespace=host)
    ip("address", "add", "192.0.2.2/24", "dev", "eth0", namespace=host)
    ip("-6", "route", "add", "2001:db8:2::/48", "dev", "eth0", namespace=host)
    lines = set(watch.lines())
    assert lines == {"addresses ipv6", "addresses ipv4", "routes ipv6", "routes ipv4"}
