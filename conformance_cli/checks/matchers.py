"""Matchers: what a value must be, as ``header``, ``value`` and ``jwt`` take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance_cli.checks.arguments import (
    as_list,
    flag_problems,
    mapping_problems,
    pattern_problems,
    shown,
    texts,
)
from conformance_cli.checks.finding import both, either
from conformance_cli.expressions import same
from conformance_cli.fhir.path.patterns import compile_pattern

Json = Any

#: Keys of a matcher written as a mapping.
MATCHER_KEYS = frozenset(
    {"equals", "not-equals", "contains", "matches", "one-of", "present", "ignore-case"}
)


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a value must be.  A value that is missing or ``null`` only matches ``absent``."""

    rules: Mapping[str, Json]

    @classmethod
    def of(cls, argument: Json) -> Matcher:
        """A matcher as packs write it: a scalar, ``present``, ``absent`` or a mapping."""
        if isinstance(argument, Mapping):
            return cls(argument)
        if argument in ("present", "absent"):
            return cls({"present": argument == "present"})
        return cls({"equals": argument})

    def expectation(self) -> str:
        """What it asks for, in words: ``"no-store"``, ``containing "x"``, ``present``."""
        words = [_WORDS[key](value) for key, value in self.rules.items() if key in _WORDS]
        return both(words) + (", in any case" if self.rules.get("ignore-case") is True else "")

    def accepts(self, value: Json) -> bool:
        """Whether a value matches.  ``PatternError`` where a pattern cannot be used."""
        if self.rules.get("present") is False:
            return value is None
        if value is None:
            return bool(set(self.rules) == {"equals"} and self.rules["equals"] is None)
        return all(self._accepts(key, rule, value) for key, rule in self.rules.items())

    def as_text(self) -> Matcher:
        """The same for values that are always text, such as headers: ``0`` means ``"0"``."""
        return Matcher({key: _texted(key, value) for key, value in self.rules.items()})

    def _accepts(self, key: str, wanted: Json, value: Json) -> bool:
        if key == "present":
            return bool(value != "")
        if key == "matches":
            return self._fully_matches(wanted, value)
        value, wanted = self._folded(value), self._folded(wanted)
        if key == "equals":
            return same(value, wanted)
        if key == "not-equals":
            return not same(value, wanted)
        if key == "contains":
            return _contains(value, wanted)
        if key == "one-of":
            return any(same(value, item) for item in as_list(wanted))
        return True

    def _fully_matches(self, patterns: Json, value: Json) -> bool:
        folding = "(?i:{})" if self.rules.get("ignore-case") is True else "{}"
        compiled = [compile_pattern(folding.format(p)) for p in texts(patterns)]
        return isinstance(value, str) and any(p.matches(value) for p in compiled)

    def _folded(self, value: Json) -> Json:
        if self.rules.get("ignore-case") is not True:
            return value
        if isinstance(value, list):
            return [self._folded(item) for item in value]
        return value.casefold() if isinstance(value, str) else value


def matcher_problems(name: str, argument: Json) -> list[str]:
    """What keeps an argument from being a matcher."""
    if isinstance(argument, list):
        return [f"{name}: a list is no matcher; did you mean one-of?"]
    if not isinstance(argument, Mapping):
        return []
    problems = mapping_problems(argument, MATCHER_KEYS)
    if not set(argument) & (MATCHER_KEYS - {"ignore-case"}):
        problems.append("says nothing about the value")
    if "one-of" in argument and argument["one-of"] in ([], None):
        problems.append("one-of needs at least one value")
    for key in ("present", "ignore-case"):
        if key in argument:
            problems += flag_problems(key, argument[key])
    if "matches" in argument:
        problems += pattern_problems("matches", argument["matches"])
    return [f"{name}: {problem}" for problem in problems]


def described(value: Json) -> str:
    """A value as a finding shows it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f'"{value[:200]}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"an object ({value['resourceType']})" if "resourceType" in value else "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return str(value)[:200]


_WORDS: Mapping[str, Any] = {
    "equals": described,
    "not-equals": lambda value: f"other than {described(value)}",
    "contains": lambda value: f"containing {described(value)}",
    "matches": lambda value: f"matching {either([shown(v) for v in as_list(value)])}",
    "one-of": lambda value: f"one of {either([described(v) for v in as_list(value)])}",
    "present": lambda value: "absent" if value is False else "present",
}


def _contains(value: Json, wanted: Json) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    if isinstance(value, list | tuple):
        return any(same(item, wanted) for item in value)
    return isinstance(value, Mapping) and isinstance(wanted, str) and wanted in value


def _texted(key: str, value: Json) -> Json:
    if key in ("present", "ignore-case"):
        return value
    if isinstance(value, list):
        return [_texted(key, item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value
