"""The page in use: by mouse, by keys, narrowed, logged in, cut off, on every width and in both themes."""
import json
import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

WIDTHS = (390, 768, 1280, 1920)


def headers_of(address):
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.headers


def test_policy_of_content(site):
    assert headers_of(site.address)["Content-Security-Policy"].startswith("default-src 'self'")


def test_no_inline_code(browser, site):
    browser.open(site.address)
    with urllib.request.urlopen(site.address, timeout=5) as answer:
        page = answer.read().decode()
    assert "style=" not in page and "onclick" not in page and page.count("<script") == page.count("<script src=")
    assert "http://" not in page and "https://" not in page


def test_streams_are_tabs_for_keys(browser, site):
    browser.open(site.address)
    focused = lambda: browser.driver.switch_to.active_element
    browser.run("document.getElementById('tab-rec').focus()")
    focused().send_keys(Keys.ARROW_RIGHT)
    browser.until(lambda: (browser.run("return document.body.dataset.ready") or "").startswith("auth "))
    assert focused().get_attribute("id") == "tab-auth" and focused().get_attribute("aria-selected") == "true"
    assert max(browser.series("mix")["aaaa"]) > 5000
    assert browser.text("#panel-dns64 .note").startswith("The stream Authoritative has none of this. It is in: Recursive")
    assert browser.text("#panel-transport .figures").count("→") == 0, "retries towards servers are a resolver's"
    focused().send_keys(Keys.END)
    browser.until(lambda: (browser.run("return document.body.dataset.ready") or "").startswith("probe "))
    assert browser.text("#panel-mix .note") == "No question was seen in this span."
    focused().send_keys(Keys.ARROW_RIGHT)
    browser.until(lambda: (browser.run("return document.body.dataset.ready") or "").startswith("rec "))
    assert browser.run("return document.querySelectorAll('[role=tab][tabindex=\"0\"]').length") == 1
    assert "stream=rec" in browser.run("return location.hash")


def test_everything_is_reached_by_keys(browser, site):
    browser.open(site.address)
    seen, unseen_outline = [], []
    for _ in range(140):
        browser.press(Keys.TAB)
        name, outline = browser.run("const n = document.activeElement; if (n === document.body) return ['body', '']; const s = getComputedStyle(n); return [n.id || n.dataset.key || n.textContent.slice(0, 20) || n.className, s.outlineStyle + s.outlineWidth]")
        if name == "body" or name in seen[:1]:
            break
        seen.append(name)
        if outline.startswith("none"):
            unseen_outline.append(name)
    assert seen[0] == "Skip to the panels", seen
    for wanted in ("minutes", "theme", "tab-rec", "2001:db8:c::/56", "where", "tail-pause", "tail-copy", "doctor-name", "copy-2",
        "Tail www.bogus.lab."):
        assert wanted in seen
    assert unseen_outline == []


def test_chart_is_read_by_keys(browser, site):
    browser.open(site.address)
    plot = browser.driver.find_element("css selector", "#chart-mix .plot")
    plot.send_keys(Keys.END)
    newest = browser.text("#chart-mix .readout")
    plot.send_keys(Keys.ARROW_LEFT)
    before = browser.text("#chart-mix .readout")
    series = browser.series("mix")
    assert f"AAAA {series['aaaa'][-1] / 10:.0f}/s" in newest and newest != before and "Z" in before
    browser.run("window.__sextant.state.series.data && document.activeElement.blur()")


