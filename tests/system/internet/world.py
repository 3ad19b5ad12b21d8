"""The namespaces: a core that all servers live in, a NAT64 router, and places from which one resolver sees it all."""
import collections
import contextlib
import dataclasses
import functools
import ipaddress
import itertools
import json
import subprocess
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from conftest import PATIENCE_S, Networks, inside, ip

from . import operators, plan
from .operators import Daemon
from .zonefiles import ZoneFiles, address_rows

HOME_IPV6, NAT64_IPV6 = "2001:db8:c", "2001:db8:d"  # /48 of places at the core, and of places behind the translator
CORE_IPV4, TRANSLATOR_IPV4, POOL_IPV4 = "192.0.2.254", "192.0.2.253", "10.64.0.0/24"
HOLE_OCTETS = 800  # a datagram to port 53 whose answer is larger is lost on the way from hole.lab


def translated(address):
    """The address by which a host behind NAT64 reaches an IPv4 address."""
    return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(plan.NAT64_PREFIX)) | int(ipaddress.IPv4Address(address))))


def place_ipv4(number):
    """192.0.2.128 and up are name servers'."""
    return f"192.0.2.{number}" if number < 128 else f"10.2.{number // 256}.{number % 256}"


def native(address):
    """The address that a server really has."""
    number = int(ipaddress.IPv6Address(address)) if ":" in address else 0
    if number >> 32 == int(ipaddress.IPv6Address(plan.NAT64_PREFIX)) >> 32:
        return str(ipaddress.IPv4Address(number & 0xffffffff))
    return address


def paths_from(zone_name):
    """Source addresses of answers from a zone's servers, as any place sees them."""
    live = {address for host in plan.zone_named(zone_name).hosts for address in host.answering()}
    four = {address for address in live if ":" not in address}
    return (live - four) | {translated(address) for address in four}, four


def place_rules():
    """Counts questions that leave, by destination, and loses large answers of two zones' servers.

    A TCP connection counts as one question. What comes from dead6 and dead4 is lost. lan: packets to other places.
    """
    narrow6, narrow4 = paths_from("big.lab")
    hole6, hole4 = paths_from("hole.lab")
    return f"""table inet place {{
  set asked6 {{ type ipv6_addr; flags dynamic; counter; }}
  set asked4 {{ type ipv4_addr; flags dynamic; counter; }}
  set dead6 {{ type ipv6_addr; flags interval; }}
  set dead4 {{ type ipv4_addr; flags interval; }}
  counter lan {{ }}
  chain leaving {{
    type filter hook output priority 0;
    oif "lo" return
    meta nfproto ipv6 udp dport 53 add @asked6 {{ ip6 daddr }}
    meta nfproto ipv4 udp dport 53 add @asked4 {{ ip daddr }}
    meta nfproto ipv6 tcp dport 53 tcp flags & (syn | ack) == syn add @asked6 {{ ip6 daddr }}
    meta nfproto ipv4 tcp dport 53 tcp flags & (syn | ack) == syn add @asked4 {{ ip daddr }}
    oifname "lan*" meta l4proto {{ tcp, udp }} counter name lan
  }}
  chain arriving {{
    type filter hook prerouting priority 0;
    ip6 saddr @dead6 drop
    ip saddr @dead4 drop
    ip6 saddr {{ {", ".join(sorted(narrow6))} }} meta length > 1280 drop
    ip saddr {{ {", ".join(sorted(narrow4))} }} meta length > 1280 drop
    ip6 saddr {{ {", ".join(sorted(hole6))} }} udp length > {HOLE_OCTETS + 8} drop
    ip saddr {{ {", ".join(sorted(hole4))} }} udp length > {HOLE_OCTETS + 8} drop
  }}
}}
"""


@dataclasses.dataclass
class Place:
    """A host on one of the networks: its namespace, its addresses, and the namespace and device at the cable's other end."""

    network: str
    namespace: str
    router: str
    cable: str
    ipv6: str
    ipv4: str

    @property
    def loopback(self):
        return "127.0.0.1" if self.network == "ipv4" else "::1"

    def run(self, *words, **more):
        return subprocess.run(["nsenter", f"--net=/run/netns/{self.namespace}", *words], check=True, capture_output=True,
                              text=True, **more)

    def asked(self):
        """{address: questions sent to it}; those through the translator count for the IPv4 address behind."""
        found = {}
        for name in ("asked6", "asked4"):
            done = json.loads(self.run("nft", "-j", "list", "set", "inet", "place", name).stdout)
            for element in next(row["set"] for row in done["nftables"] if "set" in row).get("elem", []):
                address = native(element["elem"]["val"])
                found[address] = found.get(address, 0) + element["elem"]["counter"]["packets"]
        return found

    def sent_to_others(self):
        """Packets on cables to other places."""
        done = json.loads(self.run("nft", "-j", "list", "counter", "inet", "place", "lan").stdout)
        return next(row["counter"]["packets"] for row in done["nftables"] if "counter" in row)

    def forget(self):
        """Counts anew."""
        self.run("nft", "-f", "-", input="flush set inet place asked6\nflush set inet place asked4\n"
                                         "reset counters table inet place\n")

    def lose(self, *prefixes):
        """From now on nothing comes from there; from nowhere when none is given."""
        rows = "flush set inet place dead6\nflush set inet place dead4\n"
        for prefix in prefixes:
            rows += f"add element inet place dead{6 if ':' in prefix else 4} {{ {prefix} }}\n"
        self.run("nft", "-f", "-", input=rows)

    def inside(self):
        return inside(self.namespace)


