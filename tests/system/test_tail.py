"""`sextant tail`: logs that BIND and Unbound write, compared with what they were asked; and how files are followed."""
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from conftest import PATIENCE_S, free_port, program

ZONE = """$TTL 300
@ IN SOA ns hostmaster 1 3600 900 1209600 300
@ IN NS ns
ns IN AAAA 2001:db8::53
www IN AAAA 2001:db8::80
www IN A 192.0.2.80
\\027[2Jodd IN A 192.0.2.81
"""

# (name, type, over TCP, flags set, EDNS size or None, DO, the rcode to come)
QUESTIONS = [
    ("www.logs.test", "AAAA", False, ["RD"], 1232, False, "NOERROR"),
    ("www.logs.test", "A", False, ["RD"], None, False, "NOERROR"),
    ("WWW.Logs.test", "AAAA", True, ["RD", "CD"], 1400, True, "NOERROR"),
    ("nope.logs.test", "AAAA", False, ["RD"], 1232, True, "NXDOMAIN"),
    ("\\027[2Jodd.logs.test", "A", False, ["RD"], 1232, False, "NOERROR"),
    ("a\\.b\\)c\\032d.logs.test", "AAAA", False, ["RD"], 1232, False, "NXDOMAIN"),
    ("www.dead.test", "AAAA", False, ["RD"], 1232, False, "SERVFAIL"),
    ("www.dead.test", "A", True, ["RD"], 1232, False, "SERVFAIL"),
    ("ns.logs.test", "HTTPS", False, [], 1232, False, "NOERROR"),
]
ADDRESSES = ["::1", "127.0.0.1"]


def question_of(name, rdtype, flags, size, wants_dnssec):
    message = dns.message.make_query(name, rdtype, use_edns=0 if size else -1, payload=size or 0, want_dnssec=wants_dnssec)
    message.flags = sum(getattr(dns.flags, flag) for flag in flags)
    if wants_dnssec:
        message.ednsflags |= dns.flags.DO
    return message


def ask_all(port, questions=tuple(QUESTIONS)):
    """Each question over each family; what an event of it must say."""
    asked, ports = [], random.sample(range(20000, 30000), len(questions) * len(ADDRESSES))
    for name, rdtype, is_tcp, flags, size, wants_dnssec, rcode in questions:
        for address in ADDRESSES:
            message, source_port = question_of(name, rdtype, flags, size, wants_dnssec), ports.pop()
            ask = dns.query.tcp if is_tcp else dns.query.udp
            reply = ask(message, address, port=port, timeout=PATIENCE_S, source_port=source_port)
            assert dns.rcode.to_text(reply.rcode()) == rcode, (name, rdtype, address)
            asked.append({"client": address, "cport": source_port, "server": address, "qname": message.question[0].name,
                          "family": "ipv6" if ":" in address else "ipv4", "transport": "tcp" if is_tcp else "udp",
                          "qtype": rdtype, "qclass": "IN", "rcode": rcode, "rd": "RD" in flags, "cd": "CD" in flags,
                          "do": wants_dnssec, "has_edns": size is not None})
    return asked


def tail(*words, check=0, **how):
    done = subprocess.run([program("sextant"), "tail", *map(str, words)], capture_output=True, timeout=PATIENCE_S, check=False, **how)
    assert done.returncode == check, done.stderr.decode()
    return done


def events_of(*words):
    done = tail("--jsonl", "--no-follow", *words)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def same(events, asked, keys):
    """The events, in their order, say of those keys what was asked."""
    told = [{key: dns.name.from_text(event[key]) if key == "qname" else event.get(key) for key in keys} for event in events]
    assert told == [{key: one[key] for key in keys} for one in asked]


