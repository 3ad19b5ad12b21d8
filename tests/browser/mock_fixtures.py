"""Answers of the API for two days: a quiet one, and one on which the AAAA signatures of bogus.lab are broken. Computed, not random."""
import datetime
import math

STEPS, STEP_S = 360, 10


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def wave(base, swing, period, phase=0):
    return [max(0, round(base + swing * math.sin(2 * math.pi * (step + phase) / period))) for step in range(STEPS)]


def ramp(before, after, at=240):
    """A level that changes at a step."""
    return [before if step < at else after for step in range(STEPS)]


def joined(*columns):
    return [sum(values) for values in zip(*columns)]


def counters(scale, servfail):
    """As `status` gives them for one family of a service."""
    codes = {"NOERROR": 90 * scale, "NXDOMAIN": 9 * scale, "SERVFAIL": servfail}
    udp = {"queries": {"AAAA": 50 * scale, "A": 50 * scale}, "sizes": {},
           "responses": {"AAAA": codes, "A": {**codes, "SERVFAIL": 0}, "PTR": {}, "other": {}}}
    times = {"AAAA": {"100": 60 * scale, "2500": 38 * scale, "100000": scale, "inf": 0}, "A": {"100": 99 * scale}}
    return {"udp": udp, "tcp": {"queries": {}, "responses": {}, "sizes": {}}, "times_us": times}


def listener(address, family, state="up"):
    return {"address": address, "family": family, "transports": ["udp", "tcp"], "state": state}


def service(name, role, listeners, rate, counted, **rest):
    rates = {"ipv6_qps": rate[0], "ipv4_qps": rate[1], "servfail_share": 0.0, "p50_us": 90, "p99_us": 2500, "window_s": 10}
    return {"name": name, "role": role, "listeners": listeners, "rate": rates, "counters": counted, **rest}


ANCHORS = [{"owner": ".", "type": "DS", "tag": 20326, "algorithm": 8, "state": "valid"},
           {"owner": ".", "type": "DS", "tag": 38696, "algorithm": 8, "state": "configured"}]
RESOLVER = {"anchors": ANCHORS, "negative_anchors": ["lab.example."], "families": [], "upstream": {}}
PREF64 = {"prefix": "64:ff9b::/96", "source": "static", "used_for": "dns64", "is_in_use": True}


def services(is_incident):
    return [
        service("public", "authoritative",
                [listener("2001:db8:10::53@53", "ipv6"), listener("192.0.2.53@53", "ipv4", "waiting" if is_incident else "up")],
                (812.4, 655.0), {"ipv6": counters(900, 0), "ipv4": counters(700, 0)}, zones=[]),
        service("office", "resolver", [listener("2001:db8:f::1@53", "ipv6"), listener("198.51.100.1@53", "ipv4")], (240.2, 261.0),
                {"ipv6": counters(400, 1800 if is_incident else 4), "ipv4": counters(420, 1700 if is_incident else 5)},
                aaaa={"native": 5210, "dns64": 0, "negative": 3011}, dns64_prefixes={}, pref64=[], **RESOLVER),
        service("v6only-lan", "resolver", [listener("2001:db8:64::53@53", "ipv6")], (96.0, 0.0),
                {"ipv6": counters(150, 1), "ipv4": {}}, aaaa={"native": 2100, "dns64": 960, "negative": 40},
                dns64_prefixes={"64:ff9b::/96": 960}, pref64=[PREF64], **RESOLVER)]


def status(now, is_incident):
    return {"ok": True, "node": "ns1.example.com", "version": "0.1.0", "started": stamp(now - 273600), "uptime_s": 273600,
            "readiness": "not-ready" if is_incident else "ready",
            "reasons": ["listener 192.0.2.53@53 is waiting: no interface has the address"] if is_incident else [],
            "log_dropped": {"query-log": 12 if is_incident else 0, "signals": 0}, "services": services(is_incident)}


UNDETERMINED = [{"signal": "REFRESH-FAILING", "needs": "a resolver of this daemon"}]


