"""The zones that are planted: each fault of RFC 10001 3.1 in each form and family, pairs of them, each check, and healthy ones."""
import ipaddress
import itertools
import random

from internet.plan import BIG, Host
from internet.zonefiles import STANDBY_KEYS

from .faults import FAMILIES, Fault, Maker

FORMS = ("missing", "dead")
OF_SERVERS = {(1, "missing"): "absent", (1, "dead"): "dead", (2, "missing"): "glue-absent", (2, "dead"): "glue-dead",
              (3, "missing"): "child-absent", (3, "dead"): "child-dead", (6, "dead"): "dead"}
SINGLE = [Fault(number, form, family) for number in range(1, 6) for form in FORMS for family in FAMILIES]
# Pairs in which the one fault hides the other from who looks at the first that is broken.
ALWAYS = [(Fault(2, "missing", "ipv6"), Fault(2, "missing", "ipv4")), (Fault(4, "missing", "ipv6"), Fault(5, "missing", "ipv6"))]
SEED = 10001
RSA = ("RSASHA256", "-b", "2048")
OPERATORS = ("nsd", "knot", "sextant")


class World(Maker):
    """The root, top-level domains, what faults need beside the faulty zone, and the faulty zones."""

    def __init__(self, pairs=24, seed=SEED):
        super().__init__()
        self.operators = itertools.cycle(OPERATORS)
        self.root = self.zone("", None, is_signed=True, algorithm=RSA, is_target=False)
        self.root.records = STANDBY_KEYS  # its large answer shows what the way here lets through
        self.root.hosts = [self.host(f"{letter}.root-servers.dom") for letter in "ab"]
        self.tops = {name: self.zone(name, self.root, is_signed=True, is_target=False, operator=operator)
                     for name, operator in (("lab", "nsd"), ("dom", "knot"))}
        self.tops["dom"].records = "".join(f"{host.name}. {'AAAA' if ':' in one else 'A'} {one}\n"
                                           for host in self.root.hosts for one in host.child)
        self.lab, self.dom = self.tops["lab"], self.tops["dom"]
        self.carriers = {(form, family, top): self.broken(f"names{form[0]}{family[-1]}.{top}", self.tops[top], form, family)
                         for form in FORMS for family in FAMILIES for top in self.tops}
        self.ancestors = {(form, family): self.broken(f"above{form[0]}{family[-1]}.lab", self.lab, form, family)
                          for form in FORMS for family in FAMILIES}
        self.narrow_tops = {family: self.broken(f"top{family[-1]}", self.root, "missing", family, operator="knot")
                            for family in FAMILIES}
        self.all_singles()
        self.all_pairs(pairs, random.Random(seed))
        self.healthy()
        self.by_check()
        self.reverse()

    def reverse(self):
        """PTR records of all addresses of name servers and services."""
        tops = {name: self.zone(name, self.root, is_signed=True, is_target=False, level=1, operator=operator)
                for name, operator in (("f.f.f.3.ip6.arpa", "nsd"), ("11.in-addr.arpa", "knot"))}
        # What has no PTR is missed in a zone of its holder's own; above that it would be the registry's affair.
        for address in {address for planted in self.zones.values() for address in planted.unnamed}:
            labels = ipaddress.ip_address(address).reverse_pointer.split(".")
            name, top = (".".join(labels[-10:]), "f.f.f.3.ip6.arpa") if ":" in address else (".".join(labels[-5:]), "11.in-addr.arpa")
            if name not in tops:
                tops[name] = self.zone(name, tops[top], is_target=False, level=2)
        unnamed = {address for planted in self.zones.values() for address in planted.unnamed}
        names = {address: host.name for planted in self.zones.values() for host in planted.hosts
                 for address in (*host.child, *host.at_parent())}
        names |= {address: f"{label}.{planted.name}" for planted in self.zones.values() for label, found in planted.services.items()
                  for address in found}
        for address in names.keys() - unnamed:
            owner = ipaddress.ip_address(address).reverse_pointer
            home = max((top for top in tops if owner.endswith("." + top)), key=len, default=None)
            if home:
                tops[home].records += f"{owner[:-len(home) - 1]} PTR {names[address]}.\n"

    def add(self, name, parent=None, servers=({}, {}), **more):
        made = self.zone(f"{name}.{(parent or self.lab).name}", parent or self.lab, servers,
                         operator=more.pop("operator", None) or next(self.operators), **more)
        self.serve(made)
        return made

    def broken(self, name, parent, form, family, operator="nsd"):
        fault = Fault(1, form, family)
        states = {family: OF_SERVERS[1, form]}
        return self.zone(name, parent, (states, states), faults=(fault,), label=name, operator=operator, is_prop=True)

    # --- Faults of RFC 10001 3.1 ---

    def plant(self, name, faults, places, carriers=(None, None)):
        """places: of each server the faults that it has."""
        above = next((fault for fault in faults if fault.number == 5), None)
        servers = [{fault.family: OF_SERVERS[fault.number, fault.form] for fault in of_server if fault.number not in (4, 5)}
                   for of_server in places]
        parent = self.ancestors[above.form, above.family] if above else self.lab
        return self.add(name, parent, servers, carriers=carriers, faults=tuple(faults), label=name)

    def carrier_of(self, faults, top="lab"):
        fault = next((fault for fault in faults if fault.number == 4), None)
        return self.carriers[fault.form, fault.family, top] if fault else None

    def all_singles(self):
        for fault in SINGLE:
            carrier = self.carrier_of([fault])
            self.plant(f"f{fault.label}", [fault], [[fault], [fault]], [carrier, carrier])
            if fault.number == 4:
                carrier = self.carrier_of([fault], "dom")
                self.plant(f"f{fault.label}-out", [fault], [[fault], [fault]], [carrier, carrier])
        for family, top in self.narrow_tops.items():
            self.add("below", top, faults=(Fault(5, "missing", family),))
        for family in FAMILIES:
            fault = Fault(6, "dead", family)
            self.plant(f"f{fault.label}", [fault], [[], [fault]])
            # Something is there, and it is no name server, or one that does not serve the zone.
            for form in ("closed", "lame"):
                made = self.plant(f"f{fault.label}-{form}", [fault], [[], [fault]])
                address = next(one for one in made.hosts[1].child if (":" in one) == (family == "ipv6"))
                if form == "closed":
                    made.closed.append(address)
                else:
                    made.strays.append(("bind", address))

    def all_pairs(self, count, rng):
        """As many as there are, at most: 223."""
        faults = [*SINGLE, *(Fault(6, "dead", family) for family in FAMILIES)]
        rest = [pair for pair in itertools.combinations(faults, 2)
                if pair not in ALWAYS and not all(fault.number == 5 for fault in pair)]
        all_operators = self.operators
        for index, pair in enumerate([*ALWAYS, *rng.sample(rest, min(count, len(rest)))]):
            if index == 30:  # a service of ours takes 256 addresses
                self.operators = itertools.cycle(OPERATORS[:2])
            self.plant_pair(*pair)
        self.operators = all_operators

    def plant_pair(self, one, two):
        """Both servers have both faults where that can be; else each has one."""
        numbers = {one.number, two.number}
        is_apart = one.family == two.family or (4 in numbers and numbers & {2, 3}) or numbers == {4}
        name = f"p{one.label}-{two.label}"
        if is_apart and 5 not in numbers:
            places = [[one], [two]]
        else:
            places = [[fault for fault in (one, two) if fault.number != 6], [one, two]]
        self.plant(name, [one, two], places, [self.carrier_of(of_server) for of_server in places])

    # --- Nothing is wrong with these ---

    def healthy(self):
        self.good = [self.add("good", top, is_signed=True, operator="nsd") for top in self.tops.values()]
        for operator in (*OPERATORS, "bind"):
            self.add(f"well-{operator}", operator=operator)
            self.add(f"well-{operator}-signed", operator=operator, is_signed=True)
        self.add("well-sibling", carriers=(self.good[0], self.good[0]))
        self.add("well-out", carriers=(self.good[1], self.good[1]))
        self.add("well-mixed", servers=({}, {}, {}), carriers=(self.good[0], None, self.good[1]), is_signed=True)
        apart = [{family: "absent"} for family in FAMILIES for _ in range(2)]
        self.add("well-apart", servers=apart)  # two servers of each family: D19 notices alone
        self.add("well-below", self.good[0])
        self.add("well-below-signed", self.good[1], is_signed=True)
        self.add("well-shared", self.good[0], operator="nsd", level=self.good[0].level)  # with the parent's own servers
        self.zones["well-shared.good.lab"].hosts = self.good[0].hosts
        self.zones["well-shared.good.lab"].carriers = {host.name: self.good[0] for host in self.good[0].hosts}
        apex = self.add("well-apex")
        apex.hosts = [self.host(apex.name), *apex.hosts[1:]]
        self.add("well-four", servers=[{}] * 4)
        self.add("well-wild", records="* AAAA 2001:db8:f::9\n* A 192.0.2.9\n*.deep CNAME www\n")
        alias = self.add("well-alias")
        alias.records = "www CNAME www.well-wild.lab.\n"
        self.odd_but_healthy()
        mixed = self.add("well-mixed-case")
        mixed.delegated = [Host(host.name.replace("ns", "NS"), host.child) for host in mixed.hosts]

    def odd_but_healthy(self):
        """What walks and validators stumble over."""
        self.add("well-nsec3", is_signed=True, denial=("-3", "-", "-H", "0"))
        self.add("well-optout", is_signed=True, denial=("-3", "-", "-H", "0", "-A"))
        self.add("well-rsa", is_signed=True, algorithm=RSA)
        self.add("well-ed25519", is_signed=True, algorithm=("ED25519",))
        self.add("well-wild-signed", is_signed=True, records="* AAAA 2001:db8:f::9\n* A 192.0.2.9\n")
        self.add("well.nonterminal", is_signed=True)  # no zone in between
        self.add("x" * 63 + "." + "y" * 63 + "." + "z" * 50)
        self.add("_well")
        self.add("well-thirteen", servers=[{}] * 13, carriers=[self.good[1]] * 13)
        shared = self.add("well-shared-signed", self.good[1], operator="nsd", level=self.good[1].level, is_signed=True)
        shared.hosts = self.good[1].hosts
        shared.carriers = {host.name: self.good[1] for host in shared.hosts}
        # A server named in a zone below, one in a zone that is itself served from a third.
        cut = self.add("well-cut")
        below = self.add("dns", cut, is_signed=True)
        cut.hosts = [self.host(f"auth{number}.dns.well-cut.lab") for number in (1, 2)]
        below.records += "".join(f"{host.name}. {'AAAA' if ':' in one else 'A'} {one}\n" for host in cut.hosts for one in host.child)
        first = self.add("well-first", carriers=(self.good[0], self.good[1]))
        second = self.add("well-second", carriers=(first, first))
        self.add("well-third", carriers=(second, second))
        self.add("well-part", carriers=(second, None))
        twice = self.add("well-twice")
        twice.hosts = [Host(host.name, (*host.child, *more.child)) for host, more in
                       zip(twice.hosts, [self.host("more"), self.host("more")])]

    # --- A case of each check ---

    def by_check(self):
        self.addresses()
        self.servers()
        self.services()
        self.answers()
        self.signatures()
        self.zone("absent.lab", self.lab, (), verdicts=dict.fromkeys(FAMILIES, False), stated={("ZON-25", "absent.lab")})

    def addresses(self):
        """A01 to A06: an address beside a good IPv4 one that nobody can be reached at."""
        kinds = {"A01": "::ffff:11.0.0.", "A02": "::11.0.0.", "A03": "64:ff9b::b00:", "A05": "fe80::"}
        for code, start in kinds.items():
            made = self.add(f"check-{code.lower()}", servers=({"ipv6": "absent"},) * 2)
            bad = [f"{start}{number}" for number in (5, 6)]
            made.hosts = [Host(host.name, (*host.child, one), (*host.at_parent(), one), host.answering())
                          for host, one in zip(made.hosts, bad)]
            made.verdicts = {"ipv6": False, "ipv4": True}
            made.stated = {("D02", made.name), ("D04", made.name), *((code, one) for one in bad)}
        made = self.add("check-a07", also=[])
        first = made.hosts[0].child
        made.hosts[1] = Host(made.hosts[1].name, first)
        # Two names of one address are one server.
        made.also = [("A07", first[0]), ("A07", first[1]), ("D01", made.name), ("D02", made.name)]

        made = self.add("check-a06", servers=({"ipv6": "absent"},) * 2)
        twins = [f"64:ff9b::{int(ipaddress.IPv4Address(host.child[0])) >> 16:x}:{int(ipaddress.IPv4Address(host.child[0])) & 0xffff:x}"
                 for host in made.hosts]
        made.hosts = [Host(host.name, (*host.child, twin), (*host.at_parent(), twin), host.answering())
                      for host, twin in zip(made.hosts, twins)]
        made.verdicts = {"ipv6": False, "ipv4": True}
        made.stated = {("D02", made.name), ("D04", made.name), *((code, host.name) for code in ("A03", "A06") for host in made.hosts)}
        made = self.add("check-a08", also=[])
        made.unnamed += [*made.hosts[0].child]
        made.also = [("A08", made.hosts[0].name)]
        made = self.add("check-d15", also=[("D15", ""), ("A07", "one network")])
        made.hosts[1] = Host(made.hosts[1].name, [one[:-2] + "54" for one in made.hosts[0].child])

    def services(self):
        for code, label in (("p01", "www"), ("p04", "mail")):
            made = self.add(f"check-{code}")
            made.unnamed += made.services[label]
            made.also = [(code.upper(), address) for address in made.services[label]]
        made = self.add("check-p03", records="www AAAA 2001:db8:f::80\nwww A 192.0.2.80\n")
        made.also = [("P03", "2001:db8:f::80"), ("P03", "192.0.2.80")]

    def servers(self):
        made = self.add("check-d14")
        made.records = f"target AAAA {made.hosts[0].child[0]}\ntarget A {made.hosts[0].child[1]}\n"
        made.delegated = [Host("alias.d14.good.dom", ()), made.hosts[1]]
        made.carriers = {"alias.d14.good.dom": self.good[1]}
        self.good[1].records += "alias.d14 CNAME target.check-d14.lab.\n"
        made.stated = {("D14", "alias.d14.good.dom"), ("D17", "alias.d14.good.dom"), ("D17", made.hosts[0].name),
                       ("D01", made.name), ("D02", made.name)}
        made.verdicts = dict.fromkeys(FAMILIES, True)
        # RFC 9471: glue of both families does not fit, and NSD 4.6 as the parent's server leaves the AAAA out without TC.
        self.add("check-d12", servers=[{}] * 7, also=[("D12", "ns1.check-d12.lab")])
        made = self.add("check-d17", servers=({}, {}, {}))
        made.delegated = made.hosts[:2]
        made.also = [("D17", made.hosts[2].name)]

    def answers(self):
        for code, fault in (("t02", "no_tcp"), ("t06", "narrow")):
            for family in FAMILIES:
                made = self.add(f"check-{code}-{family}", operator="sextant", is_signed=code == "t06", algorithm=RSA)
                address = next(one for one in made.hosts[0].child if (":" in one) == (family == "ipv6"))
                getattr(made, fault).append(address)
                made.also = [(code.upper(), address)]
        self.wire()
        for code, operator in (("c06", "nx-aaaa"), ("t09", "bare-tc")):
            made = self.add(f"check-{code}", operator=operator, records="".join(f"www AAAA 2001:db8:f:1::{i:x}\n" for i in range(1, 20)) +
                            "www A 192.0.2.80\n")
            made.also = [(code[:3].upper(), host.name) for host in made.hosts]
        self.add("check-c03", operator="two-faced", also=[("C02", ""), ("C03", ""), ("C05", ""), ("T12", "")])
        made = self.add("check-d13", operator="drops-aaaa", servers=[{}] * 2, also=[("T12", "")])
        self.add("below", made, servers=[{}] * 9, also=[("D13", "")])
        made = self.add("check-t03", operator="formerr")
        made.also = [("T03", address) for host in made.hosts for address in host.child]
        made = self.add("check-c01", operator="nsd")
        made.variants = [("knot", made.hosts[1].child, "serial")]
        made.also = [("C01", address) for address in made.hosts[1].child]
        made = self.add("check-c02", operator="nsd")
        made.variants = [("knot", made.hosts[1].child, "ns")]
        made.also = [("C02", address) for address in made.hosts[1].child]

    def wire(self):
        """Sizes: of datagrams, of segments, of keys."""
        made = self.add("check-t04", operator="nsd-large", records=BIG)
        made.also = [(code, address) for host in made.hosts for address in host.child for code in ("T03", "T04", "T05")]
        made = self.add("check-t07", operator="nsd", also=[("T07", "")])
        made.wide_mss += [address for host in made.hosts for address in host.child]
        for family in FAMILIES:
            made = self.add(f"check-t08-{family}", operator="knot", records=BIG)
            address = next(one for one in made.hosts[0].child if (":" in one) == (family == "ipv6"))
            made.narrow_tcp.append(address)
            made.also = [("T08", address)]
        self.add("check-t10", operator="knot", is_signed=True, algorithm=RSA, records=STANDBY_KEYS, also=[("T10", "")])

    def signatures(self):
        """Resolvable, and yet no good to who validates."""
        for code, signing in (("S01", "aaaa-bogus"), ("S02", "bogus"), ("S03", "expired"), ("S03", "other-ds"), ("S05", "expiring")):
            also = [(code, "")] + ([("S07", "")] if signing == "other-ds" else [])
            self.add(f"check-{code.lower()}-{signing}", is_signed=True, signing=signing, also=also)
        for family in FAMILIES:
            made = self.add(f"check-s04-{family}", operator="nsd", is_signed=True)
            made.variants = [("knot", tuple(one for host in made.hosts for one in host.child if (":" in one) == (family == "ipv6")),
                              "expired")]
            made.also = [("S04", "")]