def ask_bind(folder, logging, options=""):
    """What a BIND with that logging block was asked."""
    named = shutil.which("named") or "/usr/sbin/named"
    if not os.path.exists(named):
        pytest.skip("BIND is not installed")
    port, closed = free_port(), free_port()
    (folder / "logs.test.zone").write_text(ZONE)
    (folder / "named.conf").write_text(f"""
options {{ {options} directory "{folder}"; pid-file "pid"; session-keyfile "key"; recursion yes; allow-query {{ any; }};
  listen-on-v6 port {port} {{ ::1; }}; listen-on port {port} {{ 127.0.0.1; }}; dnssec-validation no; notify no; }};
controls {{ }};
zone "logs.test" {{ type primary; file "logs.test.zone"; check-names ignore; }};
zone "dead.test" {{ type forward; forward only; forwarders {{ ::1 port {closed}; 127.0.0.1 port {closed}; }}; }};
{logging}
""")
    process = subprocess.Popen([named, "-f", "-c", folder / "named.conf"], env=dict(os.environ, TZ="UTC"),
                               stderr=open(folder / "stderr", "w"))
    try:
        wait_for(port, process)
        return ask_all(port)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def bind(tmp_path_factory):
    """What was asked of a BIND that wrote each line in three ways, and the folder of its logs."""
    folder = tmp_path_factory.mktemp("bind")
    channels = {"utc": "print-time iso8601-utc; print-category yes; print-severity yes;",
                "local": "print-time yes; print-category yes;", "bare": "print-time no;"}
    asked = ask_bind(folder, "logging {" + "".join(
        f'channel {name} {{ file "{name}.log"; severity info; {how} }};' for name, how in channels.items()) + "".join(
        f"category {name} {{ utc; local; bare; }};" for name in ("queries", "query-errors", "lame-servers", "default")) + "};")
    return folder, asked


def wait_for(port, process):
    """Until it answers over both families."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            return [dns.query.udp(dns.message.make_query("id.server", "TXT", "CH"), address, port=port, timeout=0.5) for address in ADDRESSES]
        except (dns.exception.Timeout, OSError):
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


KEYS = ["client", "cport", "server", "family", "transport", "qname", "qtype", "qclass", "rd", "cd", "do", "has_edns"]


@pytest.mark.parametrize("log", ["utc", "local", "bare"])
def test_bind(bind, log):
    folder, asked = bind
    events, remarks = events_of(folder / f"{log}.log", "--utc-offset", "Z", "--where", "qclass=IN and ev in (query, reply)")
    same([event for event in events if event["ev"] == "query"], asked, KEYS)
    # A log without the category responses tells of failures alone; each is the completion of its question.
    failed = [event for event in events if event["ev"] == "reply"]
    same(failed, [one for one in asked if one["rcode"] == "SERVFAIL"], KEYS + ["rcode"])
    assert all(event["completion"] and event["source"] == "bind" for event in failed)
    assert "of no format known" not in remarks or log == "bare", remarks
    if log == "bare":
        assert "ts" not in events[0]
    else:
        now = time.time()
        stamps = [time.mktime(time.strptime(event["ts"][:19] + "UTC", "%Y-%m-%dT%H:%M:%S%Z")) - time.timezone for event in events]
        assert all(now - 300 < stamp <= now for stamp in stamps)
        assert all("us" in event for event in failed)
    assert ("have no time zone" in remarks) == (log == "local")


def test_bind_as_advised(tmp_path):
    """With the lines of `sextant advise logging` every question and every failure is seen."""
    advice = subprocess.run([program("sextant"), "advise", "logging", "--for", "bind"], capture_output=True, text=True, check=True).stdout
    asked = ask_bind(tmp_path, advice.replace("/var/log/named/", f"{tmp_path}/"))
    events, remarks = events_of(tmp_path / "queries.log", "--where", "qclass=IN and ev in (query, reply)")
    same([event for event in events if event["ev"] == "query"], asked, KEYS)
    same([event for event in events if event["ev"] == "reply"], [one for one in asked if one["rcode"] == "SERVFAIL"], KEYS + ["rcode"])
    assert remarks == ""


def test_dnstap(tmp_path):
    """Everything is told, the good answers too; BIND's own reader of the file is the oracle for times and sizes."""
    asked = ask_bind(tmp_path, "", options='dnstap { client; auth; }; dnstap-output file "tap"; dnstap-identity "ns1";')
    events, remarks = events_of(tmp_path / "tap", "--where", "qclass=IN")
    # Each thread of BIND has a queue of its own, and its clock moves in steps of some milliseconds: the order says nothing.
    events.sort(key=lambda event: event["cport"])
    asked.sort(key=lambda one: one["cport"])
    keys = [key for key in KEYS if key != "server"] + ["cport"]
    same([event for event in events if event["ev"] == "query"], asked, keys)
    replies = [event for event in events if event["ev"] == "reply"]
    same(replies, asked, keys + ["rcode"])
    assert all(event["completion"] and event["source"] == "dnstap" and event["service"] == "ns1" and "us" in event for event in replies)
    assert all(event["edns"] in (0, 1232, 1400) for event in events if event["ev"] == "query") and remarks == ""
    read = subprocess.run(["dnstap-read", tmp_path / "tap"], capture_output=True, text=True, check=True).stdout.splitlines()
    told = [re.match(r"(\S+ \S+) [CA]R \S+ .. \S+ \S+ (\d+)b (\S+)/IN/(\S+)$", line) for line in read]
    told = [[one[1].split(" ")[1], int(one[2]), dns.name.from_text(one[3]), one[4]] for one in told if one]
    assert sorted(told) == sorted([event["ts"][11:23], event["size"], dns.name.from_text(event["qname"]), event["qtype"]]
                                  for event in replies)