class Internet:
    def __init__(self, folder):
        self.folder = folder
        self.networks = Networks()
        self.daemons = []
        self.numbers, self.lans = itertools.count(2), itertools.count(2)
        self.shared = {}
        self.closing = contextlib.ExitStack()
        self.closing.callback(self.networks.close)
        try:
            self.make()
        except BaseException:
            self.close()
            raise

    def make(self):
        self.files = ZoneFiles(self.make_folder("zones"))
        self.announce(plan.ROOT_HOSTS, self.files.anchor)
        self.build_core()
        self.build_translator()
        self.start_operators()

    def announce(self, hosts, anchor):
        """What resolvers begin with."""
        self.hints, self.anchor = self.folder / "root.hints", self.folder / "root.anchor"
        self.hints.write_text("".join(f". 3600 NS {host.name}.\n" + address_rows(f"{host.name}. 3600", host.child) for host in hosts))
        self.anchor.write_text(f". 3600 IN DS {anchor}\n")

    def make_folder(self, name):
        path = self.folder / name
        path.mkdir()
        return path

    def batch(self, namespace, lines):
        done = subprocess.run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr

    # --- Making it ---

    def served(self):
        """{(operator, level): ([addresses], {zone: file})} of the whole plan, and what operators.erring takes."""
        found = collections.defaultdict(lambda: ([], {}))
        erring = []
        for name, hosts in plan.UPPER.items():
            for operator, host in hosts:
                listen, zones = found[operator, "top" if name else "root"]
                listen.extend(host.child)
                zones[name] = self.files.path(name)
        for zone in plan.ZONES:
            addresses = [address for host in zone.hosts for address in host.answering()]
            for operator, address in zone.strays:
                found[operator, "leaf"][0].append(address)
            if zone.operator in operators.OPERATORS:
                listen, zones = found[zone.operator, "leaf"]
                listen.extend(addresses)
                zones[zone.name] = self.files.path(zone.name)
            else:
                erring.append((zone.operator, addresses, zone.name, self.files.path(zone.name)))
            if zone.bare:
                erring.append(("plain", list(zone.bare), zone.name, self.files.bare(zone)))
            if zone.old:
                erring.append(("plain", list(zone.old), zone.name, self.files.old(zone)))
        trap = self.folder / "zones" / "trap.zone"
        trap.write_text("$TTL 60\n@ SOA trap. trap. 1 60 60 60 60\n@ NS trap.\n" + "".join(
            f"@ {rrtype} {address}\n" for rrtype, address in zip(("AAAA", "A"), plan.TRAP_ANSWERS)))
        erring.append(("liar", [plan.TRAP_IPV4], "trap", trap))
        return found, erring

    def build_core(self):
        """Forwards nothing: what is sent to an address that nobody has is lost without a word, as behind a dead path."""
        self.core = self.networks.add("core")
        self.rows, self.erring = self.served()
        addresses = {address for listen, _ in self.rows.values() for address in listen}
        addresses |= {address for _, listen, _, _ in self.erring for address in listen}
        lines = [f"address add {address} dev lo{' nodad' if ':' in address else ''}" for address in sorted(addresses)]
        self.batch(self.core, [*lines, f"address add {CORE_IPV4} dev lo"])

    def build_translator(self):
        """Between the core (eth0) and places without IPv4."""
        self.translator = self.networks.add("nat64")
        self.networks.cable(self.core, self.translator, ("nat64", "eth0"))
        self.networks.sysctl(self.translator, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        self.batch(self.core, [
            f"address add {HOME_IPV6}:ffff::1/64 dev nat64 nodad", f"route add {NAT64_IPV6}::/48 via {HOME_IPV6}:ffff::2",
            f"route add {TRANSLATOR_IPV4} dev nat64", f"route add {POOL_IPV4} via {TRANSLATOR_IPV4} dev nat64 onlink"])
        self.batch(self.translator, [
            f"address add {HOME_IPV6}:ffff::2/64 dev eth0 nodad", f"address add {TRANSLATOR_IPV4}/32 dev eth0",
            f"route add default via {HOME_IPV6}:ffff::1", f"route add default via {CORE_IPV4} dev eth0 onlink"])
        ip("link", "set", "nat64", "gso_max_segs", "1", namespace=self.core)
        folder = self.make_folder("tayga")
        config = folder / "tayga.conf"
        config.write_text(f"tun-device translator\nipv4-addr 10.64.0.1\nipv6-addr {NAT64_IPV6}:ffff::64\n"
                          f"prefix {plan.NAT64_PREFIX}/96\ndynamic-pool {POOL_IPV4}\ndata-dir {folder}\n")
        made = self.networks.run(self.translator, "tayga", "--config", str(config), "--mktun", check=False)
        if "Unable to open /dev/net/tun" in made.stdout + made.stderr:
            pytest.skip(f"a NAT64 translator needs a tun device: {made.stdout}{made.stderr}")
        assert made.returncode == 0, made.stdout + made.stderr
        self.batch(self.translator, ["link set translator up txqueuelen 5000", f"route add {plan.NAT64_PREFIX}/96 dev translator",
                                     f"route add {POOL_IPV4} dev translator"])
        self.start("tayga/run", self.translator, lambda _: ["tayga", "--config", config, "--nodetach"])

    def start_operators(self):
        started = []
        for (operator, level), (listen, zones) in self.rows.items():
            make = functools.partial(operators.OPERATORS[operator], addresses=listen, zones=zones)
            started.append(self.start(f"{operator}-{level}", self.core, make))
        started.append(self.start("erring", self.core, lambda folder: operators.erring(folder, self.erring)))
        asked = [(listen[0], zone) for listen, zones in self.rows.values() for zone in zones]
        asked += [(listen[0], zone) for behaviour, listen, zone, _ in self.erring if behaviour != "no-tcp"]
        deadline = time.monotonic() + PATIENCE_S
        while asked:
            time.sleep(0.02)
            asked = [(address, zone) for address, zone in asked if not self.serves(address, zone)]
            for daemon in started:
                assert daemon.process.poll() is None, f"{daemon.folder.name} ended: {daemon.text()[-3000:]}"
            assert time.monotonic() < deadline, f"not served: {asked}"

    def serves(self, address, zone):
        with inside(self.core):
            try:
                reply = dns.query.tcp(dns.message.make_query(zone + ".", "SOA"), address, timeout=1)
            except (OSError, EOFError, dns.exception.DNSException):
                return False
        return reply.rcode() == dns.rcode.NOERROR and bool(reply.flags & dns.flags.AA)

    def start(self, label, namespace, make_command):
        """A daemon that ends with the internet."""
        daemon = Daemon(self.folder / label, namespace, make_command)
        self.daemons.append(daemon)
        return daemon

    # --- Using it ---

    def rules(self):
        """nftables of a place."""
        return place_rules()

    def place(self, network, routes=("ipv6", "ipv4")):
        """A new host. routes: the families that have a default route."""
        number = next(self.numbers)
        assert number < 0xff00
        namespace = self.networks.add(f"{network}{number}")
        router, home = (self.translator, NAT64_IPV6) if network == "nat64" else (self.core, HOME_IPV6)
        has_ipv6, has_ipv4 = network != "ipv4", network in ("ipv4", "dual")
        made = Place(network, namespace, router, f"p{number}", f"{home}:{number:x}::c" if has_ipv6 else None,
                     place_ipv4(number) if has_ipv4 else None)
        if not has_ipv6:
            self.networks.sysctl(namespace, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.networks.cable(router, namespace, (made.cable, "eth0"))
        ip("link", "set", made.cable, "gso_max_segs", "1", namespace=router)
        there, here = [], []
        if has_ipv6:
            there.append(f"address add {home}:{number:x}::1/64 dev {made.cable} nodad")
            here.append(f"address add {made.ipv6}/64 dev eth0 nodad")
            if "ipv6" in routes:
                here.append(f"route add default via {home}:{number:x}::1")
        if has_ipv4:
            there.append(f"route add {made.ipv4} dev {made.cable}")
            here.append(f"address add {made.ipv4}/32 dev eth0")
            if "ipv4" in routes:
                here.append(f"route add default via {CORE_IPV4} dev eth0 onlink")
        else:
            here.append("address del 127.0.0.1/8 dev lo")
        self.batch(router, there)
        self.batch(namespace, here)
        made.run("nft", "-f", "-", input=self.rules())
        return made

    def usual(self, network="dual"):
        """One place of the network, for all tests that only ask from it: there is no room for one each."""
        if network not in self.shared:
            self.shared[network] = self.place(network)
        return self.shared[network]

    def join(self, left, right):
        """A cable between two places, with both families and no route beyond; the addresses, {family: (left's, right's)}."""
        number = next(self.lans)
        self.networks.cable(left.namespace, right.namespace, (f"lan{number}", f"lan{number}"))
        found = {"ipv6": (f"2001:db8:e:{number:x}::1", f"2001:db8:e:{number:x}::2"),
                 "ipv4": (f"10.1.{number}.1", f"10.1.{number}.2")}
        for place, side in ((left, 0), (right, 1)):
            self.batch(place.namespace, [f"address add {found['ipv6'][side]}/64 dev lan{number} nodad",
                                         f"address add {found['ipv4'][side]}/24 dev lan{number}"])
        return found

    def close(self):
        for daemon in reversed(self.daemons):
            daemon.end()
        with self.closing:
            for daemon in self.daemons:
                self.closing.callback(daemon.stop)
