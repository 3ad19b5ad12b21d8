"""`sextant advise logging`: the programs' own checkers judge its lines. What they make visible is tried in test_tail."""
import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, program

PROGRAMS = ["bind", "unbound", "coredns", "kresd", "powerdns", "nsd", "knot", "sextant"]
CATEGORIES = ["queries", "query-errors", "lame-servers", "dnssec", "security"]


def advise(*words, check=0):
    done = subprocess.run([program("sextant"), "advise", "logging", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == check, done.stderr
    return done.stdout if check == 0 else done.stderr


def checker(name):
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def test_all_at_once():
    assert list(json.loads(advise("--json"))["files"]) == PROGRAMS
    assert advise() == "\n".join(advise("--for", name) for name in PROGRAMS)


def test_bind(tmp_path):
    path = tmp_path / "named.conf"
    path.write_text(advise("--for", "bind").replace("/var/log/named/", f"{tmp_path}/"))
    subprocess.run([checker("named-checkconf"), path], check=True)
    assert "the file has all of it" in advise(path)
    # So has what named-checkconf prints of it, in another order and other blanks.
    printed = subprocess.run([checker("named-checkconf"), "-p", path], check=True, capture_output=True, text=True).stdout
    path.write_text(printed)
    assert "the file has all of it" in advise(path)
    for category in CATEGORIES:
        path.write_text(re.sub(rf'category "{category}" {{.*?}};', "", printed, flags=re.S))
        said = advise(path)
        assert [one for one in CATEGORIES if f"\tcategory {one} {{" in said] == [category]
        assert 'into the "logging" block that is there' in said


def test_bind_comments_do_not_count(tmp_path):
    path = tmp_path / "named.conf"
    path.write_text("options { listen-on-v6 { any; }; };\n" + "".join(
        f"{before}category {name} {{ x; }};{after}\n" for before, name, after in
        (("// ", "queries", ""), ("# ", "query-errors", ""), ("/* ", "lame-servers", " */"))))
    said = advise(path)
    assert [one for one in CATEGORIES if f"\tcategory {one} {{" in said] == CATEGORIES
    assert "logging {\n" in said


def test_unbound(tmp_path):
    path = tmp_path / "unbound.conf"
    path.write_text(advise("--for", "unbound"))
    subprocess.run([checker("unbound-checkconf"), path], check=True)
    assert "the file has all of it" in advise(path)
    path.write_text(path.read_text().replace("log-servfail: yes", "log-servfail: no"))
    said = advise(path)
    assert "\tlog-servfail: yes" in said and "log-replies" not in said
    path.write_text("server:\n" + said.split("server:\n")[1])
    subprocess.run([checker("unbound-checkconf"), path], check=True)


def test_coredns(tmp_path):
    """Every server block needs its own."""
    path = tmp_path / "Corefile"
    path.write_text(".:53 {\n    log\n    errors\n    forward . 2001:db8::1\n}\nexample.org {\n    errors\n    file db\n}\n")
    said = advise(path)
    assert "    log " in said and "    errors " not in said
    path.write_text(path.read_text().replace("    file db", "    file db\n    log # all"))
    assert "the file has all of it" in advise(path)


def test_kresd(tmp_path):
    path = tmp_path / "kresd.conf"
    path.write_text(advise("--for", "kresd") + "\nquit()\n")
    done = subprocess.run([checker("kresd"), "-n", "-c", path, tmp_path], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 and "error" not in done.stderr.lower(), done.stderr
    assert "the file has all of it" in advise(path)


def test_nsd(tmp_path):
    path = tmp_path / "nsd.conf"
    path.write_text("server:\n  server-count: 1\n" + advise("--for", "nsd"))
    subprocess.run([checker("nsd-checkconf"), path], check=True)
    assert "the file has all of it" in advise(path)
    path.write_text("server:\n  server-count: 1\nzone:\n  name: example\n  zonefile: x\n")
    assert "dnstap-enable: yes" in advise(path)


def test_knot(tmp_path):
    path = tmp_path / "knot.conf"
    path.write_text(advise("--for", "knot"))
    assert "the file has all of it" in advise(path)
    done = subprocess.run([checker("knotc"), "-c", path, "conf-check"], capture_output=True, text=True, check=False)
    if "unknown module" in done.stderr:
        pytest.skip("the package knot-module-dnstap is not installed")
    assert done.returncode == 0, done.stderr


def test_sextant(tmp_path):
    """Our own configuration with the line in it is a good one, and is known to have it."""
    text = (ROOT / "examples" / "sextant.yaml").read_text()
    path = ROOT / "examples" / "sextant.yaml"
    assert "the file has all of it" in advise(path)
    without = tmp_path / "sextant.yaml"
    without.write_text("".join(line for line in text.splitlines(True) if "queries: on" not in line))
    assert "log: {queries: on}" in advise(without)


def test_usage(tmp_path):
    strange = tmp_path / "strange"
    strange.write_bytes(os.urandom(200))
    assert "of no program known by its looks; --for names it" in advise(strange, check=2)
    assert "--for nonesuch: it is one of bind" in advise("--for", "nonesuch", check=2)
    assert "No such file" in advise(tmp_path / "none", check=2)
    assert "takes one configuration" in advise(strange, strange, check=2)
