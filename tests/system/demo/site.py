"""The namespaces: a core with everybody's name servers and services, a room of resolvers, desks, and a segment with a router.

Each zone has one fault of its own, so that all can be planted at once and each has its own timeline.
"""
import contextlib
import dataclasses
import functools
import json
import os
import socket
import subprocess
import threading
import time

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.zone

from conftest import PATIENCE_S, Networks, inside, program
from internet import operators
from internet.operators import Daemon
from internet.resolvers import DO_NOT_QUERY
from internet.zonefiles import ZoneFiles, address_rows, corrupt
from neighbours import Router, interval, prefix, rdnss

ROOT = {"a.root.lab": ("3fff:1::53", "198.51.100.1")}
LAB = {"a.nic.lab": ("3fff:3::53", "198.51.100.2")}
ROOM6, ROOM4 = "2001:db8:53", "192.0.2"
OURS, OURS4 = f"{ROOM6}::1", f"{ROOM4}.1"  # the site's resolver, dual stack
BIND, BIND4 = f"{ROOM6}::2", f"{ROOM4}.2"  # the other half of the desks ask BIND
LAN6 = f"{ROOM6}::6"  # our resolver for hosts that have IPv6 alone
UNBOUND6 = f"{ROOM6}::7"  # Unbound for such hosts
RESOLVERS = (OURS, LAN6, BIND, UNBOUND6)
CORE4 = "192.0.2.254"
SEGMENT = "2001:db8:30:1::"
DESKS = range(1, 7)
NARROW = 1280  # octets of a packet on the way to path.lab
RNDC_KEY = 'key rndc { algorithm hmac-sha256; secret "c2V4dGFudCBkZW1vIGtleSBmb3Igcm5kYyBvbmx5"; };'
WIDE = "".join(f"www AAAA 2001:db8:f:1::{i:x}\n" for i in range(1, 70))


@dataclasses.dataclass(frozen=True)
class Zone:
    name: str
    number: int
    is_signed: bool = False
    operator: str = "sextant"
    records: str = ""

    def hosts(self):
        return {f"ns{i}.{self.name}": (f"3fff:{16 + self.number:x}:{i}::1", f"{net}.{16 + self.number}")
                for i, net in ((1, "198.51.100"), (2, "203.0.113"))}

    def service(self):
        """The addresses of www."""
        return f"2001:db8:f::{self.number:x}", f"192.0.2.{200 + self.number}"

    def six(self):
        return ", ".join(addresses[0] for addresses in self.hosts().values())


NEWS = Zone("news.lab", 0, is_signed=True)  # nothing breaks here
SIGNATURE = Zone("signature.lab", 1, is_signed=True)
SIX = Zone("six.lab", 2)
PATH = Zone("path.lab", 3, operator="nsd", records=WIDE)
GLUE = Zone("glue.lab", 4)
PORT = Zone("port.lab", 5)
ZONES = (NEWS, SIGNATURE, SIX, PATH, GLUE, PORT)


class Signed(ZoneFiles):
    """The test internet's way of signing; the zones are ours."""

    def __init__(self, folder):  # pylint: disable=super-init-not-called
        self.folder = folder


