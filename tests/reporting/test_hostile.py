"""Hostile text in every field: shown in every format, obeyed in none."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given
from markdown_it import MarkdownIt

from conformance_cli.reporting import registry
from conformance_cli.reporting.console import GithubConsole
from conformance_cli.reporting.pretty import PrettyConsole
from conformance_cli.reporting.text import is_safe
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run
from tests.reporting.hostile import MARK, PAYLOAD, hostile_view
from tests.reporting.reading import READERS, from_judgement
from tests.reporting.views import views


class _Tags(HTMLParser):
    """Every element with its attributes, and the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


def _elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    return tags.elements


@pytest.fixture(scope="module")
def view() -> ReportView:
    return hostile_view()


@pytest.mark.parametrize("name", registry.formats())
def test_the_hostile_text_is_shown(view: ReportView, name: str):
    assert MARK in registry.render(name, view)


@pytest.mark.parametrize("name", registry.formats())
def test_no_line_holds_a_character_that_a_terminal_obeys(view: ReportView, name: str):
    unsafe = [line for line in registry.render(name, view).split("\n") if not is_safe(line)]
    assert unsafe == []


@pytest.mark.parametrize("reader", READERS)
def test_the_numbers_are_still_those_of_the_judgement(view: ReportView, reader: str):
    name, read = READERS[reader]
    assert read(registry.render(name, view)) == from_judgement(view)


def test_json_keeps_it_to_the_letter(view: ReportView):
    document = json.loads(registry.render("json", view))
    assert document["requirements"][0]["text"].endswith(PAYLOAD)


def test_junit_is_well_formed_and_of_the_common_shape(view: ReportView):
    text = registry.render("junit", view)
    xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd")).validate(text)
    assert {element.tag for element in ET.fromstring(text).iter()} == {
        "testsuites",
        "testsuite",
        "testcase",
        "properties",
        "property",
        "failure",
        "error",
        "skipped",
        "system-out",
    }


def test_html_has_the_elements_of_an_ordinary_report_and_no_other(view: ReportView):
    ordinary = {tag for tag, _ in _elements(registry.render("html", fixed_run.view()))}
    found = _elements(registry.render("html", view))
    assert {tag for tag, _ in found} <= ordinary
    for once in ("script", "style", "title", "meta"):
        mine = [tag for tag, _ in found if tag == once]
        usual = [t for t, _ in _elements(registry.render("html", fixed_run.view())) if t == once]
        assert len(mine) == len(usual)


def test_html_has_no_event_handler_no_style_attribute_and_no_hostile_address(view: ReportView):
    for tag, attributes in _elements(registry.render("html", view)):
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "src" not in attributes
        href = attributes.get("href")
        assert href is None or href.startswith(("#", "https://")), tag


def test_html_templates_are_not_evaluated_in_values(view: ReportView):
    assert "{{ 7 * 7 }}{% raw %}" in registry.render("html", view)


def test_markdown_has_no_markup_but_ours(view: ReportView):
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(registry.render("markdown", view))
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not kinds & {"html_block", "html_inline", "image", "fence", "code_block", "link_open"}
    headings = [t for t in tokens if t.type == "heading_open"]
    ordinary = parser.parse(registry.render("markdown", fixed_run.view()))
    assert len(headings) == len([t for t in ordinary if t.type == "heading_open"])


def test_a_hostile_address_stays_inside_the_curl_command_of_markdown():
    ordinary = fixed_run.view()
    evidence = ordinary.evidence("wrong-verb/1")
    assert evidence is not None
    request = replace(evidence.request, url=evidence.request.url + PAYLOAD)
    kept = {"wrong-verb/1": replace(evidence, request=request)}
    text = registry.render("markdown", replace(ordinary, evidence=kept.get))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    assert [token.content for token in tokens if token.type == "html_block"] == [
        "<details><summary>curl</summary>\n",
        "</details>\n",
    ]
    assert [MARK in token.content for token in tokens if token.type == "code_block"] == [True]
    assert text.count(MARK) == 1


def test_markdown_of_an_ordinary_run_links_to_the_sources():
    tokens = MarkdownIt("commonmark").parse(registry.render("markdown", fixed_run.view()))
    inline = [child for token in tokens for child in token.children or ()]
    links = {token.attrGet("href") for token in inline if token.type == "link_open"}
    assert "https://guide.example.test/booking/core/slt" in links


def test_markdown_tables_keep_their_columns(view: ReportView):
    def widths(of: ReportView) -> list[int]:
        tokens = MarkdownIt("commonmark").enable("table").parse(registry.render("markdown", of))
        rows, width = [], 0
        for token in tokens:
            if token.type in ("td_open", "th_open"):
                width += 1
            elif token.type == "tr_close":
                rows.append(width)
                width = 0
        return rows

    assert widths(view) == widths(fixed_run.view())


def test_github_sees_no_command_but_ours(view: ReportView):
    answer, talk = io.StringIO(), io.StringIO()
    GithubConsole(answer, talk, environ={}).summary(view)
    commands = [line for line in answer.getvalue().split("\n") if line.lstrip().startswith("::")]
    assert commands == registry.render("github", view).split("\n")[:-1]
    others = [line for line in answer.getvalue().split("\n") if line not in commands]
    assert not [line for line in others if "##[" in line]
    for line in commands:
        assert re.fullmatch(r"::(error|warning|notice) title=[^:,]+::.+", line)


def test_rich_markup_stays_text(view: ReportView):
    answer = io.StringIO()
    console = PrettyConsole(answer, io.StringIO(), environ={"COLUMNS": "100", "FORCE_COLOR": "1"})
    console.summary(view)
    text = re.sub(r"\x1b\[[0-9;]*m", "", answer.getvalue())
    assert text == registry.render("plain", view)
    assert "[red]x[/red]" in text


@given(view=views())
def test_any_run_gives_an_html_page_without_handlers_or_foreign_addresses(view: ReportView):
    for _, attributes in _elements(registry.render("html", view)):
        assert not [name for name in attributes if name.startswith("on")]
        href = attributes.get("href")
        assert href is None or href.startswith(("#", "https://"))