def test_dnstap_of_knot(tmp_path):
    """An authoritative server that has no other log, with the lines of `sextant advise logging`."""
    knotd = shutil.which("knotd", path="/usr/sbin:/usr/bin")
    if knotd is None:
        pytest.skip("Knot DNS is not installed")
    port = free_port()
    # Knot's reader of zone files takes no "[" in a name.
    (tmp_path / "logs.test.zone").write_text("".join(line for line in ZONE.splitlines(True) if "[" not in line))
    advice = subprocess.run([program("sextant"), "advise", "logging", "--for", "knot"], capture_output=True, text=True, check=True).stdout
    (tmp_path / "knot.conf").write_text(f"""server:
  rundir: {tmp_path}
  listen: [ "::1@{port}", "127.0.0.1@{port}" ]
database:
  storage: {tmp_path}
""" + advice.replace("/var/lib/knot/", f"{tmp_path}/") + f"""
    storage: {tmp_path}
zone:
  - domain: logs.test
    file: logs.test.zone
""")
    with open(tmp_path / "stderr", "w+") as stderr:
        process = subprocess.Popen([knotd, "-c", tmp_path / "knot.conf"], stderr=stderr, stdout=stderr)
        try:
            if process.poll() is None:
                time.sleep(0.2)
            if process.poll() is not None and "module" in (tmp_path / "stderr").read_text():
                pytest.skip("the package knot-module-dnstap is not installed")
            wait_for(port, process)
            soa = dns.message.make_query("logs.test", "SOA")
            deadline = time.monotonic() + PATIENCE_S
            while dns.query.udp(soa, "::1", port=port, timeout=PATIENCE_S).rcode() != dns.rcode.NOERROR:
                assert time.monotonic() < deadline, (tmp_path / "stderr").read_text()
                time.sleep(0.05)  # the zone is loaded a moment later
            asked = ask_all(port, [one for one in QUESTIONS if one[0].lower().endswith("logs.test") and "[" not in one[0]])
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
    events, _ = events_of(tmp_path / "dnstap.tap", "--where", "qclass=IN and ev=reply and qtype!=SOA")
    events.sort(key=lambda event: event["cport"])
    asked.sort(key=lambda one: one["cport"])
    same(events, asked, [key for key in KEYS if key != "server"] + ["rcode"])
    assert all(event["stream"] == "auth" and event["aa"] and event["source"] == "dnstap" for event in events)


def test_dnstap_is_followed_and_cut(tmp_path):
    """Frames as they are written; half of one is none yet, and what is no frame is counted."""
    ask_bind(tmp_path, "", options='dnstap { client; auth; }; dnstap-output file "tap";')
    whole = (tmp_path / "tap").read_bytes()
    names = [event["qname"] for event in events_of(tmp_path / "tap")[0]]
    (tmp_path / "grown").write_bytes(whole[:300])
    follower = Follower(tmp_path / "grown")
    try:
        with (tmp_path / "grown").open("ab") as end:
            for at in range(300, len(whole), 77):
                end.write(whole[at:at + 77])
                end.flush()
        deadline = time.monotonic() + PATIENCE_S
        while len(follower.names) < len(names) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        assert follower.end() == 0
    assert follower.names == names
    (tmp_path / "odd").write_bytes(whole[:42] + struct.pack("!I", 5) + b"\xff" * 5 + struct.pack("!I", 200000) + bytes(200000) + whole[42:])
    events, remarks = events_of(tmp_path / "odd")
    assert [event["qname"] for event in events] == names
    assert "1 of" in remarks and "(a frame of dnstap)" in remarks


def test_bind_upstream_failures(bind):
    """The category lame-servers names the server, over both families, that did not answer."""
    events, _ = events_of(bind[0] / "utc.log", "--where", "ev=upstream and qname in dead.test")
    assert {event["up_server"] for event in events} == {"::1", "127.0.0.1"}
    assert {event["up_family"] for event in events} == {"ipv6", "ipv4"}
    assert all("refused" in event["reason"] for event in events)


