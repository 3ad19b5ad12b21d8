"""The page that a real sextantd serves, of questions that were played: what is shown is what was asked. One page for all tests."""
import json
import urllib.error
import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

from live_site import PATIENCE_S, TOKEN, LiveSite


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


@pytest.fixture(scope="module")
def page(chromium, live):
    """Questions were played, and the sensors have judged them."""
    live.play()
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


def test_no_complaint(page):
    errors, urls = page.noise()
    # That of the log in; and without TLS, off loopback, Chromium says that it leaves out one of the protections.
    expected = ("401", "404", "Cross-Origin-Opener-Policy")
    assert [error for error in errors if not any(word in error for word in expected)] == []
    origin = page.run("return location.origin")
    assert all(url.startswith((origin, "data:", "about:", "blob:")) for url in urls), urls
