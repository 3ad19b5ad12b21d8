"""packaging/prometheus: each rule fires when it should and not otherwise (promtool), its metrics are ours, and an alert of it gets from a
listener that is down through Prometheus and Alertmanager to whoever is to hear it. M-07 M-10 M-12."""
import json
import re
import subprocess
import time
import urllib.request

import pytest
import yaml

from alert_receivers import Receiver
from conftest import PATIENCE_S, ROOT, free_port, program
from test_alert_delivery import ask_nonsense
from test_metrics import RESOLVER, get

PACKAGING = ROOT / "packaging/prometheus"
RULES = PACKAGING / "sextant.rules.yml"
DAY_M = 24 * 60

HERE = 'instance="ns1",service="lan"'


def rate(metric, labels, a_minute, minutes, later=None, change_at=None):
    """A counter that grows evenly, a step each five minutes; from change_at on by `later` a minute."""
    steps, first = minutes // 5, a_minute * 5
    changed = change_at // 5 if change_at else steps
    values = f"0+{first}x{changed}"
    if changed < steps:
        values += f" {first * changed + later * 5}+{later * 5}x{steps - changed}"
    return {"series": f"{metric}{{{HERE},{labels}}}", "values": values}


def constant(series, value, minutes):
    return {"series": series, "values": f"{value}+0x{minutes // 5}"}


def servfail(aaaa, a):
    """A minute's failures of 100 answers of each type."""
    return [rate("sextant_responses_total", f'qtype_group="{group}",rcode="{rcode}"', count, 60)
            for group, bad in (("AAAA", aaaa), ("A", a)) for rcode, count in (("SERVFAIL", bad), ("NOERROR", 100 - bad))]


def validation(bogus):
    return [rate("sextant_validation_total", f'qtype_group="A",result="{result}"', count, 60)
            for result, count in (("bogus", bogus), ("secure", 100 - bogus))]


def mix(aaaa_now, a_now=100):
    """Yesterday as many for AAAA as for A."""
    return [rate("sextant_queries_total", f'family="ipv6",qtype="{qtype}"', 100, 2 * DAY_M + 90, now, 2 * DAY_M)
            for qtype, now in (("A", a_now), ("AAAA", aaaa_now))]


def truncated(now, before=1, followed=None, change_at=2 * DAY_M):
    """Of 100 answers a minute."""
    until = change_at + 90
    return [rate("sextant_truncated_responses_total", 'family="ipv6"', before, until, now, change_at),
            rate("sextant_responses_total", 'transport="udp",qtype_group="AAAA",rcode="NOERROR"', 100, until),
            rate("sextant_tcp_after_truncation_total", 'family="ipv6"', before, until, now if followed is None else followed, change_at)]


def over_tcp(now, before=2):
    """Of 100 answers a minute."""
    rows = (("tcp", before, now), ("udp", 100 - before, 100 - now))
    return [rate("sextant_responses_total", f'family="ipv6",transport="{transport}"', old, 2 * DAY_M + 90, new, 2 * DAY_M)
            for transport, old, new in rows]


def extended(now, before=1, code=22):
    return [rate("sextant_ede_sent_total", f'code="{code}"', before, 2 * DAY_M + 90, now, 2 * DAY_M)]


def replies(slow, fast=100):
    """A hundred replies a minute within 20 ms; then that many of them, and the others within 200 ms."""
    rows = [("0.02", 100, fast), ("0.2", 100, fast + slow), ("+Inf", 100, fast + slow)]
    made = [rate("sextant_upstream_rtt_seconds_bucket", f'family="ipv6",le="{le}"', old, 2 * DAY_M + 90, new, 2 * DAY_M)
            for le, old, new in rows]
    return made + [rate("sextant_upstream_rtt_seconds_count", 'family="ipv6"', 100, 2 * DAY_M + 90, fast + slow, 2 * DAY_M)]


def families(ipv6, ipv4=100):
    return [rate("sextant_queries_total", f'family="{family}",qtype="A"', 100, DAY_M + 240, now, DAY_M + 120)
            for family, now in (("ipv6", ipv6), ("ipv4", ipv4))]


def origins(dns64):
    return [rate("sextant_aaaa_answers_total", f'origin="{origin}"', 50, 2 * DAY_M + 90, now, 2 * DAY_M)
            for origin, now in (("dns64", dns64), ("native", 100 - dns64))]


