"""The zone files of the plan, signed from the leaves up to the root, each parent with the DS of what lies below."""
import base64
import concurrent.futures
import dataclasses
import subprocess

import dns.dnssec
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdata
import dns.rrset
import dns.zone

from . import plan

HEAD = "$TTL 3600\n@ SOA {server} hostmaster {serial} 3600 900 1209600 60\n"
TIMES = ["-s", "20260101000000", "-e", "20400101000000"]
FAULTY_TIMES = {"expired": ["-s", "20200101000000", "-e", "20210101000000"], "expiring": ["-s", "now-864000", "-e", "now+43200"]}

# The root's key set is as large as the Internet's: RSA keys of 2048 bits that sign nothing yet. Nobody has their other half.
STANDBY_KEYS = "".join(f"@ DNSKEY 256 3 8 {base64.b64encode(bytes([3, 1, 0, 1, 128 + i]) + bytes(range(255))).decode()}\n" for i in range(3))


def address_rows(owner, addresses):
    return "".join(f"{owner} {'AAAA' if ':' in address else 'A'} {address}\n" for address in addresses)


def leaf_text(zone, serial=1):
    text = HEAD.format(server=zone.relative(zone.hosts[0].name), serial=serial)
    for host in zone.hosts:
        text += f"@ NS {zone.relative(host.name)}\n"
        if zone.is_own(host.name):
            text += address_rows(zone.relative(host.name), host.child)
    return text + zone.records


def parent_text(name, below):
    """A zone that delegates: its own servers, and what it says of the zones below."""
    hosts = [host for _, host in plan.UPPER[name]]
    suffix = "." + name if name else ""
    text = HEAD.format(server=hosts[0].name + ".", serial=1)
    for host in hosts:
        text += f"@ NS {host.name}.\n" + address_rows(host.name + ".", host.child)
    for child, servers in below:
        for host in servers:
            text += f"{child}. NS {host.name}.\n"
            if host.name.endswith("." + child):  # in-domain: the only glue that it gives
                text += address_rows(host.name + ".", host.at_parent())
    if name == "lab":
        for host in plan.ROOT_HOSTS:
            text += address_rows(host.name + ".", host.child)
    assert suffix or not name
    return text


def corrupt(path, name, types):
    """Spoils the signatures over these types of the name www."""
    zone = dns.zone.from_file(str(path), dns.name.from_text(name + "."), relativize=False)
    node = zone.nodes[dns.name.from_text(f"www.{name}.")]
    for rdataset in [found for found in node.rdatasets if found.rdtype == dns.rdatatype.RRSIG and found.covers in types]:
        spoiled = [rdata.replace(signature=rdata.signature[:-1] + bytes([rdata.signature[-1] ^ 1])) for rdata in rdataset]
        rdataset.clear()
        for rdata in spoiled:
            rdataset.add(rdata, 3600)
    zone.to_file(str(path), relativize=False)


def run(folder, *words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


class ZoneFiles:
    """folder/NAME.zone for every zone, and the root's DS as the trust anchor."""

    def __init__(self, folder):
        self.folder = folder
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            signed = list(pool.map(self.make_leaf, plan.ZONES))
        digests = {zone.name: digest for zone, digest in zip(plan.ZONES, signed) if digest}
        upper = {}
        for name in [name for name in plan.UPPER if name]:
            below = [(zone.name, zone.hosts) for zone in plan.ZONES if zone.name.endswith("." + name) and not plan.is_below_a_leaf(zone)]
            text = parent_text(name, below) + "".join(
                f"{child}. DS {digest}\n" for child, digest in digests.items() if child.endswith("." + name))
            upper[name] = self.make(name, text, [])
        tops = [(name, [host for _, host in plan.UPPER[name]]) for name in upper]
        text = parent_text("", tops) + STANDBY_KEYS
        for host in plan.ROOT_HOSTS:
            assert f"{host.name}." in text
        self.anchor = self.make("", text + "".join(f"{name}. DS {digest}\n" for name, digest in upper.items()), [])

    def path(self, name):
        return self.folder / f"{name or 'root'}.zone"

    def bare(self, zone):
        """Without signatures."""
        path = self.folder / f"{zone.name}.bare.zone"
        path.write_text(f"$ORIGIN {zone.name}.\n" + leaf_text(zone))
        return path

    def old(self, zone):
        """The version before: a lower serial, and another address for www."""
        path = self.folder / f"{zone.name}.old.zone"
        path.write_text(f"$ORIGIN {zone.name}.\n" + leaf_text(dataclasses.replace(
            zone, records="".join(f"www {rrtype} {address}\n" for rrtype, address in plan.OLD.items())), serial=0))
        return path

    def make_leaf(self, zone):
        if not zone.is_signed:
            self.path(zone.name).write_text(f"$ORIGIN {zone.name}.\n" + leaf_text(zone))
            return None
        digest = self.make(zone.name, leaf_text(zone), FAULTY_TIMES.get(zone.fault, []))
        types = {"bogus": (dns.rdatatype.A, dns.rdatatype.AAAA), "aaaa-bogus": (dns.rdatatype.AAAA,)}.get(zone.fault)
        if types:
            corrupt(self.path(zone.name), zone.name, types)
        if zone.fault == "ds":
            digest = digest[:-1] + ("0" if digest[-1] != "0" else "1")
        return digest

    def make(self, name, text, times):
        """Signs with one key; its DS."""
        digest = self.make_key(name)
        self.sign(name, text, times, self.path(name))
        return digest

    def keys(self, name):
        return self.folder / f"keys-{name or 'root'}"

    def make_key(self, name, algorithm=("ECDSAP256SHA256",)):
        origin, keys = name + ".", self.keys(name)
        keys.mkdir()
        label = run(keys, "dnssec-keygen", "-q", "-a", *algorithm, "-f", "KSK", "-K", keys, origin).strip()
        words = next(line for line in (keys / f"{label}.key").read_text().splitlines() if not line.startswith(";")).split()
        key = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, " ".join(words[words.index("DNSKEY") + 1:]))
        return dns.dnssec.make_ds(dns.name.from_text(origin), key, "SHA256").to_text()

    def sign(self, name, text, times, path, *more):
        source = path.with_suffix(".source")
        source.write_text(f"$ORIGIN {name}.\n" + text)
        run(self.keys(name), "dnssec-signzone", "-q", "-P", "-z", "-S", "-K", self.keys(name), *(times or TIMES), *more,
            "-o", name + ".", "-f", path, source)