def signals(now, is_incident):
    def row(id, signal, level, scope, numbers, baseline, ago_s, evidence, means, next):
        (now_text, at_present), (usual_text, usual) = numbers
        return {"id": id, "signal": signal, "level": level, "scope": scope, "now": at_present, "usual": usual, "now_text": now_text,
                "usual_text": usual_text, "baseline": baseline, "since": stamp(now - ago_s), "raised": stamp(now - ago_s + 60),
                "cleared": None, "evidence": evidence, "means": means, "next": next}
    truncated = row(1, "TC-SHARE", "notice", "rec zone big.good.lab", (("100.0%", 1.0), ("4.0%", 0.04)), "earlier", 9000, "3112-octet answers",
                    "More answers are truncated than usual.", "sextant query big.good.lab TXT --compare transport")
    ended = {**truncated, "cleared": stamp(now - 7200)}
    if not is_incident:
        return {"signals": [ended], "undetermined": UNDETERMINED}
    return {"signals": [ended,
                        row(3, "A-TILT", "warning", "rec network 2001:db8:20::/56", (("6.1", 6.1), ("1.2", 1.2)), "earlier", 1900,
                            "A 610, AAAA 100 in three minutes; before 1.2",
                            "Clients ask less for AAAA than they used to, on each question for A: IPv6 was lost on their side.",
                                "sextant doctor --client on a host of that network"),
                        row(2, "AAAA-SERVFAIL", "critical", "rec zone bogus.lab", (("92.0%", 0.92), ("0.3%", 0.003)), "control", 1200,
                            "110 of 120 AAAA failed, validation 108; A 0 of 118",
                            "AAAA fails where A does not: IPv6-only clients see no address at all, others fall back to IPv4 in silence.",
                                "sextant query www.bogus.lab --compare family,validation")],
            "undetermined": UNDETERMINED}


def series_recursive(is_incident):
    bad = 12 if is_incident else 0
    aaaa, a, other = wave(420, 60, 180), wave(430, 62, 180, 3), wave(130, 20, 90)
    failed, failed_a = ramp(1, 1 + bad), ramp(1, 1)
    tilt = ramp(0, 160 if is_incident else 0, 200)
    a = joined(a, tilt)
    ede = {"6": ramp(0, bad), "22": wave(1, 1, 40), "23": ramp(0, 2 if is_incident else 0, 100)}
    none = [0] * STEPS
    return {"aaaa": aaaa, "a": a, "other": other, "aaaa_servfail": failed, "a_servfail": failed_a, "aaaa_timeout": wave(0.6, 1, 60),
        "a_timeout": wave(0.5, 1, 60), "aaaa_nxdomain": wave(20, 6, 70), "a_nxdomain": wave(21, 6, 70),
            "udp6": wave(480, 60, 180), "udp4": wave(470, 60, 180), "tcp6": wave(16, 4, 60), "tcp4": wave(14, 4, 60),
                "tc6": wave(12, 4, 60), "tc4": wave(11, 4, 60), "tcp_after_tc": wave(21, 7, 60),
            "dns64": wave(32, 8, 120), "native": wave(240, 20, 150), "negative": wave(140, 15, 150),
                "fallback_6to4": ramp(1, 9 if is_incident else 1, 260), "fallback_4to6": wave(1, 1, 50), "retry_tcp": wave(5, 2, 45),
            "p50_us6": wave(300, 50, 60), "p99_us6": wave(84000, 9000, 60), "p50_us4": wave(310, 50, 60),
                "p99_us4": wave(86000, 9000, 60), "up_p50_us6": wave(9100, 900, 90), "up_p99_us6": wave(88000, 9000, 90),
            "up_p50_us4": wave(9800, 900, 80), "up_p99_us4": wave(91000, 9000, 80), "up_asked6": wave(90, 9, 60),
                "up_asked4": wave(60, 9, 60), "up_timeout6": none, "up_timeout4": none,
            "ede": ede, "ede_aaaa": {"6": ede["6"], "22": wave(0.6, 1, 40), "23": none}, "ede_a": {"22": wave(0.4, 1, 40), "23": ede["23"]},
            "val": {"secure": wave(300, 40, 100), "insecure": wave(520, 40, 100), "indeterminate": none, "bogus": ramp(0, bad)},
            "val_aaaa": {"secure": wave(140, 20, 100), "insecure": wave(250, 20, 100), "indeterminate": none, "bogus": ramp(0, bad)},
            "val_a": {"secure": wave(150, 20, 100), "insecure": wave(260, 20, 100), "indeterminate": none, "bogus": none},
            "sizes": {"128": wave(500, 40, 60), "256": wave(300, 40, 60), "512": wave(100, 10, 60), "1232": wave(24, 4, 60),
                "1452": wave(0.6, 1, 60), "4096": wave(1, 1, 50), "inf": none}}