def upstream(fallbacks, asked=100):
    return [rate("sextant_upstream_retries_total", 'from="udp6",to="udp4"', fallbacks, 60),
            rate("sextant_upstream_queries_total", 'family="ipv6",transport="udp"', asked, 60)]


# alert: minutes after which it is asked for; series with which it fires; others with which it does not.
CASES = {
    "AAAAServfail": (30, servfail(20, 1), {"both fail": servfail(20, 20), "few": servfail(4, 0)}),
    "ValidationFailures": (30, validation(10), {"some": validation(3)}),
    "AddressMixShift": (2 * DAY_M + 60, mix(30), {"as yesterday": mix(90), "more of A alone": mix(100, 150), "silence": mix(0, 0)}),
    "TruncationShare": (2 * DAY_M + 60, truncated(20), {"as yesterday": truncated(20, 15), "few": truncated(4)}),
    "TruncationWithoutTCP": (50, truncated(20, followed=5, change_at=10),
                             {"followed": truncated(20, change_at=10), "few": truncated(4, followed=0, change_at=10)}),
    "TCPShare": (2 * DAY_M + 60, over_tcp(30), {"as yesterday": over_tcp(30, 20), "few": over_tcp(4, 1)}),
    "ExtendedErrorsRise": (2 * DAY_M + 60, extended(20), {"as yesterday": extended(20, 15), "synthesized": extended(20, code=29)}),
    "UpstreamLatency": (2 * DAY_M + 60, replies(90, 10), {"a part": replies(10, 90), "fast": replies(0, 100)}),
    "FamilySilent": (DAY_M + 210, families(0), {"both": families(0, 0), "fewer": families(10)}),
    "SynthShift": (2 * DAY_M + 60, origins(10), {"about the same": origins(40)}),
    "IPv6UpstreamFallback": (40, upstream(30), {"few": upstream(10), "nothing is asked": upstream(0, 0)}),
    "UpstreamFamilyDown": (20, [constant(f'sextant_upstream_family_down{{{HERE},family="ipv6"}}', 1, 60)],
                           {"up": [constant(f'sextant_upstream_family_down{{{HERE},family="ipv6"}}', 0, 60)]}),
    "ProbesFailing": (20, [constant('sextant_probes_failing{instance="ns1",set="services",family="ipv6"}', 3, 60)],
                      {"none": [constant('sextant_probes_failing{instance="ns1",set="services",family="ipv6"}', 0, 60)]}),
    "DelegationNotRedundant": (90, [constant('sextant_delegation_good{instance="ns1",zone="a.lab",family="ipv6"}', 0, 120)],
                               {"good": [constant('sextant_delegation_good{instance="ns1",zone="a.lab",family="ipv6"}', 1, 120)]}),
    # promtool's clock begins at 0: days before are negative.
    "DelegationAuditOld": (90, [constant('sextant_delegation_audit_timestamp_seconds{instance="ns1",zone="a.lab"}', -3 * 86400, 120)],
                           {"new": [constant('sextant_delegation_audit_timestamp_seconds{instance="ns1",zone="a.lab"}', -86400, 120)]}),
    "SignatureExpiry": (10, [constant('sextant_zone_signature_expiry_timestamp_seconds{instance="ns1",zone="a.lab"}', 2 * 86400, 60)],
                        {"later": [constant('sextant_zone_signature_expiry_timestamp_seconds{instance="ns1",zone="a.lab"}', 9 * 86400, 60)]}),
    "ZoneNotLoaded": (10, [constant('sextant_zone_loaded{instance="ns1",zone="a.lab"}', 0, 60)],
                      {"loaded": [constant('sextant_zone_loaded{instance="ns1",zone="a.lab"}', 1, 60)]}),
    "ListenerDown": (10, [constant(f'sextant_listener_up{{{HERE},address="::1@53",transport="udp"}}', 0, 60)],
                     {"up": [constant(f'sextant_listener_up{{{HERE},address="::1@53",transport="udp"}}', 1, 60)]}),
}
# Where nobody asks for A, its share is NaN: that must not hide what AAAA suffers.
ALSO_FIRES = {"AAAAServfail": [servfail(20, 1)[:2]]}