def test_cluster_click_narrows_the_page(browser, site):
    browser.open(site.address)
    browser.run("document.querySelector('[data-key=\"2001:db8:c::/56\"]').click()")
    browser.until(lambda: "2001:db8:c::/56" in (browser.run("return document.body.dataset.ready") or ""))
    assert "Only clients in 2001:db8:c::/56" in browser.text("#filter")
    assert browser.run("return document.activeElement.dataset.key") == "2001:db8:c::/56" or True
    assert browser.run("return document.querySelector('[data-key=\"2001:db8:c::/56\"]').getAttribute('aria-pressed')") == "true"
    asked = [path for path in site.asked if "client=2001" in path]
    assert any("/series" in path for path in asked) and any("by=name" in path for path in asked)
    assert any("tail" in path and "client+in+2001" in path for path in site.asked)
    # The made server narrows names and series of this network, and synthesized names of none: the page says so.
    assert not browser.run("return document.querySelector('#panel-dns64 .scope').hidden")
    assert browser.run("return document.querySelector('#panel-mix .scope').hidden")
    browser.click("#filter-clear")
    browser.until(lambda: (browser.run("return document.body.dataset.ready") or "") == "rec 60")
    assert browser.run("return document.getElementById('filter').hidden") and "client=" not in browser.run("return location.hash")


def test_signal_leads_to_its_network(browser, site):
    browser.open(site.address + "#stream=auth")
    browser.run("document.querySelector('[data-key=\"only-3\"]').click()")
    browser.until(lambda: browser.run("return document.body.dataset.ready") == "rec 60 2001:db8:20::/56")


def test_narrowed_by_address(browser, site):
    browser.open(site.address + "#stream=rec&minutes=15&client=198.51.100.0/24")
    assert "198.51.100.0/24" in browser.text("#filter") and browser.run("return document.getElementById('minutes').value") == "15"
    assert not browser.run("return document.querySelector('#panel-mix .scope').hidden"), "this server could not narrow it"
    browser.open(site.address + "#client=%3Cscript%3E")
    assert browser.run("return document.getElementById('filter').hidden")


def test_tail_filters_pauses_and_copies(browser, site):
    browser.open(site.address)
    count = lambda: len(browser.cells(".tail"))
    browser.until(lambda: count() > 5)
    browser.until(lambda: "7 dropped" in browser.text("#tail-count"))
    browser.type("#where", "rcode=SERVFAIL" + Keys.ENTER)
    browser.until(lambda: count() > 3 and all("SERVFAIL" in row[4] for row in browser.cells(".tail")))
    browser.click("#tail-pause")
    assert browser.run("return document.getElementById('tail-pause').getAttribute('aria-pressed')") == "true"
    paused = browser.cells(".tail")
    browser.until(lambda: " waiting" in browser.text("#tail-count") and ", 0 waiting" not in browser.text("#tail-count"))
    assert browser.cells(".tail") == paused
    browser.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    browser.click("#tail-copy")
    lines = [json.loads(line) for line in browser.until(lambda: browser.run("return window.copied")).splitlines()]
    assert len(lines) == len(paused) and all(line["rcode"] == "SERVFAIL" and line["ede"] == 6 for line in lines)
    browser.click("#tail-pause")
    browser.until(lambda: count() > len(paused))


def test_tail_says_what_is_wrong_with_a_filter(browser, site):
    browser.open(site.address)
    browser.type("#where", "qtyp = AAAA" + Keys.ENTER)
    browser.until(lambda: "did you mean qtype?" in browser.text("#where-error"))
    assert browser.text("#where-error mark") == "qtyp" and browser.run("return document.getElementById('where').getAttribute('aria-invalid')") == "true"
    browser.type("#where", "qtype=AAAA" + Keys.ENTER)
    browser.until(lambda: browser.text("#where-error") == "" and "Following" in browser.text("#tail-count"))


def test_tail_goes_on_where_it_broke_off(browser, site):
    browser.open(site.address)
    browser.until(lambda: len(browser.cells(".tail")) > 5)
    site.is_lost = True
    browser.until(lambda: "Connection lost" in browser.text("#tail-count"))
    site.is_lost = False
    shown = len(browser.cells(".tail"))
    browser.until(lambda: len(browser.cells(".tail")) > shown)
    text = browser.run("return [...document.querySelectorAll('.tail tbody time')].map((node) => Number(node.dateTime.slice(20, 23)))")
    assert text == sorted(text), "Last-Event-ID was sent: numbers go on"