class Site:
    def __init__(self, folder, ttl_s, every_s):
        self.folder, self.ttl_s, self.every_s = folder, ttl_s, every_s
        self.networks = Networks()
        self.daemons = {}
        self.listeners = {}
        self.closing = contextlib.ExitStack()
        self.closing.callback(self.networks.close)
        try:
            self.make()
        except BaseException:
            self.close()
            raise

    def make(self):
        self.make_zones()
        self.make_networks()
        self.make_services()
        self.start_authorities()
        self.start_resolvers()

    # --- Zones ---

    def head(self, server):
        return f"$TTL {self.ttl_s}\n@ SOA {server} hostmaster 1 3600 900 1209600 {min(self.ttl_s, 10)}\n"

    def text(self, zone):
        text = self.head(f"ns1.{zone.name}.")
        for host, addresses in zone.hosts().items():
            text += f"@ NS {host}.\n" + address_rows(host + ".", addresses)
        six, four = zone.service()
        return text + zone.records + (f"www A {four}\n" if "www AAAA" in zone.records else f"www AAAA {six}\nwww A {four}\n")

    def make_zones(self):
        self.files = Signed(self.folder / "zones")
        self.files.folder.mkdir()
        digests = {}
        for zone in ZONES:
            if zone.is_signed:
                digests[zone.name] = self.files.make(zone.name, self.text(zone), [])
            else:
                self.files.path(zone.name).write_text(f"$ORIGIN {zone.name}.\n" + self.text(zone))
        lab = self.head("a.nic.lab.")
        for host, addresses in {**LAB, **ROOT}.items():
            lab += address_rows(host + ".", addresses)
        lab += "".join(f"@ NS {host}.\n" for host in LAB)
        for zone in ZONES:
            for host, addresses in zone.hosts().items():
                lab += f"{zone.name}. NS {host}.\n" + address_rows(host + ".", addresses)
        lab += "".join(f"{name}. DS {digest}\n" for name, digest in digests.items())
        digest = self.files.make("lab", lab, [])
        root = self.head("a.root.lab.") + "".join(f"@ NS {host}.\n" for host in ROOT) + "".join(
            f"lab. NS {host}.\n" + address_rows(host + ".", addresses) for host, addresses in LAB.items()) + f"lab. DS {digest}\n"
        anchor = self.files.make("", root, [])
        self.resolv_conf = self.folder / "resolv.conf"
        self.resolv_conf.write_text(f"nameserver {OURS}\n")
        self.hints, self.anchor = self.folder / "root.hints", self.folder / "root.anchor"
        self.hints.write_text("".join(f". 3600 NS {host}.\n" + address_rows(f"{host}. 3600", one) for host, one in ROOT.items()))
        self.anchor.write_text(f". 3600 IN DS {anchor}\n")

    # --- Networks ---

    def batch(self, namespace, lines):
        done = subprocess.run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def join_core(self, label, six, four, gateway):
        """A namespace on a cable of the core, with default routes; six: its addresses, four: its /32."""
        namespace = self.networks.add(label)
        self.networks.cable(self.core, namespace, (label, "eth0"))
        self.batch(self.core, [f"address add {gateway}/64 dev {label} nodad", *(f"route add {one} dev {label}" for one in four)])
        self.batch(namespace, [*(f"address add {one}/64 dev eth0 nodad" for one in six), *(f"address add {one}/32 dev eth0" for one in four),
                               f"route add default via {gateway}", *([f"route add default via {CORE4} dev eth0 onlink"] if four else [])])
        return namespace

    def make_networks(self):
        self.core = self.networks.add("core")
        self.networks.sysctl(self.core, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        servers = {**ROOT, **LAB}
        for zone in ZONES:
            servers |= zone.hosts()
        addresses = [address for pair in servers.values() for address in pair] + [address for zone in ZONES for address in zone.service()]
        addresses += [f"2001:db8:f:1::{i:x}" for i in range(1, 70)]
        self.batch(self.core, [f"address add {address} dev lo{' nodad' if ':' in address else ''}" for address in (*addresses, CORE4)])
        self.room = self.join_core("room", (OURS, BIND, LAN6, UNBOUND6), (OURS4, BIND4), f"{ROOM6}::ffff")
        self.desks = self.networks.add("desks")
        self.networks.cable(self.core, self.desks, ("desks", "eth0"))
        self.batch(self.core, ["address add 2001:db8:20:ffff::1/64 dev desks nodad", "route add 2001:db8:20::/48 via 2001:db8:20:ffff::2",
                               "route add 10.20.0.0/16 dev desks"])
        self.batch(self.desks, ["address add 2001:db8:20:ffff::2/64 dev eth0 nodad", "route add default via 2001:db8:20:ffff::1",
                                *(f"address add {self.desk(n)[0]}/128 dev lo nodad" for n in DESKS),
                                *(f"address add {self.desk(n)[1]}/32 dev eth0" for n in DESKS), f"route add default via {CORE4} dev eth0 onlink"])
        self.segment = self.networks.add("segment")
        self.networks.sysctl(self.segment, "net.ipv6.conf.default.accept_ra=1")
        self.networks.cable(self.core, self.segment, ("segment", "eth0"))
        self.batch(self.core, [f"address add {SEGMENT}1/64 dev segment nodad"])
        self.batch(self.segment, [f"address add {SEGMENT}10/64 dev eth0 nodad", f"route add default via {SEGMENT}1"])
        # Segmentation off-loading would show the filter packets that no path of 1280 octets carries.
        for device in ("room", "desks"):
            self.batch(self.core, [f"link set {device} gso_max_segs 1"])
        self.core_rules("")

    def core_rules(self, rules):
        """What is lost at the core from now on."""
        text = f"table inet faults {{ }}\nflush table inet faults\ntable inet faults {{\n chain leaving {{ type filter hook output priority 0;\n{rules} }}\n" \
               f" chain arriving {{ type filter hook prerouting priority 0;\n }}\n}}\n"
        done = subprocess.run(["nsenter", f"--net=/run/netns/{self.core}", "nft", "-f", "-"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    @staticmethod
    def desk(number):
        return f"2001:db8:20:{number:x}00::10", f"10.20.{number}.10"

    # --- Who is there ---

    def make_services(self):
        for zone in ZONES:
            for address in zone.service():
                self.open_service(address)
        for i in range(1, 70):
            self.open_service(f"2001:db8:f:1::{i:x}")
        self.closing.callback(self.close_services)
        self.router = None
        self.advertise(has_resolver=True)
        self.closing.callback(lambda: self.router.close())

    def open_service(self, address):
        with inside(self.core):
            listener = socket.create_server((address, 443), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=512)
        self.listeners[address] = listener
        threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    @staticmethod
    def serve(listener):
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return

    def close_service(self, address):
        listener = self.listeners.pop(address)
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    def close_services(self):
        for address in list(self.listeners):
            self.close_service(address)

    def advertise(self, has_resolver):
        if self.router:
            self.router.close()
        options = prefix(f"{SEGMENT}/64") + interval(1000 * self.ttl_s // 3) + (rdnss(LAN6, lifetime_s=self.ttl_s) if has_resolver else b"")
        self.router = Router(self.core, options, device="segment")

    def start(self, label, namespace, make):
        self.daemons[label] = Daemon(self.folder / label, namespace, make)
        return self.daemons[label]

    def authority(self, label, addresses, zones):
        make = operators.nsd if label.startswith("nsd") else operators.sextant
        self.start(label, self.core, functools.partial(make, addresses=addresses, zones=zones))

    def start_authorities(self):
        ours = {zone.name: self.files.path(zone.name) for zone in ZONES if zone.operator == "sextant"}
        for i in (0, 1):
            addresses = [address for zone in ZONES if zone.operator == "sextant" for address in list(zone.hosts().values())[i]]
            self.authority(f"sextant-ns{i + 1}", addresses, ours)
        self.authority("nsd-root", ROOT["a.root.lab"], {"": self.files.path("")})
        self.authority("nsd-lab", LAB["a.nic.lab"], {"lab": self.files.path("lab")})
        self.authority("nsd-path", [address for pair in PATH.hosts().values() for address in pair], {PATH.name: self.files.path(PATH.name)})
        self.wait_for_zones({ROOT["a.root.lab"][0]: "", LAB["a.nic.lab"][0]: "lab"} |
                            {addresses[0]: zone.name for zone in ZONES for addresses in zone.hosts().values()})

    def wait_for_zones(self, wanted):
        deadline = time.monotonic() + PATIENCE_S
        for address, zone in wanted.items():
            while not self.serves(address, zone):
                assert time.monotonic() < deadline, f"{zone} is not served at {address}"
                time.sleep(0.05)

    def serves(self, address, zone):
        with inside(self.core):
            try:
                reply = dns.query.udp(dns.message.make_query(zone + ".", "SOA"), address, timeout=0.5)
            except (OSError, EOFError, dns.exception.DNSException):
                return False
        return bool(reply.flags & dns.flags.AA)

    def resolver_config(self):
        """JSON is YAML."""
        def service(listen, families, upstream):
            return {"role": "resolver", "listen": listen, "families": families, "allow": ["::/0", "0.0.0.0/0"], "open-resolver": "acknowledged",
                    "upstream-families": upstream, "root-hints": str(self.hints), "trust-anchor-files": [str(self.anchor)], "rfc5011": "no",
                    "rfc8145": "no", "do-not-query": list(DO_NOT_QUERY)}
        return {"version": 1, "node": {"workers": 1, "run-dir": "run", "state-dir": "state"},
                "services": {"office": service([OURS, OURS4], ["ipv6", "ipv4"], ["ipv6", "ipv4"]), "lan6": service([LAN6], ["ipv6"], ["ipv6"])},
                "watch": {"root-hints": str(self.hints), "trust-anchor-file": str(self.anchor),
                          "services": {"names": [f"www.{zone.name}" for zone in ZONES], "types": ["AAAA", "A"], "every": f"{self.every_s}s",
                                       "timeout": "1s", "connect": [443]},
                          "delegations": {"zones": [zone.name for zone in ZONES], "every": f"{2 * self.every_s}s"}}}

    def start_resolvers(self):
        def ours(folder):
            (folder / "sextant.yaml").write_text(json.dumps(self.resolver_config(), indent=1) + "\n")
            return [program("sextantd"), "--config", folder / "sextant.yaml"]

        def bind(folder):
            anchor = self.anchor.read_text().split(" DS ")[1].split()
            (folder / "named.conf").write_text(f"""options {{
  directory "{folder}"; pid-file none; session-keyfile none;
  listen-on-v6 {{ {BIND}; }}; listen-on {{ {BIND4}; }};
  recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }}; dnssec-validation yes;
}};
trust-anchors {{ "." static-ds {anchor[0]} {anchor[1]} {anchor[2]} "{"".join(anchor[3:])}"; }};
zone "." {{ type hint; file "{self.hints}"; }};
logging {{
  channel all {{ file "{folder}/queries.log"; print-time iso8601-utc; print-category yes; print-severity yes; severity info; }};
  category queries {{ all; }}; category query-errors {{ all; }}; category dnssec {{ all; }}; category lame-servers {{ all; }};
}};
{RNDC_KEY}
controls {{ inet ::1 port 953 allow {{ ::1; }} keys {{ rndc; }}; }};
""")
            (folder / "rndc.conf").write_text(f"{RNDC_KEY}\noptions {{ default-key rndc; default-server ::1; }};\n")
            return ["named", "-f", "-n", "1", "-c", folder / "named.conf"]
        def unbound(folder):
            (folder / "unbound.conf").write_text(f"""server:
  interface: {UNBOUND6}
  do-ip4: no
  access-control: ::/0 allow
  root-hints: "{self.hints}"
  trust-anchor-file: "{self.anchor}"
  trust-anchor-signaling: no
  num-threads: 1
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
remote-control:
  control-enable: yes
  control-interface: {folder}/control
""")
            return ["unbound", "-d", "-c", folder / "unbound.conf"]
        self.start("bind-room", self.room, bind)
        self.start("unbound-lan6", self.room, unbound)
        resolver = self.start("sextant-room", self.room, ours)
        resolver.wait_until(lambda: '"pid"' in resolver.text())

    # --- Asking it ---

    def sextant(self, namespace, *words):
        """The command on a host of the site; its resolv.conf names the site's resolver."""
        bind = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(self.resolv_conf)]
        return subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", *bind, str(program("sextant")), *map(str, words)],
                              capture_output=True, text=True, timeout=60, check=False)

    def config(self, label):
        return self.daemons[label].folder / "sextant.yaml"

    def ttl_left(self, name, rrtype, resolver):
        with inside(self.room):
            reply, _ = dns.query.udp_with_fallback(dns.message.make_query(name, rrtype), resolver, timeout=5)
        return min(rrset.ttl for rrset in reply.answer)

    # --- What breaks ---

    def reload_authorities(self):
        for label in ("sextant-ns1", "sextant-ns2"):
            done = self.sextant(self.core, "reload", "--config", self.config(label))
            assert done.returncode == 0, done.stdout + done.stderr

    def break_signature(self):
        path = self.files.path(SIGNATURE.name)
        self.whole = path.read_text()
        corrupt(path, SIGNATURE.name, (dns.rdatatype.AAAA,))
        self.reload_authorities()

    def mend_signature(self):
        self.files.path(SIGNATURE.name).write_text(self.whole)
        self.reload_authorities()
        self.flush(SIGNATURE.name)

    def flush(self, zone):
        done = self.sextant(self.room, "flush", zone, "--tree", "--config", self.config("sextant-room"))
        assert done.returncode == 0, done.stdout + done.stderr

    def flush_all(self, zone):
        """BIND's too."""
        self.flush(zone)
        for command in (("rndc", "-c", "bind-room/rndc.conf", "flushtree"), ("unbound-control", "-c", "unbound-lan6/unbound.conf", "flush_zone")):
            done = subprocess.run(["nsenter", f"--net=/run/netns/{self.room}", *command, zone], cwd=self.folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

    def strip_glue(self):
        path = self.files.path("lab")
        self.lab = path.read_text()
        zone = dns.zone.from_text(self.lab, dns.name.from_text("lab."), relativize=False)
        for host in GLUE.hosts():
            zone.delete_rdataset(host + ".", "AAAA")
        zone.to_file(str(path), relativize=False)
        self.reload_lab()

    def mend_glue(self):
        self.files.path("lab").write_text(self.lab)
        self.reload_lab()
        self.flush(GLUE.name)

    def reload_lab(self):
        os.utime(self.files.path("lab"))
        self.daemons["nsd-lab"].process.send_signal(1)

    def close(self):
        for daemon in reversed(list(self.daemons.values())):
            daemon.end()
        with self.closing:
            for daemon in self.daemons.values():
                self.closing.callback(daemon.stop)
