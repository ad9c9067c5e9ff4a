"""Functions over texts."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from conformance_cli.fhir.path.comparison import bare
from conformance_cli.fhir.path.functions.function import Function, plain
from conformance_cli.fhir.path.operators import bounded
from conformance_cli.fhir.path.patterns import Pattern, PatternError, compile_pattern
from conformance_cli.fhir.path.runtime import (
    MAX_TEXT,
    EvaluationError,
    Frame,
    Items,
    integer,
    of,
    text,
)
from conformance_cli.fhir.regex import Regex

_JSON_ESCAPE = Regex(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?:u.{0,4}|.)", re.DOTALL
)


def _of_text(operate: Callable[..., Any], arguments: int = 0) -> Function:
    """A function of one text and text arguments; empty where any of them is."""

    def run(_: Frame, focus: Items, *given: Items) -> Items:
        subject, values = text(focus), [text(one) for one in given]
        if subject is None or None in values:
            return []
        try:
            result = operate(subject, *values)
        except PatternError as err:
            raise EvaluationError(str(err)) from err
        return result if isinstance(result, list) else of(result)

    return plain(run, arguments)


def _substring(_: Frame, focus: Items, start: Items, length: Items | None = None) -> Items:
    subject, begin = text(focus), integer(start)
    if subject is None or begin is None or not 0 <= begin < len(subject):
        return []
    count = integer(length) if length else None
    return [subject[begin:] if count is None else subject[begin : begin + max(count, 0)]]


def _join(_: Frame, focus: Items, separator: Items | None = None) -> Items:
    parts = [bare(item) for item in focus]
    if not parts:
        return []
    if not all(isinstance(part, str) for part in parts):
        raise EvaluationError("join() needs texts")
    between = (text(separator) if separator else None) or ""
    if sum(map(len, parts)) + len(between) * len(parts) > MAX_TEXT:
        raise EvaluationError("join() would make a text that is too long")
    return [between.join(parts)]


def _replace(subject: str, old: str, new: str) -> str:
    times = subject.count(old) if old else len(subject) + 1
    if len(subject) + times * len(new) > MAX_TEXT:
        raise EvaluationError("replace() would make a text that is too long")
    return subject.replace(old, new)


def _pattern(pattern: str) -> Pattern:
    return compile_pattern(pattern, flags=re.DOTALL)


def _replace_matches(subject: str, pattern: str, new: str) -> str:
    compiled = _pattern(pattern)
    if not pattern:
        return subject
    if len(subject) * (len(new) + 1) > MAX_TEXT * 4:
        raise EvaluationError("replaceMatches() would make a text that is too long")
    template = re.sub(r"\$\{?([A-Za-z0-9]+)\}?", r"\\g<\1>", new.replace("\\", "\\\\"))
    return bounded(compiled.replaced(subject, template))


def _encoded(subject: str, form: str) -> str | None:
    data = _bytes(subject)
    if form == "hex":
        return data.hex()
    if form in ("base64", "urlbase64"):
        encode = base64.b64encode if form == "base64" else base64.urlsafe_b64encode
        return encode(data).decode()
    return None


def _decoded(subject: str, form: str) -> str | None:
    try:
        if form == "hex":
            return bytes.fromhex(subject).decode()
        if form in ("base64", "urlbase64"):
            altered = b"-_" if form == "urlbase64" else None
            return base64.b64decode(_bytes(subject), altchars=altered, validate=True).decode()
    except (ValueError, binascii.Error) as err:
        raise EvaluationError(f"the text is not {form}") from err
    return None


def _bytes(subject: str) -> bytes:
    try:
        return subject.encode()
    except UnicodeEncodeError as err:
        raise EvaluationError("the text holds half a surrogate pair") from err


def _escaped(subject: str, target: str) -> str | None:
    if target == "html":
        import html

        return bounded(html.escape(subject))
    return bounded(json.dumps(subject, ensure_ascii=False)[1:-1]) if target == "json" else None


def _unescaped(subject: str, target: str) -> str | None:
    if target == "html":
        import html

        return html.unescape(subject)
    if target != "json":
        return None
    try:
        return _JSON_ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), subject)
    except ValueError as err:
        raise EvaluationError("the text is not escaped as JSON") from err


STRINGS: Mapping[str, Function] = {
    "indexOf": _of_text(lambda s, part: s.find(part), 1),
    "lastIndexOf": _of_text(lambda s, part: s.rfind(part), 1),
    "substring": plain(_substring, 1, 2),
    "startsWith": _of_text(lambda s, part: s.startswith(part), 1),
    "endsWith": _of_text(lambda s, part: s.endswith(part), 1),
    "contains": _of_text(lambda s, part: part in s, 1),
    "upper": _of_text(str.upper),
    "lower": _of_text(str.lower),
    "trim": _of_text(str.strip),
    "length": _of_text(len),
    "toChars": _of_text(list),
    "split": _of_text(lambda s, by: s.split(by) if by else [s], 1),
    "join": plain(_join, 0, 1),
    "replace": _of_text(_replace, 2),
    "matches": _of_text(lambda s, p: _pattern(p).found_in(s), 1),
    "matchesFull": _of_text(lambda s, p: _pattern(p).matches(s), 1),
    "replaceMatches": _of_text(_replace_matches, 2),
    "encode": _of_text(_encoded, 1),
    "decode": _of_text(_decoded, 1),
    "escape": _of_text(_escaped, 1),
    "unescape": _of_text(_unescaped, 1),
}