def test_what_is_not_told_is_not_shown(bind):
    """A question's line has no rcode: it is neither NOERROR nor anything else, and the remark says so."""
    events, remarks = events_of(bind[0] / "utc.log", "--where", "qtype=AAAA and rcode!=NOERROR")
    assert {event["rcode"] for event in events} == {"SERVFAIL"}
    assert "do not tell all that --where asks for (rcode first)" in remarks
    events, remarks = events_of(bind[0] / "utc.log", "--where", "rcode=unknown and ev=query and qclass=IN")
    assert len(events) == len(bind[1]) and "--where" not in remarks


@pytest.fixture(scope="module")
def port_of_failure():
    """A server that fails at everything, on one port of both families."""
    port, stopped = free_port(), threading.Event()

    def serve(address):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((address, port))
            server.settimeout(0.1)
            while not stopped.is_set():
                try:
                    octets, client = server.recvfrom(4096)
                except TimeoutError:
                    continue
                reply = dns.message.make_response(dns.message.from_wire(octets))
                reply.set_rcode(dns.rcode.SERVFAIL)
                server.sendto(reply.to_wire(), client)

    threads = [threading.Thread(target=serve, args=(address,)) for address in ADDRESSES]
    for thread in threads:
        thread.start()
    yield port
    stopped.set()
    for thread in threads:
        thread.join()


@pytest.fixture(scope="module")
def unbound(tmp_path_factory, port_of_failure):
    """What was asked of an Unbound, and its log."""
    if not shutil.which("unbound") and not os.path.exists("/usr/sbin/unbound"):
        pytest.skip("Unbound is not installed")
    folder, port = tmp_path_factory.mktemp("unbound"), free_port()
    (folder / "logs.test.zone").write_text(ZONE)
    (folder / "unbound.conf").write_text(f"""
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: "pid"
  interface: ::1@{port}
  interface: 127.0.0.1@{port}
  access-control: ::1 allow_snoop
  access-control: 127.0.0.1 allow_snoop
  do-not-query-localhost: no
  module-config: "iterator"
  use-syslog: no
  logfile: "log"
  log-queries: yes
  log-replies: yes
  log-tag-queryreply: yes
  log-servfail: yes
  local-zone: test. transparent
  minimal-responses: yes
auth-zone:
  name: logs.test
  zonefile: logs.test.zone
  for-downstream: no
forward-zone:
  name: dead.test
  forward-addr: ::1@{port_of_failure}
  forward-addr: 127.0.0.1@{port_of_failure}
remote-control:
  control-enable: no
""")
    process = subprocess.Popen(["/usr/sbin/unbound", "-d", "-c", folder / "unbound.conf"], stderr=open(folder / "stderr", "w"))
    try:
        wait_for(port, process)
        asked = ask_all(port)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
    return folder / "log", asked


def test_unbound(unbound):
    log, asked = unbound
    # Unbound prints "?" for what is no letter, digit or one of "-_*": such names cannot be compared.
    plain = [one for one in asked if b"\x1b" not in one["qname"].to_wire() and b" " not in one["qname"].to_wire()]
    events, remarks = events_of(log, "--where", "qclass=IN and ev in (query, reply)")
    events = [event for event in events if "?" not in event["qname"]]
    keys = ["client", "family", "qname", "qtype", "qclass"]
    same([event for event in events if event["ev"] == "query"], plain, keys)
    replies = [event for event in events if event["ev"] == "reply"]
    same(replies, plain, keys + ["rcode"])
    assert all(event["completion"] and event["stream"] == "rec" and event["size"] > 12 and "us" in event for event in replies)
    assert "of no format known" not in remarks, remarks


def test_unbound_says_why(unbound):
    """log-servfail's reason, which is a line of its own, comes with the answer."""
    events, _ = events_of(unbound[0], "--where", "rcode=SERVFAIL and ev=reply and qtype=AAAA")
    assert len(events) == 2
    assert all("forward servers failed" in event["reason"] for event in events), events


def test_both_logs_are_one_stream(bind, unbound):
    """In the order of the stamps, with the source of each; --stream takes BIND for what it is said to be."""
    log, _ = unbound
    events, _ = events_of(bind[0] / "utc.log", log)
    stamps = [event["ts"] for event in events]
    assert stamps == sorted(stamps)
    assert {event["source"] for event in events} == {"bind", "unbound"}
    events, _ = events_of(bind[0] / "utc.log", log, "--stream", "auth")
    assert {event["source"] for event in events} == {"bind"}
    events, _ = events_of(bind[0] / "utc.log", log, "--format", "unbound")
    assert {event["source"] for event in events} == {"unbound"}