def rules():
    return yaml.safe_load(RULES.read_text())


def alert_rules():
    return {rule["alert"]: rule for group in rules()["groups"] for rule in group["rules"] if "alert" in rule}


def test_rules_are_well_formed():
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(["amtool", "check-config", PACKAGING / "alertmanager.yml"], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, rule in alert_rules().items():
        assert set(rule["annotations"]) == {"summary", "description", "next", "runbook"}, name
        assert rule["labels"]["severity"] in ("notice", "warning", "critical"), name


def test_each_rule_fires_and_does_not(tmp_path):
    assert set(CASES) == set(alert_rules()), "each alert has its cases, and no others"
    tests = []
    for name, (minutes, bad, good) in CASES.items():
        for series in [bad, *ALSO_FIRES.get(name, [])]:
            tests.append((name, minutes, series, True))
        tests += [(name, minutes, series, False) for series in good.values()]
    # Those that look back a day are evaluated each half hour: promtool takes its time.
    for interval, is_long in (("5m", False), ("30m", True)):
        plan = {"rule_files": [str(RULES)], "evaluation_interval": interval, "tests": [
            {"name": f"{name} {fires}", "interval": "5m", "input_series": series,
             "promql_expr_test": [{"expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
                                   "eval_time": f"{minutes}m", "exp_samples": [{"labels": "{}", "value": int(fires)}]}]}
            for name, minutes, series, fires in tests if (minutes > DAY_M) == is_long]}
        path = tmp_path / f"{interval}.yml"
        path.write_text(yaml.safe_dump(plan))
        done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_metric_is_ours(daemon):
    """Each name in the rules is in what a daemon with both roles says, and each label value that it has from the start."""
    port, lan = free_port(), free_port()
    daemon.zone()
    daemon.config(["::1", "127.0.0.1"], service=RESOLVER.format(port=lan))
    with daemon.config_path.open("a") as file:
        file.write(f'\nobservability: {{metrics: {{listen: ["::1@{port}"]}}}}\n')
    daemon.start()
    status, said, _ = get("::1", port)
    assert status == 200
    text = " ".join(rule["expr"] for group in rules()["groups"] for rule in group["rules"])
    # A zone has an expiry once it is signed; the row of the metric is there without one.
    for name in set(re.findall(r"\bsextant_\w+", text)):
        assert f"# TYPE {re.sub('_(bucket|count)$', '', name)} " in said, name
    for name, wanted in set(re.findall(r"(sextant_\w+)\{([^}]*)\}", text)):
        lines = [line for line in said.splitlines() if line.startswith(name + "{")]
        for label, sign, value in re.findall(r'(\w+)(=~?)"([^"]*)"', wanted):
            values = {found for line in lines for found in re.findall(rf'\b{label}="([^"]*)"', line)}
            assert [one for one in values if (re.fullmatch(value, one) if sign == "=~" else one == value)], (name, wanted, values)


def explained(*words):
    return subprocess.run([program("sextant"), *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def signals():
    return re.findall(r'^SENSOR\(\w+, "([A-Z-]+)"', (ROOT / "src/signals/sensors.def").read_text(), re.M)


def test_signals_and_rules_name_each_other():
    """What sextant says is a signal's twin is a rule that is labelled with the signal, and all labels are signals with that twin."""
    listed = signals()
    pages = {name: json.loads(explained("--explain", name, "--json").stdout) for name in listed}
    twins = {page["prometheus"]: name for name, page in pages.items() if page["prometheus"]}
    labelled = {name: rule["labels"]["signal"] for name, rule in alert_rules().items() if "signal" in rule["labels"]}
    assert len(listed) >= 18 and labelled == twins
    for name, rule in alert_rules().items():
        found = re.fullmatch(r"sextant --explain (\S+)", rule["annotations"]["runbook"])
        if found:
            assert found[1] == rule["labels"]["signal"], name
        else:
            anchor = rule["annotations"]["runbook"].removeprefix("docs/how-to/alerts.md#")
            assert anchor == name.lower() and f"### {name}\n" in (ROOT / "docs/how-to/alerts.md").read_text()


def test_next_commands_are_there():
    """M-17: each command that a signal names is one of ours, with options that it takes."""
    commands = re.findall(r"^  (\S+(?: \S+)?) {2,}\S", explained("help").stdout.split("global")[0], re.M)
    listed = signals()
    for name in listed:
        step = json.loads(explained("--explain", name, "--json").stdout)["next"]
        found = re.findall(r"sextant ([a-z]+(?: [a-z]+)?)([^,;]*)", step)
        assert found, step
        for words, rest in found:
            command = words if words in commands else words.split()[0]
            assert command in commands, step
            text = explained("help", *command.split()).stdout
            for option in re.findall(r"--[a-z-]+", rest):
                assert option in text, (name, step)
            for values in re.findall(r"--compare ([a-z]+(?:,[a-z]+)*)", step):
                assert all(value in ("family", "transport", "servers", "validation") for value in values.split(",")), (name, step)


@pytest.fixture
def programs():
    started = []
    yield lambda *words, **more: started.append(subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL,
                                                                 stderr=subprocess.DEVNULL, **more)) or started[-1]
    for process in started:
        process.terminate()
    for process in started:
        process.wait(PATIENCE_S)


def until(what, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail("waited in vain")


def ask_json(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return json.load(reply)
    except OSError:
        return None


def test_a_fault_reaches_whoever_is_to_hear_it(daemon, programs, tmp_path):
    """A listener of one family whose address is gone: Prometheus scrapes it over IPv6, its rule fires, Alertmanager tells the webhook.
    The daemon's own alert comes to the same Alertmanager. The copies of the rules and of alertmanager.yml differ in their delays alone."""
    metrics, prometheus, alertmanager = (free_port() for _ in range(3))
    receiver = Receiver("::1")
    daemon.zone()
    daemon.config(["::1", "192.0.2.99"])  # the second is not on this host
    (daemon.folder / "rules.yaml").write_text(
        "version: 1\nthresholds: [{name: nxdomain, where: rcode=NXDOMAIN, rate: above 60/min, window: 6s, level: critical}]\n")
    with daemon.config_path.open("a") as file:
        file.write(f"observability:\n  metrics: {{listen: ['::1@{metrics}']}}\n  alerts: {{rules: rules.yaml, "
                   f"webhook: 'http://[::1]:{alertmanager}/api/v2/alerts', webhook-format: alertmanager}}\n")
    daemon.start()

    text, count = re.subn(r"for: \w+", "for: 1s", RULES.read_text())
    assert count == sum("for" in rule for rule in alert_rules().values())
    (tmp_path / "rules.yml").write_text(text)
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "sextant", "static_configs": [{"targets": [f"[::1]:{metrics}"]}]}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"[::1]:{alertmanager}"]}]}]}}))
    route = yaml.safe_load((PACKAGING / "alertmanager.yml").read_text())
    route["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    route["receivers"][0]["webhook_configs"][0]["url"] = receiver.url
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(route))
    programs("prometheus-alertmanager", f"--config.file={tmp_path}/alertmanager.yml", f"--storage.path={tmp_path}/am",
             f"--web.listen-address=[::1]:{alertmanager}", "--cluster.listen-address=")
    programs("prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=[::1]:{prometheus}")

    until(lambda: ask_json(f"http://[::1]:{alertmanager}/api/v2/status"))
    ask_nonsense(daemon)
    found = until(lambda: {alert["labels"]["alertname"]: alert for _, _, document in receiver.posted for alert in document["alerts"]
                           if alert["status"] == "firing"} if len({alert["labels"]["alertname"] for _, _, document in receiver.posted
                                                                   for alert in document["alerts"]}) >= 2 else None, 25)
    down = found["ListenerDown"]
    assert down["labels"]["service"] == "public" and down["labels"]["address"] == f"192.0.2.99@{daemon.port}"
    assert down["labels"]["instance"] == f"[::1]:{metrics}" and "nothing listens on 192.0.2.99" in down["annotations"]["summary"]
    own = found["nxdomain"]
    assert own["labels"]["job"] == "sextantd" != down["labels"]["job"] and own["labels"]["severity"] == "critical" and own["labels"]["scope"] == "all"
    targets = ask_json(f"http://[::1]:{prometheus}/api/v1/targets")["data"]["activeTargets"]
    assert [target["health"] for target in targets] == ["up"]
