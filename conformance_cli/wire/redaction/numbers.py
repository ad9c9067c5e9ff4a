"""Numbers in text: NHS numbers, telephone numbers, dates of birth, learned identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance_cli.wire.redaction.markers import Notes, marker
from conformance_cli.wire.redaction.nhs_number import TestRanges, is_valid

#: Note of a number that may be a real patient's: the run's reader must hear of it.
OUTSIDE_TEST_RANGE = "nhs-number-outside-test-range"

_NUMBER = re.compile(
    r"(?<!\d)(?:"
    r"(?P<date>\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})"
    r"|(?P<spaced>\d{3}([ -])\d{3}\3\d{4})"
    r"|(?P<phone>(?:\+44|0044|44|0)(?:[ ()-]{0,2}\d){9,10})"
    r"|(?P<plain>\d{6,})"
    r")(?!\d)"
)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_PHONE = re.compile(r"(?:tel:)?\+?[\d ()-]{6,24}")
# The plus sign is lost in many a query string, where it means a space.
_COUNTRY_CODE = re.compile(r"(?:00)?440?([1-9]\d{8,9})")
_NOT_DIGIT = re.compile(r"\D")


def date_digits(text: str) -> str:
    """``19900131`` of an ISO or day-first date; empty for anything else."""
    if match := _ISO_DATE.fullmatch(text):
        return match[1] + match[2] + match[3]
    if match := _DAY_FIRST.fullmatch(text):
        return match[3] + match[2].zfill(2) + match[1].zfill(2)
    return ""


def phone_digits(text: str) -> str:
    """The national digits of a telephone number, or of any spaced number; or empty."""
    if not _PHONE.fullmatch(text):
        return ""
    digits = _NOT_DIGIT.sub("", text)
    if match := _COUNTRY_CODE.fullmatch(digits):
        return "0" + match[1]
    return digits if len(digits) >= 6 else ""


class Numbers:
    """Finds the numbers of a text that must not stay."""

    def __init__(self, ranges: TestRanges, category_of: Callable[[str], str]) -> None:
        self._ranges = ranges
        self._category_of = category_of

    def scrub(self, text: str, notes: Notes) -> str:
        """The text without learned numbers, mobile numbers and NHS numbers.

        NHS numbers inside the declared test ranges stay, unless they were learned.
        """
        return _NUMBER.sub(lambda match: self._replace(match, notes), text)

    def scrub_nhs_numbers(self, text: str, notes: Notes) -> str:
        """Only NHS numbers that may be real: for what must else stay as it is."""
        return _NUMBER.sub(
            lambda m: self._nhs_number(m, _NOT_DIGIT.sub("", m[0]), notes) or m[0], text
        )

    def note(self, value: str, notes: Notes) -> None:
        """Note an NHS number outside the test ranges in a value that is masked anyway."""
        digits = _NOT_DIGIT.sub("", value)
        if is_valid(digits) and digits not in self._ranges:
            notes.add(OUTSIDE_TEST_RANGE)

    def _replace(self, match: re.Match[str], notes: Notes) -> str:
        text = match[0]
        digits = date_digits(text) if match["date"] else _NOT_DIGIT.sub("", text)
        found = self._nhs_number(match, digits, notes)
        if found:
            return found
        category = self._category_of(digits)
        if not category and match["phone"]:
            category = self._category_of(phone_digits(text))
            if not category and _stands_alone(match) and text.startswith(("+44", "0044", "07")):
                category = "telecom"
        if not category:
            return text
        notes.add(f"learned:{category}")
        return marker(category)

    def _nhs_number(self, match: re.Match[str], digits: str, notes: Notes) -> str:
        if match["date"] or not is_valid(digits) or digits in self._ranges:
            return ""
        if not _stands_alone(match):
            return ""
        notes.add(OUTSIDE_TEST_RANGE)
        return marker("nhs-number")


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether no letter, digit or decimal point makes it part of something longer."""
    text, start, end = match.string, match.start(), match.end()
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return not (
        before.isalnum()
        or before in ("_", "-")
        or (before == "." and text[start - 2 : start - 1].isdigit())
        or after.isalnum()
        or after in ("_",)
    )
