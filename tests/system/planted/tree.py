"""The planted zones, served: zone files from the leaves up, and name servers in a namespace, each address where it should answer."""
import collections
import concurrent.futures

import dns.rdatatype

from internet import operators
from internet.world import Internet
from internet.zonefiles import FAULTY_TIMES, ZoneFiles, address_rows, corrupt

HEAD = "$TTL 3600\n@ SOA {server}. hostmaster.{zone} {serial} 14400 3600 1209600 3600\n"
TIMES = ["-s", "now-3600", "-e", "now+2592000"]  # as operators have them: some checkers find years too long
SPOILED = {"bogus": (dns.rdatatype.A, dns.rdatatype.AAAA), "aaaa-bogus": (dns.rdatatype.AAAA,)}
NARROW_OCTETS = 560  # the larger datagrams of a narrow path are lost
MSS = 1220


def zone_text(planted, below, digests, serial=1, hosts=None):
    """below: the zones that it delegates; digests: {name: its DS}."""
    hosts = planted.hosts if hosts is None else hosts
    suffix = planted.name + "." if planted.name else ""
    text = HEAD.format(server=hosts[0].name, zone=suffix, serial=serial)
    text += "".join(f"@ NS {host.name}.\n" for host in hosts)
    text += "".join(address_rows(f"{host.name}.", host.child) for host in planted.hosts if planted.holds(host.name) and not any(
        child.holds(host.name) for child in below))
    for label, addresses in planted.services.items():
        if label != "www" or "www " not in planted.records:
            text += address_rows(label, addresses)
    if planted.services:
        text += "@ MX 10 mail\n"
    text += planted.records
    for child in below:
        for host in child.servers():
            text += f"{child.name}. NS {host.name}.\n"
            if child.holds(host.name.lower()):  # in-domain: the only glue that it gives
                text += address_rows(f"{host.name}.", host.at_parent())
        if child.name in digests:
            text += f"{child.name}. DS {digests[child.name]}\n"
    return text


class PlantedFiles(ZoneFiles):
    """folder/NAME.zone of each zone, of a variant folder/NAME.VARIANT.zone."""

    def __init__(self, folder, zones):
        self.folder = folder
        self.below = collections.defaultdict(list)
        self.digests = {}
        for planted in zones:
            if planted.parent is not None and planted.hosts:
                self.below[planted.parent.name].append(planted)
        by_depth = collections.defaultdict(list)
        for planted in zones:
            if planted.hosts:
                by_depth[planted.name.count(".") + (planted.name != "")].append(planted)
        for depth in sorted(by_depth, reverse=True):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(self.write, by_depth[depth]))
        self.anchor = self.digests[""]

    def write(self, planted):
        if planted.is_signed:
            digest = self.make_key(planted.name, planted.algorithm)
            self.digests[planted.name] = digest[:-8] + "00000000" if planted.signing == "other-ds" else digest
        self.write_file(planted, "", planted.signing)
        for _, _, variant in planted.variants:
            self.write_file(planted, "." + variant, variant)

    def path_of(self, planted, variant=""):
        return self.folder / f"{planted.name or 'root'}{variant}.zone"

    def write_file(self, planted, label, variant):
        path = self.path_of(planted, label)
        hosts = planted.hosts[:1] if variant == "ns" else planted.hosts
        text = zone_text(planted, self.below[planted.name], self.digests, 2 if variant == "serial" else 1, hosts)
        if not planted.is_signed:
            path.write_text(f"$ORIGIN {planted.name}.\n" + text)
            return
        self.sign(planted.name, text, FAULTY_TIMES.get(variant, TIMES), path, *planted.denial)
        if variant in SPOILED:
            corrupt(path, planted.name, SPOILED[variant])


class Tree(Internet):
    """An internet of planted zones. world: its root and its zones by name."""

    def __init__(self, folder, world):
        self.world = world
        super().__init__(folder)

    def make(self):
        zones = list(self.world.zones.values())
        self.files = PlantedFiles(self.make_folder("zones"), zones)
        self.announce(self.world.root.hosts, self.files.anchor)
        self.build_core()
        self.batch(self.core, [f"address add {address} dev lo{' nodad' if ':' in address else ''}"
                               for planted in zones for address in planted.closed])
        rules = self.folder / "servers.nft"
        rules.write_text(self.middleboxes(zones))
        self.networks.run(self.core, "nft", "-f", str(rules))
        self.start_operators()

    def served(self):
        """As Internet.served: {(operator, level): ([addresses], {zone: file})}, and what operators.erring takes."""
        found = collections.defaultdict(lambda: ([], {}))
        erring = []

        def serve(operator, planted, addresses, path):
            if operator not in operators.OPERATORS:
                erring.append((operator, sorted(addresses), planted.name, path))
                return
            listen, zones = found[operator, planted.level]
            listen.extend(sorted(set(addresses) - set(listen)))
            zones[planted.name] = path

        for planted in self.world.zones.values():
            elsewhere = {address for _, addresses, _ in planted.variants for address in addresses}
            if planted.hosts:
                serve(planted.operator, planted, planted.addresses() - elsewhere, self.files.path_of(planted))
            for operator, addresses, variant in planted.variants:
                serve(operator, planted, addresses, self.files.path_of(planted, "." + variant))
            for operator, address in planted.strays:
                found[operator, planted.level][0].append(address)
        return found, erring

    @staticmethod
    def middleboxes(zones):
        """What is in the way of the servers. Apart from that no connection takes segments that do not pass everywhere."""
        def rows(attribute, verdict):
            for family, word in ((":", "ip6"), (".", "ip")):
                found = sorted({one for planted in zones for one in getattr(planted, attribute) if family in one})
                if found:
                    yield f"    {word} saddr {{ {', '.join(found)} }} {verdict}\n"
        return f"""table inet servers {{
  chain leaving {{
    type filter hook output priority 0;
{"".join(rows("no_tcp", "meta l4proto tcp drop"))}{"".join(rows("narrow", f"udp length > {NARROW_OCTETS + 8} drop"))}\
{"".join(rows("narrow_tcp", f"meta l4proto tcp meta length > {NARROW_OCTETS} drop"))}\
{"".join(rows("wide_mss", "meta l4proto tcp accept"))}    tcp flags & (syn | ack) == (syn | ack) tcp option maxseg size set {MSS}
  }}
}}
"""

    def rules(self):
        return "table inet place { }\n"
