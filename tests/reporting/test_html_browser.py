"""The HTML report in a browser: it filters, it can be used by keyboard, it stays inert."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance_cli.reporting import html
from tests.reporting import fixed_run
from tests.reporting.hostile import MARK, hostile_view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: set CHROMIUM to its path"),
]
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield launched
        launched.close()


class Watched:
    """A page, and everything it did that a report must not do."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.did: list[str] = []
        page.on("console", lambda message: self.did.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.did.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        self._own = path.as_uri()
        page.goto(self._own)

    def _dialog(self, dialog) -> None:
        self.did.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request) -> None:
        if request.url.partition("#")[0] != self._own:
            self.did.append(f"request: {request.url}")

    def rows(self) -> list[str]:
        """Requirement ids that are shown."""
        shown = self.page.locator("tr[data-verdict]:visible")
        return [str(row.get_attribute("data-requirement")) for row in shown.all()]


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    yield from _opened(browser, tmp_path, html.render(fixed_run.view()))


@pytest.fixture
def hostile(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    yield from _opened(browser, tmp_path, html.render(hostile_view()))


def _opened(browser: Browser, folder: Path, text: str, **options: object) -> Iterator[Watched]:
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    context = browser.new_context(offline=True, **options)
    yield Watched(context.new_page(), path)
    context.close()


def test_it_opens_without_a_network_and_does_nothing_by_itself(report: Watched):
    assert report.page.locator("h1").inner_text() == "Bookings and referrals (receiver) 1.0.0"
    assert report.did == []


def test_the_style_is_applied_although_nothing_else_may_be(report: Watched):
    colour = "getComputedStyle(document.querySelector('.banner')).backgroundColor"
    assert report.page.evaluate(colour) == "rgb(0, 94, 184)"


def test_a_verdict_filters_the_requirements_and_the_count_is_announced(report: Watched):
    assert len(report.rows()) == 25
    report.page.get_by_role("checkbox", name="Fail").check(force=True)
    assert report.rows() == ["BKR-COM-007", "BKR-SLT-003", "BKR-SLT-006"]
    status = report.page.get_by_role("status")
    assert status.inner_text() == "Showing 3 of 25 requirements"
    report.page.get_by_role("checkbox", name="Warning").check(force=True)
    assert len(report.rows()) == 5


def test_level_and_search_filter_together_and_clear_shows_all_again(report: Watched):
    report.page.get_by_role("combobox", name="Level").select_option("SHALL")
    report.page.get_by_role("searchbox", name="Search").fill("slot STATUS")
    assert report.rows() == ["BKR-SLT-003", "BKR-SLT-006", "BKR-BKG-004"]
    report.page.get_by_role("button", name="Clear").click()
    report.page.wait_for_function(
        "document.querySelectorAll('tr[data-verdict]:not([hidden])').length === 25"
    )
    assert report.page.get_by_role("status").inner_text() == "Showing 25 of 25 requirements"


def test_sections_without_a_match_are_hidden(report: Watched):
    report.page.get_by_role("searchbox", name="Search").fill("CapabilityStatement")
    assert report.page.locator("details.section:visible h3").all_inner_texts() == [
        "Capability",
        "17 tests of bookings@1.0.3",
    ]


def test_the_filter_and_every_exchange_can_be_reached_and_used_by_keyboard(report: Watched):
    page = report.page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e.name || e.tagName + ' ' + e.innerText.slice(0, 20); })()"
        )
        reached.append(focused)
        if focused.startswith("SUMMARY Exchange slot"):
            page.keyboard.press("Enter")
        if focused == "search":
            break
    assert reached[0] == "A Skip to the outcome"
    assert "verdict" in reached
    assert "level" in reached
    assert reached[-1] == "search"
    assert page.locator("details.exchange").first.evaluate("d => d.open") is True
    page.keyboard.type("duplicate")
    assert report.rows() == ["BKR-TI-001"]


def test_focus_can_be_seen(report: Watched):
    report.page.keyboard.press("Tab")
    report.page.keyboard.press("Tab")
    shadow = "getComputedStyle(document.activeElement).boxShadow"
    assert "rgb(255, 235, 59)" in report.page.evaluate(shadow)


def test_a_link_to_an_exchange_opens_it(report: Watched):
    assert report.page.locator("#exchange-1").evaluate("d => d.open") is False
    report.page.evaluate("location.hash = '#exchange-1'")
    report.page.wait_for_function("document.getElementById('exchange-1').open")


def test_a_link_to_a_requirement_shows_it_even_when_it_is_filtered_out(report: Watched):
    report.page.get_by_role("searchbox", name="Search").fill("nothing like this")
    assert report.rows() == []
    report.page.evaluate("location.hash = '#BKR-TI-006'")
    report.page.wait_for_function("!document.getElementById('BKR-TI-006').hidden")
    assert "BKR-TI-006" in report.rows()


def test_the_curl_command_is_copied_whole(report: Watched):
    page = report.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("details.exchange summary").first.click()
    page.get_by_role("button", name="Copy curl").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl --request GET \\\n  --url 'https://bookings.example.test")
    assert "$TOKEN" in copied


def test_without_script_everything_is_there(browser: Browser, tmp_path: Path):
    text = html.render(fixed_run.view())
    for opened in _opened(browser, tmp_path, text, java_script_enabled=False):
        assert len(opened.rows()) == 25
        assert not opened.page.locator("form").is_visible()
        opened.page.locator("details.exchange summary").first.click()
        assert opened.page.get_by_text("Send it again").first.is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_needs_sideways_scrolling(browser: Browser, tmp_path: Path, width: int):
    text = html.render(fixed_run.view())
    for opened in _opened(browser, tmp_path, text, viewport={"width": width, "height": 800}):
        opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_is_dark(browser: Browser, tmp_path: Path):
    text = html.render(fixed_run.view())
    for opened in _opened(browser, tmp_path, text, color_scheme="dark"):
        colour = "getComputedStyle(document.body).backgroundColor"
        assert opened.page.evaluate(colour) == "rgb(15, 23, 29)"


def test_print_shows_what_is_folded_and_hides_the_controls(report: Watched):
    report.page.emulate_media(media="print")
    report.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert report.page.locator("details:not([open])").count() == 0
    assert not report.page.locator("form").is_visible()
    report.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert report.page.locator("details:not([open])").count() > 0


def test_hostile_text_is_shown_and_does_nothing(hostile: Watched):
    page = hostile.page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator("h1").is_visible()
    assert f"{MARK}</script><script>alert(1)" in page.locator("h1").inner_text()
    page.get_by_role("searchbox", name="Search").fill("alert")
    assert len(hostile.rows()) == 25
    for link in page.locator("a[href]:visible").all():
        assert str(link.get_attribute("href")).startswith("#")
    assert page.evaluate("[...document.scripts].length") == 1
    assert hostile.did == []


def test_the_policy_stops_what_would_slip_through(browser: Browser, tmp_path: Path):
    text = html.render(fixed_run.view()).replace(
        "</main>",
        "<script>document.title = 'owned'</script><img src='https://evil.test/x'"
        " onerror=\"document.title = 'owned'\"><p style='color:red'>x</p></main>",
    )
    for opened in _opened(browser, tmp_path, text):
        assert opened.page.title() != "owned"
        assert len([deed for deed in opened.did if "Content Security Policy" in deed]) >= 3
