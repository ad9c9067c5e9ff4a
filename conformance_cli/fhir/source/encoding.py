"""Bytes into text: FHIR is UTF-8, and what is not is said, not guessed at."""

from __future__ import annotations

import codecs

from conformance_cli.fhir.outcome.message import error, fatal, warning
from conformance_cli.fhir.source.reading import NOWHERE, Problem
from conformance_cli.fhir.validation.place import Place

_RULE = (
    "FHIR resources are exchanged in UTF-8 (http://hl7.org/fhir/R4/json.html, "
    "http://hl7.org/fhir/R4/xml.html)."
)
MARK = warning(
    "encoding-byte-order-mark",
    "invalid",
    "The text begins with a byte order mark, which not every reader of JSON accepts",
    "RFC 8259, 8.1: no byte order mark is to be added; readers may ignore one.",
)
WIDE = fatal("encoding-utf-16", "invalid", "The text is in {name}; FHIR demands UTF-8", _RULE)
BROKEN = error(
    "encoding-utf-8",
    "invalid",
    "The text is not UTF-8: byte 0x{byte:02x} at offset {offset} (line {line}) belongs to no "
    "character. It was read as U+FFFD",
    _RULE,
)

#: Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class WideTextError(Exception):
    """A text in UTF-16 or UTF-32; ``problem`` says so."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message.id)
        self.problem = problem


def decode(data: bytes, root: Place | None = None) -> tuple[str, list[Problem]]:
    """The text, without a byte order mark, and what was wrong with its bytes.

    Bytes that are not UTF-8 become U+FFFD.  Raises ``WideTextError``.
    """
    place = root or Place(None, NOWHERE)
    name = _wide(data)
    if name:
        raise WideTextError(Problem(WIDE, place, (1, 1), {"name": name}))
    problems = []
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        problems.append(Problem(MARK, place, (1, 1)))
    try:
        return data.decode(), problems
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        column = err.start - data.rfind(b"\n", 0, err.start)
        values = {"byte": data[err.start], "offset": err.start, "line": line}
        problems.append(Problem(BROKEN, place, (line, column), values))
        return data.decode(errors="replace"), problems


def _wide(data: bytes) -> str:
    """UTF-16 and UTF-32 by their mark, or by the zeros beside an opening bracket."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:4]
    if head[:2] in (b"{\0", b"\0{", b"<\0", b"\0<"):
        return "UTF-32" if head.count(0) == 3 else "UTF-16"
    return "UTF-32" if head[:3] == b"\0\0\0" else ""
