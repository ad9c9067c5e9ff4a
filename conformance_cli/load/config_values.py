"""How the values of a configuration are written: durations, rates, sizes, lists, paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance_cli.load.config_model import ReportTarget
from conformance_cli.load.problems import did_you_mean
from conformance_cli.model.pack import Effect

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*([a-z]+)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"": 1, "B": 1, "kB": 1000, "MB": 1000**2, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


class BadValueError(Exception):
    """A value that cannot be understood, with what would be right."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Given:
    """A value as somebody gave it."""

    value: Any
    #: Where its relative paths start.
    base_dir: Path


Parse = Callable[[Given], Any]


def text(given: Given) -> str:
    """Text as it is."""
    return str(given.value)


def url(given: Given) -> str:
    """An absolute http or https URL, without a slash at its end."""
    value = str(given.value).strip()
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise BadValueError(f'"{value}" is no URL: {error}', _URL_HINT) from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadValueError(f'"{value}" is no http or https URL', _URL_HINT)
    if parts.query or parts.fragment:
        raise BadValueError("a base URL has no query and no fragment", _URL_HINT)
    return value.rstrip("/")


def urls(given: Given) -> tuple[str, ...]:
    """A list of absolute URLs."""
    return tuple(url(Given(item, given.base_dir)) for item in texts(given))


_URL_HINT = "write it as https://provider.example/fhir"


def path(given: Given) -> Path:
    """A path; a relative one starts where it was written."""
    return given.base_dir / Path(str(given.value)).expanduser()


def seconds(given: Given) -> float:
    """A duration with its unit: ``500ms``, ``30s``, ``5m``, ``1h``."""
    return _amount(str(given.value), _SECONDS, "a duration", "write it with its unit, e.g. 30s")


def size(given: Given) -> int:
    """A size in bytes: ``64 KiB``, ``32MiB``."""
    return int(_amount(str(given.value), _BYTES, "a size", "write it with its unit, e.g. 32 MiB"))


def _amount(value: str, units: dict[str, Any], what: str, hint: str) -> float:
    match = _AMOUNT.fullmatch(value.strip())
    if match is None or match[2] not in units:
        raise BadValueError(f'"{value}" is not {what}', hint)
    amount = float(match[1]) * float(units[match[2]])
    if amount <= 0:
        raise BadValueError(f'"{value}" is too little', hint)
    return amount


def rate(given: Given) -> float:
    """A rate as requests in a second: ``5/s``, ``100/m``."""
    match = _RATE.fullmatch(str(given.value).strip())
    if match is None or match[2] not in ("s", "m", "h") or float(match[1]) <= 0:
        raise BadValueError(f'"{given.value}" is not a rate', "write it as 5/s or 100/m")
    return float(match[1]) / _SECONDS[match[2]]


def flag(given: Given) -> bool:
    """A boolean, or the text of one as environment variables have it."""
    value = given.value if isinstance(given.value, bool) else str(given.value).strip().lower()
    if value in (True, *_TRUE):
        return True
    if value in (False, *_FALSE):
        return False
    raise BadValueError(f'"{given.value}" is neither true nor false', "write true or false")


def whole(low: int, high: int) -> Parse:
    """A whole number between two bounds."""

    def parse(given: Given) -> int:
        try:
            number = int(str(given.value))
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            hint = f"give a number from {low} to {high}"
            raise BadValueError(f'"{given.value}" is not a whole number in bounds', hint)
        return number

    return parse


def choice(*words: str) -> Parse:
    """One of some words."""

    def parse(given: Given) -> str:
        if given.value not in words:
            message = f'"{given.value}" is none of {", ".join(words)}'
            raise BadValueError(message, did_you_mean(str(given.value), words, "choices"))
        return str(given.value)

    return parse


def effect(given: Given) -> Effect:
    """What tests may do, by the words of ``--allow``."""
    return _EFFECTS[choice(*_EFFECTS)(given)]


_EFFECTS = {"read-only": Effect.READ, "writes": Effect.WRITE, "destructive": Effect.DESTRUCTIVE}


def texts(given: Given) -> tuple[str, ...]:
    """A list; a text of an environment variable is cut at commas and spaces."""
    if isinstance(given.value, str):
        return tuple(part for part in re.split(r"[,\s]+", given.value) if part)
    return tuple(_flat(given.value))


def _flat(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        else:
            yield str(value)


def paths(given: Given) -> tuple[Path, ...]:
    """A list of paths; in an environment variable, separated as in ``PATH``."""
    import os

    value = given.value
    items = value.split(os.pathsep) if isinstance(value, str) else _flat(value)
    return tuple(path(Given(item, given.base_dir)) for item in items if item)


def package_specs(given: Given) -> tuple[str, ...]:
    """FHIR packages: ``name@version`` as it is, paths relative to where they were written."""
    return tuple(_package(spec, given.base_dir) for spec in texts(given))


def _package(spec: str, base_dir: Path) -> str:
    named = "@" in spec and not {"/", "\\"} & set(spec)
    return spec if named else str(path(Given(spec, base_dir)))


def reports(given: Given) -> tuple[ReportTarget, ...]:
    """Reports to write: ``html`` or ``junit=out/junit.xml``, or pairs of both."""
    items = given.value.split(",") if isinstance(given.value, str) else given.value
    return tuple(_report(item, given.base_dir) for item in items if item)


def _report(item: Any, base_dir: Path) -> ReportTarget:
    name, target = item if isinstance(item, tuple) else str(item).strip().partition("=")[::2]
    if target and target != "-":
        target = str(base_dir / target)
    return ReportTarget(name, target)


def pairs(given: Given) -> dict[str, str]:
    """``NAME=VALUE`` pairs: a mapping, a list of pairs, or text with spaces between them."""
    import shlex

    value = given.value
    if isinstance(value, dict):
        return dict(value)
    if not isinstance(value, str):
        return {str(name): str(item) for name, item in value}
    found = {}
    for word in shlex.split(value):
        name, separator, item = word.partition("=")
        if not separator or not name:
            raise BadValueError(f'"{word}" is no pair', "write NAME=VALUE, with spaces between")
        found[name] = item
    return found