def series_authoritative():
    return {"aaaa": wave(5200, 600, 180), "a": wave(5600, 640, 180), "other": wave(3800, 300, 180), "aaaa_servfail": [0] * STEPS,
        "a_servfail": [0] * STEPS, "aaaa_nxdomain": wave(90, 20, 60), "a_nxdomain": wave(92, 20, 60),
            "udp6": wave(8000, 700, 180), "udp4": wave(6400, 600, 180), "tcp6": wave(90, 20, 60), "tcp4": wave(80, 20, 60),
                "tc6": wave(60, 9, 60), "tc4": wave(50, 9, 60), "tcp_after_tc": wave(104, 9, 60),
            "ede": {"20": wave(8, 4, 50)}, "ede_aaaa": {"20": wave(4, 2, 50)}, "ede_a": {"20": wave(4, 2, 50)},
                "sizes": {"128": wave(8000, 700, 90), "512": wave(4000, 700, 90), "1232": wave(600, 70, 90), "1452": [0] * STEPS}}


def series(now, stream, is_incident, client):
    start = now - now % STEP_S - STEPS * STEP_S
    band = {"days": 7, "low": [0.94] * STEPS, "high": [1.14] * STEPS} if stream == "rec" else None
    made = {"rec": lambda: series_recursive(is_incident), "auth": series_authoritative}.get(stream,
        lambda: {"aaaa": [None] * STEPS, "a": [None] * STEPS, "other": [None] * STEPS})()
    made = {key: values if isinstance(values, dict) else list(values) for key, values in made.items()}
    for gap in range(100, 106) if stream == "rec" else ():   # the daemon was restarted: nothing is known
        for values in made.values():
            for column in values.values() if isinstance(values, dict) else (values,):
                column[gap] = None
    answer = {"step_s": STEP_S, "start": stamp(start), "kept_minutes": 1440, "band": band, "series": made}
    return {**answer, "client": client} if client == "2001:db8:c::/56" else answer


def prefix(key, outcomes, **rest):
    noerror, nxdomain, servfail, refused, other = outcomes
    return {"key": key, "asked": sum(outcomes), "noerror": noerror, "nxdomain": nxdomain, "servfail": servfail, "refused": refused,
        "other": other, **rest}


def name(key, aaaa, a):
    return {"key": key, "asked": aaaa[1] + a[1], "failed_aaaa": aaaa[0], "asked_aaaa": aaaa[1], "failed_a": a[0], "asked_a": a[1],
        "nxdomain_aaaa": 0}


# Strangers choose names: this one is a script where a page takes it for one.
HOSTILE = "<img src=x onerror=alert(1)>.evil.lab."


def top(by, stream, is_incident, client):
    if stream == "probe":
        return {"rows": [], "minutes": 60}
    if by == "prefix":
        bad = [prefix("2001:db8:c::/56", (400, 30, 610, 0, 0), site="office Berne")] if is_incident else [prefix("2001:db8:c::/56",
            (1000, 32, 1, 0, 0), site="office Berne")]
        return {"rows": [prefix("2001:db8:1::/56", (4210, 300, 9, 0, 1)), prefix("198.51.100.0/24", (3900, 280, 8, 2, 0)), *bad,
            prefix("2001:db8:20::/56", (901, 44, 0, 0, 0)), prefix("203.0.113.0/24", (120, 8, 0, 40, 0))], "minutes": 60}
    if by == "dns64":
        return {"rows": [{"key": "legacy.good.lab.", "synthesized": 812}, {"key": "printer.home.arpa.", "synthesized": 90}], "minutes": 60}
    bad = [name("www.bogus.lab.", (1180, 1210), (0, 1190)), name("api.bogus.lab.", (230, 241), (1, 260)),
        name(HOSTILE, (12, 12), (0, 12))] if is_incident else []
    found = {"rows": [*bad, name("both.broken.lab.", (40, 41), (39, 40)), name("www.good.lab.", (0, 4100), (0, 4200))], "minutes": 60}
    return {**found, "client": client} if client == "2001:db8:c::/56" else found


