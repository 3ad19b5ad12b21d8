"""What each panel says for a day of which all answers are known."""
import time

import pytest

import mock_fixtures as fixtures


def known(values):
    return sum(value for value in values if value is not None)


@pytest.fixture(scope="module")
def page(chromium):
    """The incident's page, opened once for the tests that only read."""
    import mock_api
    site = mock_api.Site("incident")
    server, address = mock_api.start(site)
    chromium.size(1280)
    chromium.prefers(prefers_color_scheme="light")
    chromium.open(address)
    chromium.answer = fixtures.series(site.now, "rec", True, None)
    yield chromium
    site.is_lost = True
    server.shutdown()
    server.server_close()


def test_all_panels_are_there_in_order(page):
    titles = page.run("return [...document.querySelectorAll('section > header > h2')].map((node) => node.firstChild.data)")
    assert titles == ["Verdict", "A : AAAA mix", "AAAA failures next to A", "Transport and retries", "Source clusters", "DNS64",
        "Validation and EDE", "Upstream by family", "Delegation matrix",
                      "Live tail", "Doctor"]
    assert page.run("return [...document.querySelectorAll('section')].every((node) => document.getElementById(node.getAttribute('aria-labelledby')))")
    assert page.text("#node") == "ns1.example.com" and page.text("#connection") == "Live"


def test_verdict(page):
    signals = page.run("return [...document.querySelectorAll('.signal')].map((node) => node.innerText)")
    assert len(signals) == 2, "the one that ended is not among them"
    assert all(word in signals[0] for word in ("Critical", "AAAA-SERVFAIL", "rec zone bogus.lab", "92.0%", "usual 0.3% (control)",
        "(20 min)", "110 of 120 AAAA failed", "sextant query www.bogus.lab"))
    assert all(word in signals[1] for word in ("Warning", "A-TILT", "6.1", "usual 1.2"))
    assert "1 signal has ended" in page.text("#verdict") and "1 signal is not observable here" in page.text("#verdict")


def test_tiles(page):
    tiles = page.run("return Object.fromEntries([...document.querySelectorAll('.tile')].map((node) => [node.dataset.tile, node.innerText]))")
    assert sorted(tiles) == sorted(f"{name} {family}" for name in ("public", "office", "v6only-lan") for family in ("ipv6", "ipv4"))
    assert all(word in tiles["public ipv6"] for word in ("up", "812/s", "≤ 2.5 ms", "0 %", "2001:db8:10::53@53"))
    assert "1 of 1 not up" in tiles["public ipv4"] and "no listener" in tiles["v6only-lan ipv4"]
    assert "2.2 %" in tiles["office ipv6"], "1800 SERVFAIL of 81,000"
    assert "192.0.2.53@53 is waiting" in page.text("#verdict") and "dropped on the way: query-log 12" in page.text("#verdict")


def test_mix(page):
    series, mine = page.answer["series"], page.series("mix")
    assert mine["aaaa"] == series["aaaa"] and mine["a"] == series["a"] and mine["other"] == series["other"]
    assert mine["x"][1] - mine["x"][0] == page.answer["step_s"] and len(mine["x"]) == fixtures.STEPS
    tilt = page.series("ratio")
    assert tilt["ratio"][50] == pytest.approx(series["a"][50] / series["aaaa"][50]) and tilt["ratio"][102] is None
    assert tilt["low"] == page.answer["band"]["low"]
    words = page.text("#panel-mix")
    assert f"{known(series['a']) / known(series['aaaa']):.2f}" in words and "usual now 0.94 to 1.14" in words and f"{known(series['aaaa']):,}" in words


def test_failures(page):
    series, mine = page.answer["series"], page.series("failures")
    for key in ("aaaa_servfail", "a_servfail", "aaaa_timeout", "a_timeout"):
        assert mine[key] == series[key]
    assert f"{known(series['aaaa_servfail']):,}" in page.text("#panel-failures .figures")
    rows = page.cells("#aaaa-names")
    assert [row[1:] for row in rows] == [["1,180 of 1,210", "0 of 1,190"], ["230 of 241", "1 of 260"],
        ["12 of 12", "0 of 12"]], "where A fails too, it is another fault"
    assert rows[0][0].startswith("www.bogus.lab.") and rows[2][0].startswith(fixtures.HOSTILE)


def test_names_of_strangers_are_text(page):
    assert page.run("return document.querySelectorAll('main img').length") == 0
    page.until(lambda: fixtures.HOSTILE in page.text(".tail"))
    assert page.run("return [...document.querySelectorAll('[onerror], [style*=url]')].length") == 0


def test_transport(page):
    series, words = page.answer["series"], page.text("#panel-transport")
    mine = page.series("retries")
    assert mine["fallback_6to4"] == series["fallback_6to4"] and mine["retry_tcp"] == series["retry_tcp"]
    truncated, udp = known(series["tc6"]) + known(series["tc4"]), known(series["udp6"]) + known(series["udp4"])
    assert f"{100 * truncated / udp:.1f} %" in words and f"{100 * known(series['tcp_after_tc']) / truncated:.1f} %" in words
    rows = page.cells("#transports")
    assert rows[0][:3] == ["IPv6", f"{known(series['udp6']):,}", f"{known(series['tcp6']):,}"] and rows[1][0] == "IPv4"
    sizes = page.cells("#sizes")
    assert [row[0] for row in sizes] == ["1 to 128", "129 to 256", "257 to 512", "513 to 1232", "1233 to 1452 over 1232",
        "1453 to 4096 over 1232", "over 4096 over 1232"]
    assert sizes[3][2] == f"{known(series['sizes']['1232']):,}"
    over = (known(series["sizes"]["1452"]) + known(series["sizes"]["4096"])) / sum(known(values) for values in series["sizes"].values())
    assert page.text("#over-1232") == f"{100 * over:.1f} %"


