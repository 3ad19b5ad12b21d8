"""The resolvers under comparison: for each its configuration on a network, and how it is started.

Each is set up as its operator would on that network: families that are not there are off, sizes as RFC 9715 wants where
there is a knob, validation on, the NAT64 prefix where the program has a place for it (none of the peers of Debian 12 has).
"""
import contextlib
import json
import subprocess

from conftest import PATIENCE_S, program

from . import plan


def families_of(network):
    return {"ipv6": network != "ipv4", "ipv4": network in ("ipv4", "dual")}


def unbound(folder, setting):
    has = {family: "yes" if there else "no" for family, there in setting.families.items()}
    forward = ""
    if setting.forward:
        forward = "forward-zone:\n  name: \".\"\n" + "".join(f"  forward-addr: {address}\n" for address in setting.forward)
    (folder / "unbound.conf").write_text(f"""server:
{"".join(f"  interface: {address}" + chr(10) for address in setting.listen)}  do-ip6: {has["ipv6"]}
  do-ip4: {has["ipv4"]}
  access-control: ::/0 allow
  access-control: 0.0.0.0/0 allow
  root-hints: "{setting.hints}"
  trust-anchor-file: "{setting.anchor}"
  trust-anchor-signaling: no
  outgoing-tcp-mss: 1220
  edns-buffer-size: 1232
  ede: yes
  num-threads: 1
  do-not-query-localhost: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  log-queries: no
{setting.more}remote-control:
  control-enable: no
{forward}""")
    return ["unbound", "-d", "-c", folder / "unbound.conf"]


def bind(folder, setting):
    listen = {6: "", 4: ""}
    for address in setting.listen:
        listen[6 if ":" in address else 4] += address + "; "
    forward = f"forward only; forwarders {{ {''.join(address + '; ' for address in setting.forward)} }};" if setting.forward else ""
    dns64 = f"dns64 {setting.dns64} {{ }};" if setting.dns64 else ""
    anchor = setting.anchor.read_text().split(" DS ")[1].split()
    (folder / "named.conf").write_text(f"""options {{
  directory "{folder}";
  pid-file none;
  session-keyfile none;
  listen-on-v6 {{ {listen[6] or "none;"} }};
  listen-on {{ {listen[4] or "none;"} }};
  recursion yes;
  allow-query {{ any; }};
  allow-recursion {{ any; }};
  dnssec-validation yes;
  edns-udp-size 1232;
  {forward}
  {dns64}
}};
trust-anchors {{ "." static-ds {anchor[0]} {anchor[1]} {anchor[2]} "{"".join(anchor[3:])}"; }};
zone "." {{ type hint; file "{setting.hints}"; }};
controls {{ }};
""")
    only = {(True, False): ["-6"], (False, True): ["-4"]}.get(tuple(setting.families.values()), [])
    return ["named", "-g", "-n", "1", *only, "-c", folder / "named.conf"]


def kresd(folder, setting):
    assert not setting.forward
    listen = "".join(f"net.listen('{address}', 53)\n" for address in setting.listen)
    (folder / "kresd.conf").write_text(f"""{listen}net.ipv6 = {str(setting.families["ipv6"]).lower()}
net.ipv4 = {str(setting.families["ipv4"]).lower()}
net.bufsize(1232, 1232)
cache.open(10 * MB, 'lmdb://{folder}/cache')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
modules.load('hints > iterate')
hints.root_file('{setting.hints}')
trust_anchors.set_insecure({{}})
trust_anchors.add('{setting.anchor.read_text().strip()}')
""")
    return ["kresd", "-n", "-c", folder / "kresd.conf", folder]


# Our default but for the documentation ranges, in which the test internet lies.
DO_NOT_QUERY = ("::/128", "::1/128", "::ffff:0:0/96", "100::/64", "fe80::/10", "ff00::/8", "0.0.0.0/8", "127.0.0.0/8",
                "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4")


