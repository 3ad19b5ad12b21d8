"""Incidents with their truth, which doctor never sees, and the places where they happen.

`sextant doctor` is given a name, resolvers and a host, as a person on call would be.
"""
import concurrent.futures
import contextlib
import dataclasses
import json
import socket
import subprocess
import threading
import time

import dns.message
import dns.query

from conftest import inside, program
from neighbours import Router, interval, pref64, prefix, rdnss

from . import plan
from .resolvers import Resolver

AT_ONCE = 10
TIMEOUT = "1200ms"
OTHER_PREFIX = "2001:db8:65::"
USUAL = prefix("2001:db8:c::/64") + interval(600000)


@dataclasses.dataclass(frozen=True)
class Incident:
    """truth: (code, words that the sentence must have); None: nothing is broken. resolver: a key of Scene.resolvers."""

    label: str
    name: str
    truth: tuple
    resolver: str = "good"
    host: str = "host"
    options: tuple = ()


FROM_ROUTER = ("--only", "discovery")
INCIDENTS = [
    # --- Nothing broken: what doctor says here is a false alarm ---
    Incident("none: signed, dual stack", "www.good.lab", None),
    Incident("none: unsigned, dual stack", "www.dual.lab", None),
    Incident("none: an alias through three zones", "c1.chain.lab", None),
    Incident("none: a service on both families", "fine.web.lab", None),
    Incident("none: large answers, whole", "www.web.lab", None),
    Incident("none: a name of this network alone", "intranet.web.lab", None, resolver="local-data"),
    Incident("none: private addresses, no reverse zone", "private.web.lab", None),
    Incident("none: a host without IPv6", "www.dual.lab", None, resolver="ipv4-alone", host="ipv4-alone"),
    Incident("none: a host without IPv4", "www.dual.lab", None, resolver="ipv6-alone", host="ipv6-alone"),
    Incident("none: a host whose IPv6 leads nowhere", "fine.web.lab", None, resolver="beside", host="ipv6-dead"),
    # --- 1: authoritative answers ---
    Incident("there is no such name", "absent.good.lab", ("DOC-01", "absent.good.lab")),
    Incident("stale secondary on IPv6", "www.stale.lab", ("DOC-03", "ns2.stale.lab", "over IPv6")),
    Incident("lame sibling server", "www.lame.lab", ("DOC-04", "ns1.lame.lab", "REFUSED")),
    Incident("all servers lame", "www.lamer.lab", ("DOC-04", "ns1.lamer.lab")),
    Incident("servers silent when asked for AAAA", "www.mute.lab", ("DOC-05", "AAAA", "no answer")),
    Incident("NXDOMAIN to AAAA of a name with A", "www.nxaaaa.lab", ("DOC-05", "AAAA", "NXDOMAIN")),
    Incident("PTR missing", "nopointer.web.lab", ("DOC-06", "2001:db8:f:443::99")),
    Incident("AAAA glue missing", "www.aglue.lab", ("DOC-07", "over IPv6", "ns1.aglue.lab has no glue")),
    Incident("A glue missing", "www.aaaaglue.lab", ("DOC-07", "over IPv4", "ns1.aaaaglue.lab has no glue")),
    Incident("parent without IPv6", "www.dual.four", ("DOC-07", "over IPv6", "because of four")),
    Incident("servers named in a zone without IPv6", "www.sibling.lab", ("DOC-07", "over IPv6", "because of names4.lab")),
    Incident("alias into a zone without IPv6", "far.chain.lab", ("DOC-07", "over IPv6", "v4only.lab")),
    Incident("name server at ::ffff:0:0/96", "www.mapped.lab", ("DOC-07", "over IPv6", "ns1.mapped.lab")),
    Incident("link-local AAAA published", "local.web.lab", ("DOC-08", "fe80::80")),
    Incident("AAAA not published", "legacy.web.lab", ("DOC-02", "AAAA")),
    # --- 2: transport ---
    Incident("dead IPv6 listener", "www.dead6.lab", ("DOC-10", "ns1.dead6.lab", "over IPv6")),
    Incident("dead IPv4 listener", "www.dead4.lab", ("DOC-10", "ns1.dead4.lab", "over IPv4")),
    Incident("one server of two dead", "www.half.lab", ("DOC-10", "ns1.half.lab")),
    Incident("TCP dropped by a firewall", "www.notcp.lab", ("DOC-11", "notcp.lab", "firewall")),
    Incident("TCP without a listener", "www.nostream.lab", ("DOC-11", "nostream.lab", "does not listen on TCP")),
    Incident("UDP dropped by a firewall", "www.noudp.lab", ("DOC-12", "noudp.lab")),
    Incident("UDP above 800 octets lost", "www.hole.lab", ("DOC-13", "hole.lab", "UDP")),
    Incident("packet-too-big dropped", "www.big.lab", ("DOC-13", "big.lab", "TCP connects")),
    Incident("resolver dead on IPv6", "www.good.lab", ("DOC-14", "over IPv6"), resolver="four-alone"),
    Incident("resolver dead on IPv4", "www.good.lab", ("DOC-14", "over IPv4"), resolver="six-alone"),
    Incident("resolver down", "www.good.lab", ("DOC-14",), resolver="down"),
    Incident("resolver refuses the prefix", "www.good.lab", ("DOC-15", "refuses"), resolver="closed"),
    Incident("resolver without TCP", "www.good.lab", ("DOC-11", "The resolver"), resolver="no-tcp"),
    # --- 3: validation ---
    Incident("AAAA alone bogus", "www.aaaabogus.lab", ("DOC-20", "AAAA")),
    Incident("expired signatures", "www.expired.lab", ("DOC-21", "expired.lab")),
    Incident("DS of another key", "www.wrongds.lab", ("DOC-22", "wrongds.lab")),
    Incident("AAAA and A bogus", "www.bogus.lab", ("DOC-23", "bogus.lab")),
    Incident("signatures taken out over IPv6", "www.bare.lab", ("DOC-24", "over IPv6", "www.bare.lab")),
    Incident("resolver's own anchor of one zone wrong", "www.good.lab", ("DOC-26", "www.good.lab"), resolver="zone-anchor"),
    Incident("resolver's trust anchor wrong", "www.good.lab", ("DOC-25", "anchor"), resolver="anchor"),
    Incident("resolver's clock wrong", "www.good.lab", ("DOC-25", "clock"), resolver="clock"),
    Incident("resolver does not reach the zone", "www.dual.lab", ("DOC-27", "www.dual.lab"), resolver="cut-off"),
    Incident("resolver filters AAAA", "www.dual.lab", ("DOC-28", "AAAA", "leaves"), resolver="filter"),
    Incident("resolver has an address of its own", "fine.web.lab", ("DOC-28", "fine.web.lab AAAA", "something else"), resolver="local-data"),
    Incident("DNS64 prefix wrong", "legacy.web.lab", ("DOC-29", OTHER_PREFIX, plan.NAT64_PREFIX), resolver="dns64", host="pref64"),
    Incident("DNS64 without a translator", "legacy.web.lab", ("DOC-29", "leads nowhere", OTHER_PREFIX), resolver="dns64-alone"),
    # --- 4: client discovery ---
    Incident("O set, no RDNSS, no DHCPv6", "", ("DSC-01", "Android"), host="o-flag", options=FROM_ROUTER),
    Incident("RDNSS of a dead resolver", "", ("DSC-07", "2001:db8:c:ffff::53"), host="dead-rdnss", options=FROM_ROUTER),
    # --- 5: fallback ---
    Incident("service refuses over IPv6", "six-refused.web.lab", ("DOC-40", "over IPv6", "refused")),
    Incident("service's IPv6 path dead", "six-silent.web.lab", ("DOC-40", "over IPv6", "nothing comes back")),
    Incident("port of the HTTPS record dead over IPv6", "port.web.lab", ("DOC-40", "8443", "over IPv6")),
    Incident("service down", "down.web.lab", ("DOC-41", "8000"), options=("--port", "8000")),
]


