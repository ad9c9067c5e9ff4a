"""The HTML report as a document: accessible, self-contained, complete without script."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from conformance_cli.model.exchange import EvidenceBody
from conformance_cli.reporting import html
from conformance_cli.reporting.exchanges import MAX_BODY, Budget, readable
from conformance_cli.reporting.resources import template
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run

_VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """Elements with attributes, nesting and text, enough to ask questions of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.paths: list[tuple[str, ...]] = []
        self.text: dict[str, str] = {}
        self.stack: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.paths.append((*self.stack, tag))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.paths.append((*self.stack, tag))

    def handle_endtag(self, tag):
        if self.stack[-1:] == [tag]:
            self.stack.pop()
        else:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        for tag in self.stack:
            self.text[tag] = self.text.get(tag, "") + data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module", params=["failing", "conformant"])
def page(request: pytest.FixtureRequest) -> Page:
    view = fixed_run.view() if request.param == "failing" else fixed_run.conformant()
    return Page(html.render(view))


def test_every_element_is_closed_where_it_was_opened(page: Page):
    assert (page.unbalanced, page.stack) == ([], [])


def test_the_page_says_its_language_and_title(page: Page):
    assert page.all("html") == [{"lang": "en-GB"}]
    assert "onformant: bookings@1.0.0, run 20261123-0941-k3" in page.text["title"]


def test_there_is_one_of_each_landmark(page: Page):
    for landmark in ("header", "main", "nav", "footer"):
        assert len(page.all(landmark)) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}