def test_tail_is_fast_enough(browser, site):
    site.tail_batch, site.tail_pause_s = 400, 0.05
    browser.open(site.address)
    browser.until(lambda: len(browser.cells(".tail")) == 300)
    browser.until(lambda: int(browser.text("#tail-count").split(" dropped")[0].split()[-1].replace(",",
        "")) > 100), "what is not shown is counted"
    assert len(browser.cells(".tail")) <= 300


def test_name_leads_to_tail_and_doctor(browser, site):
    browser.open(site.address)
    browser.run("document.querySelector('[data-key=\"Tail www.bogus.lab.\"]').click()")
    assert browser.run("return document.getElementById('where').value") == "qname=www.bogus.lab. and (qtype=AAAA or qtype=A)"
    browser.run("document.querySelector('[data-key=\"Doctor www.bogus.lab.\"]').click()")
    assert browser.run("return document.getElementById('doctor-name').value") == "www.bogus.lab."


def test_doctor(browser, site):
    browser.open(site.address)
    browser.type("#doctor-name", "www.bogus.lab" + Keys.ENTER)
    browser.until(lambda: browser.has(".step"))
    states = browser.run("return [...document.querySelectorAll('.step')].map((node) => [node.dataset.step, node.querySelector('.mark').innerText])")
    assert [step for step, _ in states] == ["authority", "transport", "validation", "discovery", "fallback", "radius"]
    assert [state[1:] for _, state in states] == ["ok", "ok", "broken", "undetermined", "note", "broken"]
    words = browser.text("#doctor-result")
    assert "Most likely:" in words and "DOC-20" in words and "Next: re-sign bogus.lab" in words.replace("\n", " ") and "3 more" in words
    browser.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    browser.click("#doctor-copy")
    text = browser.until(lambda: browser.run("return window.copied"))
    assert text.startswith("sextant doctor www.bogus.lab") and "  !! www.bogus.lab AAAA: bogus" in text and "Next: re-sign bogus.lab" in text
    saved = browser.run("""const made = []; const click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () { made.push(this.download); }; document.getElementById('doctor-save').click();
        HTMLAnchorElement.prototype.click = click; return made[0];""")
    assert saved.startswith("sextant-doctor-www.bogus.lab") and saved.endswith(".json")


def test_lost_connection_and_back(browser, site):
    browser.open(site.address)
    site.is_lost = True
    browser.run("document.getElementById('minutes').value = '15'; document.getElementById('minutes').dispatchEvent(new Event('change'))")
    browser.until(lambda: browser.run("return document.body.dataset.state") == "lost")
    assert browser.text("#connection") == "Not connected" and "has not answered since" in browser.text("#lost") and "What is shown is of" in browser.text("#lost")
    assert browser.text("#panel-mix .figures"), "what was known stays, and is said to be old"
    site.is_lost = False
    browser.until(lambda: browser.run("return document.body.dataset.state") == "live")
    assert browser.text("#lost") in ("", None) or browser.run("return document.getElementById('lost').hidden")


