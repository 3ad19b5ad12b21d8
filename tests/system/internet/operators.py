"""Who serves the zones: our own authoritative service, NSD, Knot and BIND, and servers that err, each on its own addresses."""
import json
import pathlib
import subprocess
import time

from conftest import PATIENCE_S, program

HERE = pathlib.Path(__file__).resolve().parent


def dotted(zone):
    return zone + "."


def sextant(folder, addresses, zones):
    rows = "".join(f"  \"{name or 'root'}\": {{name: \"{dotted(name)}\", file: \"{path}\", lint: off}}\n"
                   for name, path in zones.items())
    names = ", ".join(f"\"{name or 'root'}\"" for name in zones)
    families = ", ".join(family for family, mark in (("ipv6", ":"), ("ipv4", ".")) if any(mark in one for one in addresses))
    (folder / "sextant.yaml").write_text(f"""version: 1
node: {{workers: 1, run-dir: {folder}/run}}
services:
  public: {{role: authoritative, listen: {json.dumps(addresses)}, families: [{families}], zones: [{names}]}}
zones:
{rows}""")
    return [program("sextantd"), "--config", folder / "sextant.yaml"]


def nsd(folder, addresses, zones, more=""):
    listen = "".join(f"  ip-address: {address}\n" for address in addresses)
    rows = "".join(f"zone:\n  name: {dotted(name)}\n  zonefile: {path}\n" for name, path in zones.items())
    (folder / "nsd.conf").write_text(f"""server:
{listen}  username: ""
  chroot: ""
  zonesdir: ""
  database: ""
  pidfile: {folder}/nsd.pid
  xfrdfile: {folder}/xfrd.state
  zonelistfile: {folder}/zone.list
  xfrdir: {folder}
  logfile: {folder}/nsd.log
  server-count: 1
  rrl-ratelimit: 0
{more}remote-control:
  control-enable: no
{rows}""")
    return ["nsd", "-d", "-c", folder / "nsd.conf"]


def nsd_large(folder, addresses, zones):
    """Datagrams as large as the asker allows, in fragments where they are larger than a packet."""
    return nsd(folder, addresses, zones, "  ipv6-edns-size: 4096\n  ipv4-edns-size: 4096\n")


def knot(folder, addresses, zones):
    rows = "".join(f"  - domain: \"{dotted(name)}\"\n    file: {path}\n" for name, path in zones.items())
    (folder / "knot.conf").write_text(f"""server:
  rundir: {folder}
  listen: {json.dumps(addresses)}
  udp-workers: 1
  tcp-workers: 1
log:
  - target: stderr
    any: warning
database:
  storage: {folder}
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
{rows}""")
    return ["knotd", "-c", folder / "knot.conf"]


def bind(folder, addresses, zones):
    listen = {family: " ".join(f"{address};" for address in addresses if (":" in address) == (family == 6)) for family in (6, 4)}
    rows = "".join(f"zone \"{dotted(name)}\" {{ type primary; file \"{path}\"; }};\n" for name, path in zones.items())
    (folder / "named.conf").write_text(f"""options {{
  directory "{folder}";
  pid-file "{folder}/named.pid";
  session-keyfile none;
  listen-on-v6 {{ {listen[6]} }};
  listen-on {{ {listen[4]} }};
  recursion no;
  dnssec-validation no;
  allow-query {{ any; }};
  notify no;
  empty-zones-enable no;
  check-names primary ignore;
}};
controls {{ }};
{rows}""")
    return ["named", "-g", "-n", "1", "-c", folder / "named.conf"]


def certificate(folder, name):
    """A certificate that signs itself, for the name alone: (its file, its key's)."""
    done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365",
                           "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", f"/CN={name}",
                           "-addext", f"subjectAltName=DNS:{name}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "cert.pem", folder / "key.pem"


def bind_tls(folder, addresses, zones):
    """Over TLS and HTTPS (/dns-query) as well, with a certificate for the first server of the zone alone."""
    command = bind(folder, addresses, zones)
    cert, key = certificate(folder, f"ns1.{next(iter(zones))}")
    text = (folder / "named.conf").read_text()
    for option, mark in (("listen-on-v6", ":"), ("listen-on", ".")):
        listen = " ".join(f"{address};" for address in addresses if mark in address)
        text = text.replace(f"  {option} {{", f"  {option} port 853 tls local {{ {listen} }};\n"
                            f"  {option} port 443 tls local http local {{ {listen} }};\n  {option} {{", 1)
    (folder / "named.conf").write_text(f'tls local {{ cert-file "{cert}"; key-file "{key}"; }};\n'
                                       f'http local {{ endpoints {{ "/dns-query"; }}; }};\n{text}')
    return command


OPERATORS = {"sextant": sextant, "nsd": nsd, "nsd-large": nsd_large, "knot": knot, "bind": bind, "bind-tls": bind_tls}


def erring(folder, served):
    """served: [(behaviour, addresses, zone, file)]"""
    path = folder / "served.json"
    path.write_text(json.dumps([(behaviour, list(addresses), zone, str(file)) for behaviour, addresses, zone, file in served]))
    return ["/usr/bin/python3", HERE / "odd_server.py", path]


class Daemon:
    """One process in a namespace, its output in folder/output."""

    def __init__(self, folder, namespace, make_command):
        self.folder = folder
        self.is_ending = False
        self.is_ours = folder.name.startswith("sextant")
        folder.mkdir(parents=True)
        command = [str(word) for word in make_command(folder)]
        self.output = open(folder / "output", "wb")
        self.process = subprocess.Popen(["nsenter", f"--net=/run/netns/{namespace}", *command], stdout=self.output,
                                        stderr=subprocess.STDOUT, cwd=folder)

    def text(self):
        return (self.folder / "output").read_text(errors="replace")

    def wait_until(self, is_ready, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while not is_ready():
            assert self.process.poll() is None, f"{self.folder.name} ended with {self.process.returncode}: {self.text()[-3000:]}"
            assert time.monotonic() < deadline, f"{self.folder.name} is not ready: {self.text()[-3000:]}"
            time.sleep(0.02)

    def end(self):
        """Says so once: a second signal would come while it leaves."""
        if not self.is_ending and self.process.poll() is None:
            self.process.terminate()
        self.is_ending = True

    def stop(self):
        """Ours must end well."""
        self.end()
        if self.process.poll() is None:
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()
        if self.is_ours:
            assert self.process.returncode == 0, f"{self.folder.name} ended with {self.process.returncode}: {self.text()[-9000:]}"
            assert "Sanitizer" not in self.text(), self.text()