def test_headings_never_skip_a_level(page: Page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_header_cell_has_a_scope_and_every_table_a_caption(page: Page):
    assert {attributes.get("scope") for attributes in page.all("th")} == {"row", "col"}
    assert len(page.all("caption")) == len(page.all("table"))


def test_ids_are_unique_and_every_reference_leads_somewhere(page: Page):
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    wanted = {a["href"][1:] for _, a in page.elements if str(a.get("href")).startswith("#")}
    wanted |= {str(a["aria-labelledby"]) for _, a in page.elements if "aria-labelledby" in a}
    wanted |= {str(a["data-copy"]) for _, a in page.elements if "data-copy" in a}
    assert wanted - set(ids) == set()


def test_every_control_has_a_label_and_every_icon_is_beside_a_word(page: Page):
    for (tag, attributes), path in zip(page.elements, page.paths, strict=True):
        if tag in ("input", "select"):
            assert "label" in path
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true"


def test_everything_that_scrolls_can_be_reached_by_keyboard(page: Page):
    for attributes in (*page.all("pre"), *(d for d in page.all("div") if _scrolls(d))):
        assert attributes["tabindex"] == "0"
        assert attributes["aria-label"]


def _scrolls(attributes: dict[str, str | None]) -> bool:
    return attributes.get("class") == "scroll"


def test_every_verdict_is_said_in_words():
    text = html.render(fixed_run.view())
    for word in ("Pass", "Fail", "Warning", "Error", "Not tested", "Not applicable", "Waived"):
        assert re.search(rf'class="tag [a-z-]+"><svg.+?</svg>{word}</span>', text)


def test_only_our_own_style_and_script_may_run(page: Page):
    policy = next(str(a["content"]) for a in page.all("meta") if "http-equiv" in a)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        digest = hashlib.sha256(page.text[tag].encode()).digest()
        assert f"{directive} 'sha256-{base64.b64encode(digest).decode()}'" in policy
        assert len(page.all(tag)) == 1
    assert policy.startswith("default-src 'none'; ")


def test_the_page_loads_nothing(page: Page):
    assert not page.all("link", "img", "iframe", "object", "embed", "base")
    assert not [a for _, a in page.elements if {"src", "srcset", "style"} & set(a)]
    assert not re.search(r"url\(|@import|@font-face", template("report.css"))
    assert not re.search(r"fetch|XMLHttp|import\(|eval|innerHTML", template("report.js"))


def test_without_script_every_requirement_is_in_the_open():
    page = Page(html.render(fixed_run.view()))
    sections = [a for a in page.all("details") if a.get("class") == "section"]
    assert sum("open" in a for a in sections) == 7
    assert not [a for a in page.all("tr") if "hidden" in a]
    assert "hidden" in page.all("form")[0]


@pytest.mark.parametrize(
    "fact",
    [
        "Refuse a slot search without a status",
        'href="https://guide.example.test/booking/core/slt"',
        "status 400 with an OperationOutcome (REC_BAD_REQUEST, required)",
        "status 200 (Bundle)",
        "slot-status-missing.1/1",
        "NHSD-Target-Identifier",
        "curl --request GET",
        "conformance explain BKR-SLT-006",
    ],
)
def test_a_failure_shows(fact: str):
    text = html.render(fixed_run.view())
    start = text.index('id="finding-BKR-SLT-006"')
    assert fact in text[start : text.index("</article>", start)]


def test_an_exchange_that_shows_two_failures_is_embedded_once():
    run = fixed_run.run()
    seen = [a for t in run.tests for a in t.assertions if a.actual]
    both = replace(
        run.tests[0],
        id="both",
        exchanges=("slot-search/1",),
        assertions=tuple(
            replace(a, exchange="slot-search/1", requirements=(r,))
            for a, r in zip(seen[:2], ("BKR-COM-001", "BKR-COM-002"), strict=True)
        ),
    )
    text = html.render(fixed_run.view(replace(run, tests=(both,))))
    assert text.count('<details class="exchange"') == 1
    assert "is shown under an earlier requirement" in text


def test_exchanges_of_requirements_that_passed_are_not_embedded():
    assert '<details class="exchange"' not in html.render(fixed_run.conformant())


def _with_body(text: str, **changes: object) -> ReportView:
    view = fixed_run.view()
    evidence = view.evidence("wrong-verb/1")
    assert evidence is not None
    assert evidence.response is not None
    body = EvidenceBody(len(text), "", "application/fhir+json", text, **changes)
    big = replace(evidence, response=replace(evidence.response, body=body))
    return replace(view, evidence={"wrong-verb/1": big}.get)


def test_a_large_body_is_cut_and_says_so():
    text = html.render(_with_body("x" * 50_000))
    assert "x" * MAX_BODY in text
    assert "x" * (MAX_BODY + 1) not in text
    assert "50,000 bytes, application/fhir+json, only the first 20,000 characters are shown" in text


def test_all_bodies_together_are_bounded():
    evidence = _with_body("x" * 50_000).evidence("wrong-verb/1")
    assert evidence is not None
    budget = Budget(left=30_000)
    shown = [budget.show(evidence).response for _ in range(3)]
    assert [len(r.body.text) for r in shown if r and r.body] == [20_000, 10_000, 0]


def test_a_body_that_was_not_kept_says_so():
    text = html.render(_with_body("", omitted="kept for failures only"))
    assert "kept for failures only" not in text
    view = fixed_run.view()
    evidence = view.evidence("wrong-verb/1")
    assert evidence is not None
    assert evidence.response is not None
    body = EvidenceBody(77, text=None, omitted="not kept: --keep-bodies none")
    gone = replace(evidence, response=replace(evidence.response, body=body))
    text = html.render(replace(view, evidence={"wrong-verb/1": gone}.get))
    assert "77 bytes, not kept: --keep-bodies none" in text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"a":[1.10,{}],"a":"b,{c}"}', '{\n  "a": [\n    1.10,\n    {}\n  ],\n  "a": "b,{c}"\n}'),
        ("[]", "[]"),
        ('{"a":', '{"a":'),
        ("<xml/>", "<xml/>"),
        ("[" * 60 + "]" * 60, "[" * 60 + "]" * 60),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_json_is_laid_out_without_changing_a_token(body: str, shown: str):
    assert readable(body) == shown


def _palette() -> dict[str, dict[str, str]]:
    css = template("report.css")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", b)) for b in blocks[:2])
    return {"light": light, "dark": light | dark}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("text", "page"),
        ("text", "card"),
        ("text", "sunken"),
        ("soft", "page"),
        ("soft", "card"),
        ("soft", "sunken"),
        ("link", "page"),
        ("link", "card"),
        ("card", "link"),
        ("on-banner", "banner"),
        ("soft-on-banner", "banner"),
        ("on-focus", "focus"),
        ("pass", "card"),
        ("fail", "card"),
        ("pass-fg", "pass-bg"),
        ("fail-fg", "fail-bg"),
        ("warning-fg", "warning-bg"),
        ("warning-fg", "card"),
        ("error-fg", "error-bg"),
        ("error-fg", "card"),
        ("not-tested-fg", "not-tested-bg"),
        ("not-applicable-fg", "card"),
    ],
)
def test_text_has_the_contrast_of_wcag_aa(scheme: str, front: str, back: str):
    palette = _palette()[scheme]
    bright, dim = sorted((_luminance(palette[front]), _luminance(palette[back])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5