def test_terminals_are_safe(bind):
    shown = tail(bind[0] / "utc.log", "--no-follow", "--where", "qname in logs.test").stdout
    assert b"\\027[2Jodd.logs.test" in shown
    assert b"\x1b" not in shown


# --- Files ---

def line(number):
    return f"client ::1#1: query: n{number}.test IN AAAA + (::1)\n"


class Follower:
    """`sextant tail` while it runs: the names it has shown."""

    def __init__(self, *words, stdin=None):
        self.process = subprocess.Popen([program("sextant"), "tail", "--jsonl", *map(str, words)], stdin=stdin,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.names = []
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        for shown in self.process.stdout:
            self.names.append(json.loads(shown)["qname"])

    def wait_for(self, count):
        deadline = time.monotonic() + PATIENCE_S
        while len(self.names) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.names == [f"n{number}.test." for number in range(count)]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self.thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def test_follows_growth_and_rotation(tmp_path):
    log = tmp_path / "log"
    log.write_text(line(0))
    follower = Follower(log)
    try:
        follower.wait_for(1)
        with log.open("a") as end:
            end.write(line(1) + line(2)[:20])
            end.flush()
            follower.wait_for(2)  # half a line is none
            end.write(line(2)[20:])
        follower.wait_for(3)
        old = log.open("a")
        log.rename(tmp_path / "log.1")
        old.write(line(3))  # its writer has not noticed yet
        old.close()
        log.write_text(line(4))
        follower.wait_for(5)
        log.write_text("")  # copytruncate
        time.sleep(0.3)
        with log.open("a") as end:
            end.write(line(5))
        follower.wait_for(6)
    finally:
        assert follower.end() == 0


def test_follows_standard_input_until_it_ends():
    follower = Follower(stdin=subprocess.PIPE)
    follower.process.stdin.write(line(0))
    follower.process.stdin.flush()
    follower.wait_for(1)
    follower.process.stdin.write(line(1).rstrip("\n"))
    follower.process.stdin.close()
    assert follower.process.wait(PATIENCE_S) == 0
    follower.thread.join()
    follower.wait_for(2)


def test_interrupt_ends_well(tmp_path):
    (tmp_path / "log").write_text(line(0))
    follower = Follower(tmp_path / "log")
    follower.wait_for(1)
    assert follower.end(signal.SIGINT) == 0


def test_waiting_for_a_pipe_can_be_ended():
    """Not followed, a pipe is read until its writer ends; whoever does not want to wait for that ends the reader."""
    process = subprocess.Popen([program("sextant"), "tail", "--no-follow", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == -signal.SIGTERM
    finally:
        process.kill()
        process.communicate()


def test_begins_near_the_end(tmp_path):
    """Followed, a large file begins with a whole line of its last 64 KiB; --all has it all."""
    log, count = tmp_path / "log", 3000
    log.write_text("".join(line(number) for number in range(count)))
    follower = Follower(log, "--where", f"qname in n{count - 1}.test or qname=n0.test")
    deadline = time.monotonic() + PATIENCE_S
    while not follower.names and time.monotonic() < deadline:
        time.sleep(0.02)
    assert follower.end() == 0 and follower.names == [f"n{count - 1}.test."]
    follower = Follower(log, "--all")
    follower.wait_for(count)
    assert follower.end() == 0


def test_long_lines_are_cut(tmp_path):
    (tmp_path / "log").write_text("x" * 200000 + "\n" + line(0))
    events, remarks = events_of(tmp_path / "log")
    assert [event["qname"] for event in events] == ["n0.test."]
    assert "1 of 2 lines are of no format known; the first is line 1" in remarks


@pytest.mark.parametrize("words, complaint", [
    (["/nowhere/log"], "/nowhere/log: No such file or directory"),
    (["/"], "/: Is a directory"),
    (["-", "--where", "qtype=AAAA and rcod=NOERROR"], "  qtype=AAAA and rcod=NOERROR\n                 ^~~~  column 16\n"),
    (["-", "--format", "nonesuch"], "--format nonesuch: it is one of auto, bind"),
    (["-", "--stream", "both"], "--stream both: it is one of auth, rec, probe"),
    (["-", "--utc-offset", "1h"], "--utc-offset 1h: write +01:00"),
])
def test_usage(words, complaint):
    assert complaint in tail(*words, check=2, stdin=subprocess.DEVNULL).stderr.decode()
