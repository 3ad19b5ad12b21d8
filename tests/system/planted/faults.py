"""The model: zones whose servers are at fault in known ways, and what is true of each. Knows nothing of any audit's code.

A server has, of each family, addresses in three places: at the parent (glue), in the zone that holds its name (child), and
where somebody answers (live). The misconfigurations of RFC 10001 3.1 are what these three can be.
"""
import dataclasses
import ipaddress
import itertools

from internet.plan import Host

FAMILIES = ("ipv6", "ipv4")
TITLES = {"ipv6": "IPv6", "ipv4": "IPv4"}
LEAST = 2  # servers of each family: RFC 10001 4.1


def other(family):
    return FAMILIES[1 - FAMILIES.index(family)]


def family_of(address):
    return "ipv6" if ":" in address else "ipv4"


def of_family(addresses, family):
    return {str(ipaddress.ip_address(address)) for address in addresses if family_of(address) == family}


# What a server can be over one family: a is its address, d one of its network where nobody answers.
# {state: function to (glue, child, live)}
STATES = {
    "good": lambda a, d: ((a,), (a,), (a,)),
    "absent": lambda a, d: ((), (), ()),
    "dead": lambda a, d: ((a,), (a,), ()),
    "glue-absent": lambda a, d: ((), (a,), (a,)),
    "glue-dead": lambda a, d: ((d,), (a,), (a,)),
    "child-absent": lambda a, d: ((a,), (), (a,)),
    "child-dead": lambda a, d: ((a,), (d,), (a,)),
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """number: of the misconfiguration in RFC 10001 3.1; 6 is an address without an answer. form: missing, dead."""

    number: int
    form: str
    family: str

    @property
    def label(self):
        return f"{self.number}{self.form[0]}{self.family[-1]}"

    @property
    def title(self):
        return {1: "1 no address of name servers", 2: "2 glue", 3: "3 the zone's own record", 4: "4 zone of the server's name",
                5: "5 zone above", 6: "6 no answer at one server"}[self.number]


@dataclasses.dataclass
class Planted:
    """One zone. hosts: as the zone has them. delegated: as the parent has them, where that differs in names."""

    name: str
    parent: "Planted" = None
    operator: str = "nsd"
    hosts: list = dataclasses.field(default_factory=list)
    delegated: list = None
    carriers: dict = dataclasses.field(default_factory=dict)  # {host name: Planted that its name is in}
    label: str = ""
    faults: tuple = ()
    records: str = ""
    unnamed: list = dataclasses.field(default_factory=list)  # addresses without a PTR record
    services: dict = dataclasses.field(default_factory=dict)  # {label below it: its addresses}
    is_signed: bool = False
    algorithm: tuple = ("ECDSAP256SHA256",)
    denial: tuple = ()  # options of dnssec-signzone
    signing: str = ""  # bogus, aaaa-bogus, expired, other-ds: how the signatures are spoiled
    level: int = None  # of the process that serves it; its depth unless given: parent and child are apart
    variants: list = dataclasses.field(default_factory=list)  # [(operator, addresses, text or signing)]: served otherwise there
    strays: list = dataclasses.field(default_factory=list)  # [(operator, address)]: servers that know nothing of it
    closed: list = dataclasses.field(default_factory=list)  # addresses of hosts where nothing listens
    no_tcp: list = dataclasses.field(default_factory=list)
    narrow: list = dataclasses.field(default_factory=list)  # datagrams over 800 octets from there are lost
    narrow_tcp: list = dataclasses.field(default_factory=list)  # as are large segments from there
    wide_mss: list = dataclasses.field(default_factory=list)
    also: list = dataclasses.field(default_factory=list)  # findings beyond the model: [(code, what it names)]
    verdicts: dict = None  # where the model cannot tell
    stated: set = None  # all findings, where the model cannot tell
    is_target: bool = True  # False: part of the scenery
    is_prop: bool = False  # at fault so that others are

    def __post_init__(self):
        if self.level is None:
            self.level = len([label for label in self.name.split(".") if label])

    @property
    def is_healthy(self):
        return self.is_target and not (self.faults or self.also or self.stated) and self.verdicts is None

    def servers(self):
        return self.hosts if self.delegated is None else self.delegated

    def holds(self, name):
        return self.name == "" or name == self.name or name.endswith("." + self.name)

    def addresses(self):
        return {address for host in [*self.hosts, *self.servers()] for address in host.answering()}


# --- What is true ---


def found_addresses(planted, host, family):
    """What somebody who follows the delegation over the family alone gets to ask."""
    if planted.holds(host.name):
        return of_family(host.at_parent(), family)
    carrier = planted.carriers[host.name]
    return of_family(host.child, family) if is_resolvable(carrier, family) else set()


def is_resolvable(planted, family):
    if planted.verdicts is not None:
        return planted.verdicts[family]
    if planted.parent is not None and not is_resolvable(planted.parent, family):
        return False
    return any(found_addresses(planted, host, family) & of_family(host.answering(), family) for host in planted.servers())


def is_seen(planted):
    """Somebody can read what the zone itself says."""
    return any(is_resolvable(planted, family) for family in FAMILIES)


def culprits(planted, family):
    """Zones one of which is to be mended first, for the zone to be resolvable over the family."""
    if planted.parent is not None and not is_resolvable(planted.parent, family):
        return culprits(planted.parent, family)
    found = set()
    for host in planted.servers():
        carrier = planted.carriers.get(host.name)
        found |= culprits(carrier, family) if carrier and not is_resolvable(carrier, family) else {planted.name}
    return found


def has_delegated(planted, host, family):
    """Is there an address of the family, for those who can go everywhere?"""
    return bool(of_family(host.at_parent() if planted.holds(host.name) else host.child, family))


def counted(planted, family):
    """D01 to D04."""
    in_parent = sum(has_delegated(planted, host, family) for host in planted.servers())
    in_child = sum(bool(of_family(host.child, family)) for host in planted.hosts)
    if in_parent < LEAST:
        yield {"ipv4": "D01", "ipv6": "D02"}[family], planted.name
    if in_parent == 0 and any(has_delegated(planted, host, other(family)) for host in planted.servers()):
        yield "D04", planted.name
    if is_seen(planted) and in_child < LEAST <= in_parent:
        yield "D03", f"{in_child} name server"


def own_names(planted, host, family):
    """D05 to D07: a server named in the zone itself, at the parent and in the zone."""
    glue, child = of_family(host.at_parent(), family), of_family(host.child, family)
    if not is_seen(planted):
        if not host.at_parent():
            yield "D05", host.name  # whatever the zone may have: nobody can find it
        return
    if child and not glue:
        yield "D05", host.name
    if glue and not child:
        yield "D06", host.name
    if glue and child:
        yield from (("D07", address) for address in glue ^ child)


def other_names(planted, host, family):
    """D08, D09: a server named in another zone."""
    carrier = planted.carriers[host.name]
    if not is_resolvable(carrier, family):
        is_sibling = planted.parent.name != "" and planted.parent.holds(host.name)
        yield "D08" if is_sibling else "D09", " or ".join(sorted(culprits(carrier, family)))


def silent(planted, host, family):
    """D11."""
    is_own = planted.holds(host.name)
    known = of_family(host.at_parent(), family) if is_own else set()
    if is_seen(planted) or (not is_own and is_seen(planted.carriers[host.name])):
        known |= of_family(host.child, family)
    yield from (("D11", address) for address in known - of_family(host.answering(), family))


def intent(planted, family):
    """D16: is a family that does not get the zone left out on purpose?"""
    if is_resolvable(planted, family) or not is_resolvable(planted, other(family)):
        return
    hosts = [*planted.hosts, *planted.servers()]
    if any(of_family((*host.child, *host.at_parent()), family) for host in hosts if is_known(planted, host)):
        yield "D16", "fault"
    elif all(is_known(planted, host) for host in hosts):
        yield "D16", f"{TITLES[other(family)]} alone"


def is_known(planted, host):
    """Does anybody get to ask who has authority for the server's name?"""
    return is_seen(planted if planted.holds(host.name) else planted.carriers[host.name])


def of_one_family(planted, host):
    """D19: as far as anybody gets to know."""
    known = (*(host.at_parent() if planted.holds(host.name) else ()), *(host.child if is_known(planted, host) else ()))
    if len({family_of(address) for address in known}) == 1:
        yield "D19", host.name


def findings(planted):
    """{(code, what the finding has to name)}: all that is wrong with the zone, and some of what is worth a notice."""
    if planted.stated is not None:
        return planted.stated
    found = set(planted.also)
    if not planted.is_signed and is_seen(planted):
        found.add(("S06", planted.name))
    for host in planted.servers():
        found |= set(of_one_family(planted, host))
    for family in FAMILIES:
        if planted.parent is not None and not is_resolvable(planted.parent, family):
            found.add(("D10", planted.parent.name))
        found |= set(counted(planted, family)) | set(intent(planted, family))
        for host in planted.servers():
            judge = own_names if planted.holds(host.name) else other_names
            found |= set(judge(planted, host, family)) | set(silent(planted, host, family))
    return found


# --- Making ---


class Maker:
    """Zones with servers of their own, each server in a network of its own."""

    def __init__(self):
        self.numbers = itertools.count(0x10)
        self.zones = {}

    def network(self):
        """The address and the dead one of a new server, of each family."""
        number = next(self.numbers)
        assert number < 0x1000
        four = f"11.{number >> 8}.{number & 255}"
        return {"ipv6": (f"3fff:{number:x}::53", f"3fff:{number:x}::dead"), "ipv4": (f"{four}.53", f"{four}.66")}

    def serve(self, planted):
        """What people want of a zone, at addresses that say so, too: reverse() is to have them."""
        (six, _), (four, _) = self.network().values()
        planted.services = {"www": (six[:-2] + "80", four[:-2] + "80"), "mail": (six[:-2] + "25", four[:-2] + "25")}

    def host(self, name, **states):
        """states: of each family, good unless given."""
        glue, child, live = [], [], []
        for family, (address, dead) in self.network().items():
            for held, found in zip((glue, child, live), STATES[states.get(family, "good")](address, dead)):
                held.extend(found)
        return Host(name, tuple(child), tuple(glue), tuple(live))

    def zone(self, name, parent, servers=({}, {}), carriers=(), **more):
        """servers: of each the states; carriers: of each the zone that its name is in, itself where there is none."""
        made = Planted(name, parent, **more)
        for number, states in enumerate(servers, 1):
            carrier = carriers[number - 1] if carriers else None
            label = name.split(".")[0] or "root"
            host = self.host(f"ns{number}.{label}.{carrier.name}" if carrier else f"ns{number}.{name}".rstrip("."), **states)
            made.hosts.append(host)
            if carrier:
                made.carriers[host.name] = carrier
                owner = host.name[:-len(carrier.name) - 1]
                carrier.records += "".join(f"{owner} {'AAAA' if ':' in one else 'A'} {one}\n" for one in host.child)
        assert name not in self.zones
        self.zones[name] = made
        return made
