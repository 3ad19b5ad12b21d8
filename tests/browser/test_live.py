"""The page that a real sextantd serves, of questions that were played: what is shown is what was asked. One page for all tests."""
import json
import urllib.error
import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

from live_site import CAMPUS, PATIENCE_S, TOKEN, LiveSite, asked


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    site = LiveSite(tmp_path_factory.mktemp("live"))
    yield site
    site.stop()


def get(address, path, token=TOKEN):
    request = urllib.request.Request(address + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.headers, answer.read()


def log_in(browser, address):
    browser.driver.delete_all_cookies()
    browser.open(address, ready=False)
    browser.until(lambda: browser.run("return document.getElementById('login').open"))
    browser.type("#token", TOKEN + Keys.ENTER)
    browser.wait_ready()


def total(values):
    return sum(value for value in values if value is not None)


@pytest.fixture(scope="module")
def page(chromium, live):
    """Questions were played, and the step in which they came is over."""
    live.play()

    def counted():
        series = json.loads(get(live.guarded, "api/v1/series?stream=rec&minutes=60")[1])["series"]
        wanted = {"aaaa": asked(type="AAAA"), "a": asked(type="A"), "other": 2}
        return all(total(series[key]) >= least for key, least in wanted.items())

    live.wait(counted)
    live.wait(lambda: json.loads(get(live.guarded, "api/v1/signals")[1])["signals"])
    chromium.size(1280)
    chromium.prefers(prefers_color_scheme="light")
    log_in(chromium, live.guarded)
    yield chromium


def test_headers(live):
    headers, body = get(live.guarded, "")
    assert headers["Content-Security-Policy"].startswith("default-src 'self'") and b"style=" not in body
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_token_is_needed(live):
    for token in ("", "wrong-token-of-the-tests"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(live.guarded, "api/v1/status", token)
        assert refused.value.code == 401


def test_verdict(page):
    signals = page.run("return [...document.querySelectorAll('.signal')].map((node) => node.innerText)")
    assert any("AAAA-SERVFAIL" in signal and "zone bogus.lab" in signal and "sextant query" in signal for signal in signals)


def test_tiles(page):
    tiles = page.run("return [...document.querySelectorAll('.tile')].map((node) => node.innerText)")
    assert len(tiles) == 4 and all("up" in tile for tile in tiles)
    assert page.text("#node") == "ns1.lab"


def test_mix_and_failures(page):
    mix, failures = page.series("mix"), page.series("failures")
    assert (total(mix["aaaa"]), total(mix["a"])) == (asked(type="AAAA"), asked(type="A"))
    bad = asked(name="www.bogus.lab.", type="AAAA")
    assert (total(failures["aaaa_servfail"]), total(failures["a_servfail"])) == (bad, 0)
    assert f"{asked(type='A') / asked(type='AAAA'):.2f}" in page.text("#panel-mix .figures")
    rows = page.cells("#aaaa-names")
    assert len(rows) == 1 and rows[0][0].startswith("www.bogus.lab") and rows[0][1:] == [f"{bad} of {bad}",
        f"0 of {asked(name='www.bogus.lab.', type='A')}"]


def test_transport(page):
    words = page.text("#panel-transport")
    assert "1 of " in words and "100 %" in words, "one was truncated, and asked again over TCP"
    rows = page.cells("#transports")
    assert rows[0][2] == "1" and rows[1][1] == str(asked(client="203.0.113.9"))
    assert page.cells("#sizes")


def test_clusters(page):
    rows = {row[0].split()[0]: row[1:] for row in page.cells("#clusters")}
    office = asked(client="2001:db8:c::10")
    assert rows["2001:db8:c::/56"][:2] == [str(office), f"{100 * asked(name='www.bogus.lab.', type='AAAA') / office:.1f} %"]
    assert rows["203.0.113.0/24"][4] == "25.0 %", "NXDOMAIN: 10 of 40"
    assert list(rows)[0] == "2001:db8:c::/56"


def test_dns64(page):
    assert total(page.series("dns64")["dns64"]) == asked(name="legacy.good.lab.")
    assert page.cells("#dns64-names")[0] == ["legacy.good.lab.", str(asked(name="legacy.good.lab."))]
    assert "2001:db8:64::/96" in page.text("#panel-dns64")


def test_validation(page):
    bad = str(asked(name="www.bogus.lab.", type="AAAA"))
    assert ["6 DNSSEC Bogus", bad, bad, "0"] in page.cells("#ede-codes")
    assert page.cells("#validations")[3] == ["✕bogus", bad, bad, "0"]
    assert any("bogus.lab" in row[1] for row in page.cells("#anchors"))


def test_upstream(page):
    rows = {row[0]: row[1:] for row in page.cells("#upstream-families")}
    assert rows["Asked"][0] not in ("0", "no data")


def test_own_zones(page):
    assert {row[0].rstrip(".") for row in page.cells("#delegation")} == {"bogus.lab", "good.lab"}
    assert [row[5] for row in page.cells("#delegation") if row[0].startswith("good.lab")] == ["–not signed"]


def test_tail(page, live):
    page.type("#where", "qtype=AAAA and rcode=SERVFAIL" + Keys.ENTER)
    page.until(lambda: "Following" in page.text("#tail-count"))
    live.ask(CAMPUS, "www.good.lab.", "AAAA")
    live.ask(CAMPUS, "www.bogus.lab.", "AAAA")
    # What the resolver remarks about it comes with it, without a client.
    replies = lambda: [row for row in page.cells(".tail") if row[1] != "-"]
    page.until(replies)
    row = replies()[0]
    assert len(replies()) == 1
    assert row[1:6] == [CAMPUS, "www.bogus.lab.", "AAAA", "✕SERVFAIL", "udp6"] and "EDE 6" in row[7]
    page.type("#where", "qtyp=AAAA" + Keys.ENTER)
    page.until(lambda: page.text("#where-error mark") == "qtyp")


def test_narrowed(page):
    page.run("document.querySelector('[data-key=\"2001:db8:c::/56\"]').click()")
    page.until(lambda: "2001:db8:c::/56" in (page.run("return document.body.dataset.ready") or ""))
    assert "Only clients in 2001:db8:c::/56" in page.text("#filter")
    page.click("#filter-clear")
    page.until(lambda: page.run("return document.body.dataset.ready") == "rec 60")


def test_authoritative(page):
    page.click("#tab-auth")
    page.until(lambda: (page.run("return document.body.dataset.ready") or "").startswith("auth "))
    assert total(page.series("mix")["aaaa"]) >= 20
    page.click("#tab-rec")
    page.until(lambda: (page.run("return document.body.dataset.ready") or "").startswith("rec "))


def test_doctor(page):
    page.type("#doctor-name", "www.bogus.lab" + Keys.ENTER)
    page.until(lambda: page.has(".step") or page.text("#panel-doctor .error"), 30)
    assert page.run("return [...document.querySelectorAll('.step')].map((node) => node.dataset.step)") == ["authority", "transport",
        "validation", "discovery", "fallback", "radius"]


def test_no_complaint(page):
    errors, urls = page.noise()
    # Those of the log in and of the filter that is none; and without TLS, off loopback, Chromium leaves out one protection.
    expected = ("status of 401", "status of 400", "Cross-Origin-Opener-Policy")
    assert [error for error in errors if not any(words in error for words in expected)] == []
    origin = page.run("return location.origin")
    assert all(url.startswith((origin, "data:", "about:", "blob:")) for url in urls), urls
