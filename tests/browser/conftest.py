"""One headless Chromium for all tests of the dashboard, and a made API (mock_api) on loopback."""
import json
import os
import pathlib

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.support.ui import WebDriverWait

import mock_api

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOTS = ROOT / os.environ.get("SEXTANT_BUILD", "build-gcc") / "browser"
# Nothing but loopback may be asked, not even by the browser for itself.
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ::1, EXCLUDE 2001:db8:f::1")


class Browser:
    """The driver and what tests say with it."""

    def __init__(self, driver):
        self.driver = driver

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, true, seconds=8):
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: true())

    def open(self, address, ready=True):
        self.driver.get("about:blank")
        self.noise()
        self.driver.get(address)
        if ready:
            self.wait_ready()

    def wait_ready(self):
        return self.until(lambda: self.run("return document.body.dataset.ready"))

    def text(self, selector):
        """As it is shown; text of what is hidden is not there."""
        return self.run("const n = document.querySelector(arguments[0]); return n && n.innerText", selector)

    def has(self, selector):
        return self.run("return document.querySelector(arguments[0]) !== null", selector)

    def click(self, selector):
        """In the middle of the window: the bar on top would lie on what is just scrolled in."""
        node = self.driver.find_element("css selector", selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", node)
        node.click()

    def type(self, selector, text):
        node = self.driver.find_element("css selector", selector)
        node.clear()
        node.send_keys(text)

    def cells(self, selector):
        """Rows of a table as lists of texts."""
        return self.run("return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map((row) => [...row.children].map((cell) => cell.innerText.trim()))", selector)

    def press(self, key):
        """To whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(key).perform()

    def series(self, name):
        return self.run("return window.__sextant.series[arguments[0]]", name)

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def prefers(self, **features):
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def noise(self):
        """What the console and the network said since last asked: (errors, addresses that were asked)."""
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return errors, [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]

    def shot(self, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(SHOTS / f"{name}.png"))


@pytest.fixture(scope="session")
def chromium():
    if not (ROOT / "web/node_modules/uplot/dist").is_dir():
        pytest.skip("web/node_modules is not there: npm ci --prefix web")
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver", log_path=os.devnull))
    yield Browser(driver)
    driver.quit()


@pytest.fixture
def browser(chromium):
    chromium.size(1280)
    chromium.prefers(prefers_color_scheme="light")
    yield chromium


@pytest.fixture
def site(request):
    """A made server; its address is site.address. Parametrize it by fixture, or by (fixture, token)."""
    given = getattr(request, "param", "incident")
    made = mock_api.Site(*(given if isinstance(given, tuple) else (given,)))
    server, made.address = mock_api.start(made)
    yield made
    made.is_lost = True
    server.shutdown()
    server.server_close()