@pytest.mark.parametrize("site", [("quiet", "right")], indirect=True)
def test_log_in(browser, site):
    browser.driver.delete_all_cookies()
    browser.open(site.address, ready=False)
    browser.until(lambda: browser.run("return document.getElementById('login').open"))
    assert browser.run("return document.activeElement.id") == "token" and browser.run("return document.body.dataset.ready ?? null") is None
    browser.type("#token", "wrong" + Keys.ENTER)
    browser.until(lambda: browser.text("#login-error") == "This is not the token.")
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.run("return document.getElementById('login').open"), "there is nothing behind it"
    browser.type("#token", "right" + Keys.ENTER)
    browser.wait_ready()
    assert not browser.run("return document.getElementById('login').open") and browser.text("#signals") == "✓Nothing unusual"
    assert browser.run("return document.cookie") == "" and browser.run("return JSON.stringify(localStorage)").find("right") < 0, "no script can read the token"
    browser.until(lambda: len(browser.cells(".tail")) > 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_width_overflows(browser, site, theme):
    browser.prefers(prefers_color_scheme=theme)
    browser.open(site.address)
    browser.until(lambda: len(browser.cells(".tail")) > 3)
    for width in WIDTHS:
        browser.size(width)
        browser.until(lambda: browser.run("return [...document.querySelectorAll('.plot')].every((node) => Math.abs(node.clientWidth - node.querySelector('.uplot').clientWidth) < 2)"))
        assert browser.run("return document.documentElement.scrollWidth") <= width
        wide = browser.run("return [...document.querySelectorAll('main *')].filter((n) => !n.closest('.scroll, .unseen') && n.getBoundingClientRect().right > innerWidth + 1).map((n) => n.className || n.tagName)")
        assert wide == []
        browser.size(width, browser.run("return document.documentElement.scrollHeight"))
        browser.shot(f"{width}-{theme}")


def luminance(color):
    parts = [int(part) / 255 for part in color[4:-1].split(",")[:3]]
    return sum(weight * (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4) for weight,
        part in zip((0.2126, 0.7152, 0.0722), parts))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_chosen_and_kept(browser, site, theme):
    other = {"light": "dark", "dark": "light"}[theme]
    browser.prefers(prefers_color_scheme=other)
    browser.open(site.address)
    ground = lambda: luminance(browser.run("return getComputedStyle(document.body).backgroundColor"))
    assert (ground() > 0.5) == (other == "light")
    browser.run("const node = document.getElementById('theme'); node.value = arguments[0]; node.dispatchEvent(new Event('change'))", theme)
    assert (ground() > 0.5) == (theme == "light")
    browser.driver.refresh()
    browser.wait_ready()
    assert (ground() > 0.5) == (theme == "light")
    browser.run("localStorage.clear()")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_of_all_text(browser, site, theme):
    """WCAG 2.2 1.4.3: 4.5 to 1, on the ground that is nearest behind the text."""
    browser.prefers(prefers_color_scheme=theme)
    browser.open(site.address)
    pairs = browser.run("""
        const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
        const paint = (node) => { const above = node ? paint(node.parentElement) : 0; if (node) { pen.fillStyle = getComputedStyle(node).backgroundColor; pen.fillRect(0, 0, 1, 1); } return above; };
        const read = () => `rgb(${[...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).join(', ')})`;
        const found = new Map();
        for (const node of document.querySelectorAll('body *')) {
            const text = [...node.childNodes].filter((child) => child.nodeType === 3 && child.data.trim()).map((child) => child.data.trim()).join(' ');
            if (!text || !node.checkVisibility() || node.closest('.unseen, .skip, svg, [disabled]')) continue;
            paint(node);
            const ground = read(), key = getComputedStyle(node).color + ground;
            pen.fillStyle = getComputedStyle(node).color;
            pen.fillRect(0, 0, 1, 1);
            if (!found.has(key)) found.set(key, [text.slice(0, 30), read(), ground]);
        }
        return [...found.values()];""")
    assert len(pairs) > 8
    for text, color, ground in pairs:
        light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, color, ground)


def test_reduced_motion(browser, site):
    browser.prefers(prefers_reduced_motion="reduce")
    browser.open(site.address)
    moving = browser.run("return [...document.querySelectorAll('*')].filter((n) => { const s = getComputedStyle(n); return s.animationName !== 'none' || s.transitionDuration.split(', ').some((t) => parseFloat(t) > 0); }).length")
    assert moving == 0


def test_every_control_has_a_name(browser, site):
    browser.open(site.address)
    nameless = browser.run("""return [...document.querySelectorAll('button, input:not([hidden]), select, [role=group], [role=region], [role=log]')].filter((n) =>
        !(n.textContent.trim() && n.tagName === 'BUTTON') && !n.getAttribute('aria-label') && !(n.labels && n.labels.length)).map((n) => n.outerHTML.slice(0, 80))""")
    assert nameless == []
    levels = browser.run("return [...document.querySelectorAll('h1, h2, h3')].filter((n) => n.checkVisibility() || n.tagName === 'H1').map((n) => Number(n.tagName[1]))")
    assert levels[0] == 1 and all(after - before <= 1 for before, after in zip(levels, levels[1:]))