class Services:
    """TCP listeners at the core."""

    def __init__(self, internet):
        self.listeners = []
        web = plan.WEB
        internet.batch(internet.core, [f"address replace {address} dev lo{' nodad' if ':' in address else ''}"
                                       for data in web.values() for address in data.values()])
        with inside(internet.core):
            for name, port, types in (("fine", 443, ("AAAA", "A")), ("six-refused", 443, ("A",)), ("six-silent", 443, ("AAAA", "A")),
                                      ("port", 443, ("AAAA", "A")), ("port", 8443, ("A",))):
                for rrtype in types:
                    address = web[name][rrtype]
                    self.listeners.append(socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET))

    def close(self):
        for listener in self.listeners:
            listener.close()


def zone_addresses(*names):
    """What answers for the zones, and the rules' two families."""
    found = {address for name in names for host in plan.zone_named(name).hosts for address in host.answering()}
    return ", ".join(sorted(a for a in found if ":" in a)), ", ".join(sorted(a for a in found if ":" not in a))


class Scene:
    """Hosts and resolvers with all incidents planted at once."""

    def __init__(self, internet, folder):
        self.internet, self.folder = internet, folder
        self.closing = contextlib.ExitStack()
        try:
            self.hosts = {name: internet.place("dual") for name in ("host", "pref64", "o-flag", "dead-rdnss", "ipv6-dead")}
            self.hosts |= {"ipv4-alone": internet.place("ipv4"), "ipv6-alone": internet.place("ipv6")}
            for name in ("pref64", "o-flag", "dead-rdnss"):
                internet.networks.sysctl(self.hosts[name].namespace, "net.ipv6.conf.eth0.accept_ra=0")
            self.routers()
            self.firewalls()
            self.closing.callback(Services(internet).close)
            self.resolvers = {}
            self.start_resolvers()
        except BaseException:
            self.closing.close()
            raise

    def routers(self):
        said = {"pref64": (USUAL + pref64(f"{plan.NAT64_PREFIX}/96", 1800), 0), "o-flag": (USUAL, 0x40),
                "dead-rdnss": (USUAL + rdnss("2001:db8:c:ffff::53"), 0)}
        for name, (options, flags) in said.items():
            router = Router(self.internet.core, options, flags=flags, device=self.hosts[name].cable)
            self.closing.callback(router.close)

    def firewalls(self):
        tcp6, tcp4 = zone_addresses("notcp.lab")
        udp6, udp4 = zone_addresses("noudp.lab")
        self.hosts["host"].run("nft", "-f", "-", input=f"""table inet incident {{
chain arriving {{
  type filter hook prerouting priority 0;
  ip6 saddr {{ {tcp6} }} tcp sport 53 drop
  ip saddr {{ {tcp4} }} tcp sport 53 drop
  ip6 saddr {{ {udp6} }} udp sport 53 drop
  ip saddr {{ {udp4} }} udp sport 53 drop
  ip6 saddr {plan.WEB["six-silent"]["AAAA"]} drop
}}
}}
""")

    # --- Resolvers: each in a place of its own, on a cable to its host ---

    def start(self, key, kind, host="host", keep=("ipv6", "ipv4"), **more):
        """keep: the families it listens on; both of its addresses are given to doctor."""
        place = self.internet.place("dual")
        lan = self.internet.join(self.hosts[host], place)
        addresses = [lan["ipv6"][1], lan["ipv4"][1]]
        listen = [address for address in addresses if ("ipv6" if ":" in address else "ipv4") in keep]
        resolver = Resolver(self.internet, kind, place, label=f"-{key}", listen=listen, **more)
        self.closing.callback(resolver.stop)
        self.resolvers[key] = addresses
        return resolver

    def start_resolvers(self):
        wrong = self.folder / "wrong.anchor"
        words = self.internet.anchor.read_text().split()
        wrong.write_text(" ".join([*words[:-1], words[-1][:-1] + ("0" if words[-1][-1] != "0" else "1")]) + "\n")
        lan = self.internet.join(self.hosts["host"], self.internet.place("dual"))
        self.resolvers["down"] = [lan["ipv6"][1], lan["ipv4"][1]]
        filtered = "".join(f"  private-address: {network}\n" for network in ("2001:db8:f::/48",))
        started = [
            self.start("good", "unbound"), self.start("four-alone", "unbound", keep=("ipv4",)),
            self.start("six-alone", "unbound", keep=("ipv6",)), self.start("no-tcp", "unbound"),
            self.start("closed", "unbound", more="  access-control: 2001:db8:e::/48 refuse\n  access-control: 10.0.0.0/8 refuse\n"),
            self.start("anchor", "unbound", anchor=wrong), self.start("clock", "unbound", more="  val-override-date: 20500101000000\n"),
            self.start("cut-off", "sextant"), self.start("beside", "unbound", host="ipv6-dead"),
            self.start("zone-anchor", "unbound", more=f"  trust-anchor: \"good.lab. DS 1 13 2 {'0' * 64}\"\n"), self.start("filter", "unbound", more=filtered),
            self.start("local-data", "unbound", more="  local-zone: fine.web.lab. transparent\n  local-data: \"fine.web.lab. A 203.0.113.99\"\n"
                       "  local-data: \"intranet.web.lab. A 10.0.0.81\"\n  local-data: \"fine.web.lab. AAAA 2001:db8:f::99\"\n"),
            self.start("dns64-alone", "bind", dns64=f"{OTHER_PREFIX}/96"),
            self.start("logged", "unbound", more="  log-replies: yes\n  log-tag-queryreply: yes\n"),
            self.start("dns64", "bind", host="pref64", dns64=f"{OTHER_PREFIX}/96")]
        by_key = dict(zip(("good", "four-alone", "six-alone", "no-tcp", "closed", "anchor", "clock", "cut-off"), started))
        by_key["no-tcp"].place.run("nft", "add rule inet place arriving tcp dport 53 drop")
        self.hosts["ipv6-dead"].lose("3fff::/20", "2001:db8:f::/48")
        six, four = zone_addresses("dual.lab")
        by_key["cut-off"].place.lose(*six.split(", "), *four.split(", "))
        for key in ("ipv4-alone", "ipv6-alone"):
            place = self.hosts[key]
            started.insert(0, Resolver(self.internet, "sextant", place, label=f"-{key}"))
            self.closing.callback(started[0].stop)
            self.resolvers[key] = [place.loopback]
        for resolver in started:
            resolver.wait()
        self.log = started[-2].daemon.folder / "output"

    # --- Examining ---

    def examine(self, incident):
        """(exit code, the JSON document, seconds)"""
        host = self.hosts[incident.host]
        conf = self.folder / f"{incident.host}.{incident.resolver}.conf"
        servers = self.resolvers[incident.resolver] if incident.host not in ("o-flag", "dead-rdnss") else []
        # Discovery looks at resolv.conf, too: one that says nothing of the incident.
        conf.write_text("".join(f"nameserver {address}\n" for address in (self.resolvers["good"] if incident.host == "host" else servers)))
        words = [word for address in servers for word in ("--server", address)]
        started = time.monotonic()
        done = subprocess.run(["nsenter", f"--net=/run/netns/{host.namespace}", program("sextant"), "doctor", "--json", "--timeout", TIMEOUT,
                               "--hints", self.internet.hints, "--anchor", self.internet.anchor, "--resolv-conf", conf, *words,
                               *incident.options, *([incident.name] if incident.name else [])],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode in (0, 1, 3) and done.stderr == "", (incident.label, done.returncode, done.stderr)
        return done.returncode, json.loads(done.stdout), time.monotonic() - started

    def ask(self, key, name, rrtype, address):
        """From the host, over one of the resolver's addresses."""
        with inside(self.hosts["host"].namespace):
            return dns.query.udp(dns.message.make_query(name, rrtype), self.resolvers[key][address], timeout=5).rcode()

    def examine_all(self, incidents):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip((incident.label for incident in incidents), pool.map(self.examine, incidents)))

    def close(self):
        self.closing.close()


def is_right(incident, document):
    """The most likely cause is the planted one; where nothing was planted there is no cause but what is worth a notice."""
    found = document["most_likely"]
    if incident.truth is None:
        return found is None or found["severity"] == "notice"
    code, *words = incident.truth
    return found is not None and found["code"] == code and all(word in found["cause"] for word in words)


def table(incidents, seen):
    """Incident, the cause that doctor named, right or wrong, seconds."""
    rows = []
    for incident in incidents:
        _, document, seconds = seen[incident.label]
        found = document["most_likely"]
        said = "nothing broken" if found is None else f"{found['code']} {found['cause']}"
        rows.append(f"{incident.label:42} {'right' if is_right(incident, document) else 'WRONG'} {seconds:5.1f} s  {said[:150]}")
    right = sum(is_right(incident, seen[incident.label][1]) for incident in incidents)
    return "\n".join([*rows, f"{right} of {len(incidents)} right"])
