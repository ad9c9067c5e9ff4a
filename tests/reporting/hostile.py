"""A run in which every text tries to be more than text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from conformance_cli.model.exchange import Evidence
from conformance_cli.reporting.view import ReportView
from tests.reporting import fixed_run
from tests.reporting.views import view_of

#: Stands in every text of the run; ``MARK`` lets a test see that it is shown.
MARK = "0wn3d"
PAYLOAD = (
    f" {MARK}</script><script>alert(1)</script><img src=//evil.test/x onerror=alert(2)>\"'>"
    "<svg onload=alert(3)></style><style>*{display:none}</style><!-- -->"
    "<a href=javascript:alert(4)>"
    "\x1b[31m\x1b]0;title\x07\x9b2J\u202e\u200b\x00\ufffe]]>&amp;&#60;[red]x[/red]"
    "`a``b`|c|**d**[e](javascript:alert(5))<https://evil.test>![f](//evil.test/g)@octocat #1 "
    "\n::error::pwned\n##[error]x\n# heading\n{{ 7 * 7 }}{% raw %}${7*7}$(id)`id`"
)
LINK = "javascript:alert(6)//"
#: Fields that are no free text: words of ours, digests, and what the judge evaluates.
_KEPT = {
    "allow",
    "applies_if",
    "basis",
    "digest",
    "fail_on",
    "format_version",
    "gate",
    "include",
    "exclude",
    "keep_bodies",
    "level",
    "options",
    "problem",
    "profile_versions",
    "redactions",
}
T = TypeVar("T")


def poisoned(value: T) -> T:
    """The same value with the payload at the end of every text, ids and keys too.

    Equal texts stay equal, so that assertions still find their requirements.
    """
    return _poisoned(value)


def hostile_view() -> ReportView:
    """The fixed run, poisoned throughout, judged as any other."""
    view = fixed_run.view()
    ids = [exchange for test in view.run.tests for exchange in test.exchanges]
    found = [evidence for key in ids if (evidence := view.evidence(key)) is not None]
    kept: dict[str, Evidence] = {e.id: e for e in map(poisoned, found)}
    made = view_of(poisoned(view.run), kept)
    return dataclasses.replace(made, directory="conformance-results/x" + PAYLOAD)


def _poisoned(value: Any) -> Any:
    if isinstance(value, str):
        return f"{value}{PAYLOAD}" if value else value
    if isinstance(value, Enum | bytes):
        return value
    if isinstance(value, tuple):
        return tuple(_poisoned(item) for item in value)
    if isinstance(value, Mapping):
        return {_poisoned(key): _poisoned(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _field(field.name, getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changed)
    return value


def _field(name: str, value: Any) -> Any:
    if name in _KEPT:
        return value
    if name == "url" and value:
        return LINK + value
    return _poisoned(value)
