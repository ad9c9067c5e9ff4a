"""Reading the denominators back out of every format, as its user would.

Each reader returns level to numbers, in the order of ``NUMBERS``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from conformance_cli.model.verdict import Verdict
from conformance_cli.reporting.view import ReportView

NUMBERS = (
    "total",
    "pass",
    "fail",
    "warning",
    "error",
    "not_tested",
    "not_applicable",
    "waived",
    "attested",
)
Counts = dict[str, list[int]]


def from_judgement(view: ReportView) -> Counts:
    """What every format must agree with: the judge's own numbers."""
    order = (
        Verdict.PASS,
        Verdict.FAIL,
        Verdict.WARNING,
        Verdict.ERROR,
        Verdict.NOT_TESTED,
        Verdict.NOT_APPLICABLE,
    )
    return {
        level.level: [
            level.total,
            *(level.verdicts.get(verdict.value, 0) for verdict in order),
            level.waived,
            level.attested,
        ]
        for level in view.judgement.levels
    }


def from_json(text: str) -> Counts:
    """From the table ``counts``."""
    counts = json.loads(text)["counts"]
    return {count["level"]: [count[name] for name in NUMBERS] for count in counts}


def from_json_requirements(text: str) -> Counts:
    """By counting the requirements themselves."""
    return _counted(
        (item["level"], item["verdict"], item["waived"], item["attested"])
        for item in json.loads(text)["requirements"]
    )


def from_junit(text: str) -> Counts:
    """By counting the properties of the test cases."""
    rows = []
    for case in ET.fromstring(text).iter("testcase"):
        found = {p.get("name"): p.get("value") for p in case.iter("property")}
        rows.append(
            (found["level"], found["verdict"], "waived" in found, "attested" in found),
        )
    return _counted(rows)


def from_markdown(text: str) -> Counts:
    """From the first table."""
    return _table(text, r"\| (SHALL|SHOULD|MAY) \|([ \d|]+)\|", "|")


def from_plain(text: str) -> Counts:
    """From the table before the last lines."""
    return _table(text, r"(SHALL|SHOULD|MAY) +((?:\d+ *)+)$", None)


def from_html(text: str) -> Counts:
    """From the table under the outcome."""
    return _page(text).counts


def from_html_rows(text: str) -> Counts:
    """By counting the rows of the requirement tables."""
    return _counted(_page(text).rows)


READERS: Mapping[str, tuple[str, Callable[[str], Counts]]] = {
    "json": ("json", from_json),
    "json requirements": ("json", from_json_requirements),
    "junit": ("junit", from_junit),
    "markdown": ("markdown", from_markdown),
    "plain": ("plain", from_plain),
    "html": ("html", from_html),
    "html rows": ("html", from_html_rows),
}


def _counted(rows) -> Counts:
    counts: Counts = {level: [0] * len(NUMBERS) for level in ("SHALL", "SHOULD", "MAY")}
    for level, verdict, waived, attested in rows:
        numbers = counts[level.removesuffix(" NOT")]
        numbers[0] += 1
        numbers[NUMBERS.index(verdict.replace("-", "_"))] += 1
        numbers[NUMBERS.index("waived")] += waived
        numbers[NUMBERS.index("attested")] += attested
    return counts


def _table(text: str, pattern: str, separator: str | None) -> Counts:
    found = re.findall(rf"^{pattern}", text, re.MULTILINE)
    return {level: [int(cell) for cell in cells.split(separator)] for level, cells in found}


class _Page(HTMLParser):
    """The two places of the page that hold numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counts = {}
        self.rows: list[tuple[str, str, bool, bool]] = []
        self._level = ""
        self._number = False

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "tr":
            self._level = found.get("data-count", "")
            if self._level:
                self.counts[self._level] = []
            if "data-verdict" in found:
                self.rows.append(
                    (
                        found["data-level"],
                        found["data-verdict"],
                        found["data-waived"] == "true",
                        found["data-attested"] == "true",
                    )
                )
        self._number = bool(self._level) and "data-label" in found

    def handle_data(self, data):
        if self._number:
            self.counts[self._level].append(int(data))
            self._number = False


def _page(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    return page