def test_clusters(page):
    rows = page.cells("#clusters")
    assert rows[0][0].split() == ["2001:db8:c::/56", "office",
        "Berne"] and rows[0][1] == "1,040" and rows[0][2] == "58.7 %", "the worst comes first"
    assert rows[-1][0] == "203.0.113.0/24" and rows[-1][3] == "23.8 %"
    assert page.run("return document.querySelector('#clusters tbody tr td:nth-child(3)').className") == "number heat-4"


def test_dns64(page):
    series, mine = page.answer["series"], page.series("dns64")
    assert mine["dns64"] == series["dns64"] and mine["native"] == series["native"] and mine["negative"] == series["negative"]
    assert page.cells("#dns64-names") == [["legacy.good.lab.", "812"], ["printer.home.arpa.", "90"]]
    words = page.text("#panel-dns64")
    assert "64:ff9b::/96" in words and "31.0 %" in words, "960 of 3,100 at the service"


def test_validation(page):
    series, mine = page.answer["series"], page.series("ede")
    assert mine["6"] == series["ede"]["6"]
    rows = page.cells("#ede-codes")
    assert rows[0] == ["6 DNSSEC Bogus", f"{known(series['ede']['6']):,}", f"{known(series['ede']['6']):,}", "0"]
    assert rows[1][0] == "23 Network Error" and rows[2][0] == "22 No Reachable Authority"
    results = page.cells("#validations")
    assert results[3] == ["✕bogus", f"{known(series['val']['bogus']):,}", f"{known(series['val']['bogus']):,}", "0"]
    anchors = page.cells("#anchors")
    assert anchors[0] == ["office", ".", "20326", "✓valid"] and "lab.example." in page.text("#anchors")


def test_upstream(page):
    assert page.series("upstream")["up_p50_us6"] == page.answer["series"]["up_p50_us6"]
    rows = {row[0]: row[1:] for row in page.cells("#upstream-families")}
    assert rows["State"] == ["✓works", "✓works"] and rows["Asked"] == ["32,400", "21,600"] and rows["Round trip, half below"] == ["9.1 ms", "9.1 ms"]
    assert rows["Timeouts"] == ["900 (2.8 %)", "12 (<0.1 %)"] and rows["Asked again over the other"] == ["1,220", "20"]
    assert rows["Servers that answer"] == ["41", "41"] and rows["Servers not known yet"] == ["1", "1"] and rows["Servers that are lame"] == ["3", "0"]
    assert page.cells("#upstream-servers") == [["ns2.half.lab. 192.0.2.7@53", "IPv6"]]


def test_delegation(page):
    rows = page.cells("#delegation")
    assert [row[:3] for row in rows] == [["example.com", "✓2/2", "✓2/2"], ["half.lab", "◆1/1", "✓2/2"],
        ["2.0.192.in-addr.arpa", "✕0/2", "✓2/2"], ["new.example", "?not audited", "?not audited"]]
    assert rows[0][3] == "2026112201" and rows[0][4].startswith("2 h ago") and "in 20 d" in rows[0][5] and "◆in 23 h" in rows[1][5]
    assert rows[3][4] == "never" and rows[3][5] == "–not signed"


def test_tables_behind_the_charts(page):
    for chart, key in (("mix", "aaaa"), ("ratio", "ratio"), ("failures", "aaaa_servfail"), ("retries", "fallback_6to4"),
        ("dns64", "native"), ("ede", "6"), ("upstream", "up_p99_us6")):
        page.run("document.querySelector(arguments[0]).open = true", f"#chart-{chart} details")
        page.until(lambda: len(page.cells(f"#chart-{chart} details")) == fixtures.STEPS)
    newest = page.cells("#chart-mix details")[0]
    start = page.series("mix")["x"][-1]
    assert newest == [fixtures.stamp(start), *[str(page.answer["series"][key][-1]) for key in ("aaaa", "a", "other")]]
    assert page.cells("#chart-mix details")[fixtures.STEPS - 1 - 102][1] == "no data", "what is not known is not 0"
    page.run("for (const node of document.querySelectorAll('details')) node.open = false")


def test_times_are_utc_and_local_on_hover(page):
    found = page.run("const node = document.querySelector('.signal time'); return [node.textContent, node.dateTime, node.title]")
    assert found[0] == found[1] and time.strptime(found[0],
        "%Y-%m-%dT%H:%M:%SZ") and found[2].startswith(found[0] + "\n") and len(found[2]) > 30


def test_nothing_elsewhere_and_no_complaint(page):
    errors, asked = page.noise()
    assert errors == []
    address = page.run("return location.origin") + "/"
    assert len(asked) > 20 and all(url.startswith((address, "data:", "about:")) for url in asked), asked


@pytest.mark.parametrize("site", ["quiet"], indirect=True)
def test_a_quiet_day(browser, site):
    browser.open(site.address)
    assert browser.text("#signals") == "✓Nothing unusual"
    assert "None among the names" in browser.text("#aaaa-names") and browser.text("#upstream-servers").endswith("None known.")
    assert "REFRESH-FAILING" in browser.run("return document.querySelector('#undetermined').textContent")


@pytest.mark.parametrize("site", ["empty"], indirect=True)
def test_nothing_was_asked_yet(browser, site):
    browser.open(site.address)
    assert browser.text("#panel-mix .note") == "No question was seen in this span." and browser.text("#panel-clusters .note") == "No client was seen in this span."
    assert browser.text("#panel-upstream .note") == "The server does not tell this: history is off."
    assert browser.text("#panel-delegation .note") == "No zone is configured here."
    assert not browser.has(".signal")