def zones(now, is_incident):
    def row(zone, ipv6, ipv4, **rest):
        return {"zone": zone, "serial": 2026112201, "is_signed": True, "expires": stamp(now + 21 * 86400), "audited": stamp(now - 7500),
            "ipv6": ipv6, "ipv4": ipv4, **rest}
    whole = {"ok": 2, "total": 2}
    return {"zones": [row("example.com", whole, whole), row("half.lab", {"ok": 1, "total": 1} if is_incident else whole, whole,
        expires=stamp(now + (86400 if is_incident else 2000000))),
                      row("2.0.192.in-addr.arpa", {"ok": 0, "total": 2} if is_incident else whole, whole, is_signed=False, expires=None),
                      row("new.example", None, None, audited=None, is_signed=False, expires=None)]}


def upstream(is_incident):
    def row(family, asked, **rest):
        return {"family": family, "asked": asked, "p50_us": 9100, "p99_us": 88000, "timeouts": 12, "retries_from": 20, "up": 41,
            "timeout": 0, "unknown": 1, "is_down": False, **rest}
    return {"families": [row("ipv6", 32400, lame=3, timeouts=900 if is_incident else 12, retries_from=1220 if is_incident else 20),
        row("ipv4", 21600, lame=0)],
            "one_family": [{"server": "ns2.half.lab. 192.0.2.7@53", "fails": "ipv6"}] if is_incident else []}


def doctor(name):
    def step(number, word, title, state, *evidence):
        return {"step": number, "word": word, "title": title, "state": state,
            "evidence": [dict(zip(("state", "label", "text"), row)) for row in evidence]}
    cause = {"code": "DOC-20", "severity": "error", "step": 3, "aside": False, "subject": f"{name} AAAA",
        "cause": "the signature of AAAA by key 57828 does not verify; that of A by the same key does", "next": "re-sign bogus.lab"}
    return {"schema": "sextant.doctor/1", "name": name, "types": ["AAAA", "A"], "resolvers": ["2001:db8:f::1@53"], "most_likely": cause,
        "causes": [cause], "cut": False, "steps": [
        step(1, "authority", "authoritative answers", "ok", ("ok", f"{name} AAAA", "2 of 2 servers"),
            ("ok", f"{name} A", "2 of 2 servers")),
        step(2, "transport", "IPv6 transport", "ok", ("ok", "2001:db8:f::1",
            "udp answers in 0.3 ms; tcp answers in 0.5 ms; 1232 octets ok")),
        step(3, "validation", "validation", "broken", ("ok", f"{name} A", "secure"),
            ("broken", f"{name} AAAA", "bogus: RRSIG AAAA by key 57828 does not verify")),
        step(4, "discovery", "client discovery", "undetermined", ("undetermined", "eth0", "routers were not asked: not permitted")),
        step(5, "fallback", "fallback masking", "note", ("note", "www", "IPv6 not tried: no address")),
        step(6, "radius", "blast radius", "broken", *[("broken", f"2001:db8:f::{at:x}", "SERVFAIL") for at in range(1, 16)])]}


def line(number, now):
    """The query log's line for the answer with that number; each third fails."""
    fails = number % 3 == 0
    return {"v": 1, "ts": stamp(now)[:-1] + f".{number % 1000:03d}123Z", "ev": "reply", "service": "office", "role": "resolver",
        "client": "2001:db8:c::10" if number % 2 else "198.51.100.7", "cport": 39627,
            "family": "ipv6" if number % 2 else "ipv4", "transport": "udp", "id": number, "qname": "www.bogus.lab." if fails else HOSTILE
                if number % 5 == 0 else "www.good.lab.", "qtype": "AAAA" if fails else "A",
            "rcode": "SERVFAIL" if fails else "NOERROR", "tc": False, "size": 136, "us": 2103, "cache": "miss", "val": "bogus"
                if fails else "secure", "aaaa": "-",
            **({"ede": 6, "ede_text": "DNSSEC Bogus"} if fails else {})}