def sextant(folder, setting):
    # JSON is YAML.
    service = {"role": "resolver", "listen": setting.listen, "allow": ["::/0", "0.0.0.0/0"], "open-resolver": "acknowledged",
               "families": sorted({"ipv6" if ":" in address else "ipv4" for address in setting.listen}, reverse=True),
               "upstream-families": [family for family, there in setting.families.items() if there],
               "root-hints": str(setting.hints), "trust-anchor-files": [str(setting.anchor)], "rfc5011": "no", "rfc8145": "no",
               "do-not-query": list(DO_NOT_QUERY)}
    if setting.nat64:
        service |= {"upstream-nat64": "yes", "upstream-nat64-prefix": setting.nat64}
    if setting.fallback:
        service["fallback"] = {"to": setting.fallback}
    if setting.forward:
        service["forward"] = {".": {"to": setting.forward}}
    if setting.dns64:
        service["dns64"] = {"prefix": setting.dns64}
    (folder / "sextant.yaml").write_text(json.dumps({
        "version": 1, "node": {"workers": setting.workers, "run-dir": str(folder / "run")},
        "services": {"lan": service}}, indent=1) + "\n")
    command = [program("sextantd"), "--config", folder / "sextant.yaml"]
    if setting.host_resolvers:
        path = folder / "resolv.conf"
        path.write_text("".join(f"nameserver {address}\n" for address in setting.host_resolvers))
        command = ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", path, *command]
    return command


RESOLVERS = {"sextant": sextant, "unbound": unbound, "bind": bind, "kresd": kresd}
PEERS = ("unbound", "bind", "kresd")
TITLES = {"sextant": "Sextant", "unbound": "Unbound", "bind": "BIND", "kresd": "Knot Resolver"}


def version_of(name):
    words = {"unbound": ["unbound", "-V"], "bind": ["named", "-V"], "kresd": ["kresd", "-V"],
             "sextant": [str(program("sextantd")), "--version"]}[name]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.split("\n")[0].split()
    return next(word for word in said if word[0].isdigit()).split("-")[0]


class Setting:
    """What a resolver's configuration says, in nobody's syntax.

    listen, families: the place's loopback and its network's families unless given. forward: addresses to which all goes.
    fallback: those to which goes what the families here cannot resolve. nat64: a prefix, "from-ra", "from-dns" or None;
    on the network with NAT64 its prefix unless given. host_resolvers: those of the host, in its /etc/resolv.conf. dns64: a
    prefix. anchor: a file, the internet's unless given. more: lines of unbound.conf.
    """

    def __init__(self, internet, place, listen=None, families=None, forward=(), fallback=(), nat64="network",
                 host_resolvers=(), dns64=None, workers=1, anchor=None, more=""):
        self.listen = listen or [place.loopback]
        self.families = families or families_of(place.network)
        self.forward, self.fallback = list(forward), list(fallback)
        self.hints, self.anchor = internet.hints, anchor or internet.anchor
        self.more = more
        self.nat64 = nat64
        if nat64 == "network":
            self.nat64 = plan.NAT64_PREFIX + "/96" if place.network == "nat64" else None
        self.host_resolvers, self.dns64, self.workers = list(host_resolvers), dns64, workers


class Resolver:
    """One running resolver in a place of its own."""

    def __init__(self, internet, name, place, label="", **more):
        self.name, self.place = name, place
        self.setting = Setting(internet, place, **more)
        self.daemon = internet.start(f"{name}-{place.namespace}{label}", place.namespace,
                                     lambda folder: RESOLVERS[name](folder, self.setting))

    def wait(self):
        """It listens with TCP too; asking it would already fill its cache."""
        def listens():
            done = self.place.run("ss", "-Hltn", "sport = :53").stdout
            return all(f"[{address}]:53" in done or f" {address}:53" in done for address in self.setting.listen)
        if self.name == "sextant":
            self.daemon.wait_until(lambda: any("pid" in line for line in self.lines("start")), PATIENCE_S)
        self.daemon.wait_until(listens, PATIENCE_S)
        return self

    def lines(self, event):
        """Our log's lines of this kind, as objects."""
        found = []
        for line in self.daemon.text().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return [line for line in found if isinstance(line, dict) and line.get("ev") == event]

    def stop(self):
        self.daemon.stop()
