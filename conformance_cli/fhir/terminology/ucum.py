"""Units of measure: which codes are UCUM, and how much one is in base units.

The units, prefixes and their values are the official ``ucum-essence.xml`` that ``ucumvert``
carries.  Only that file is used: the package itself converts with floats by way of
``pint``, which takes half a second to load and reads some atoms otherwise than UCUM does
(``'`` is a minute of arc, not of time).  Source: https://ucum.org/ucum, sections 2 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from conformance_cli.fhir.regex import Regex

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

#: Characters of a code, how deep its brackets nest, and the largest exponent of a unit.
_MAX_LENGTH: Final = 200
_MAX_DEPTH: Final = 12
_MAX_EXPONENT: Final = 99
#: Digits of a converted value; inside, arithmetic is exact.
_DIGITS: Final = Context(prec=28)

_TOKEN = Regex(r"\{[!-z|~]*\}|[./()]|(?:\[[!-Z\\^-~]*\]|[!-'*-\-0-Z^-z|~])+")
_COMPONENT = Regex(r"(.+?)([+-]?[0-9]+)?")
#: Kelvin at zero of the scales that do not begin at absolute zero (section 4.2, table 6).
_ZEROES: Mapping[str, Fraction] = {
    "Cel": Fraction("273.15"),
    "[degF]": Fraction("273.15") - Fraction(160, 9),
    "[degRe]": Fraction("273.15"),
}

#: Powers of base units, e.g. ``{"g": 1, "m": -3}``.
_Powers = dict[str, int]


class _Measure(Struct, frozen=True):
    """So many of a product of base units, counted from so far above zero."""

    factor: Fraction
    powers: tuple[tuple[str, int], ...]
    zero: Fraction = Fraction(0)

    def code(self) -> str:
        """The product as a UCUM code."""
        return ".".join(f"{n}{p if p != 1 else ''}" for n, p in self.powers) or "1"


class _Atom(Struct, frozen=True):
    """A unit as the table defines it: a number of another unit, or a dimension of its own."""

    is_metric: bool
    amount: str = "1"
    of: str = ""


class _Table(Struct, frozen=True):
    prefixes: Mapping[str, Fraction]
    atoms: Mapping[str, _Atom]


class _UnitError(ValueError):
    """A text that is no UCUM code."""


def is_valid_unit(code: str) -> bool:
    """Whether a text is a UCUM code (case-sensitive, section 2.3)."""
    return _measure(code) is not None


def is_comparable(one: str, other: str) -> bool:
    """Whether two codes measure the same, so that one converts into the other."""
    first, second = _measure(one), _measure(other)
    return first is not None and second is not None and first.powers == second.powers


def canonical(value: Decimal, code: str) -> tuple[Decimal, str] | None:
    """An amount in base units and the code of those; ``None`` where the code is no unit.

    Arbitrary units such as ``[iU]`` are dimensions of their own; so are the logarithmic
    ones, which are not turned into what they are levels of.  28 digits are kept.
    """
    measure = _measure(code)
    if measure is None or not _is_usual(value):
        return None
    return _decimal(Fraction(value) * measure.factor + measure.zero), measure.code()


def converted(value: Decimal, code: str, other: str) -> Decimal | None:
    """An amount in another unit; ``None`` where the two are not comparable.  28 digits are kept."""
    source, target = _measure(code), _measure(other)
    if source is None or target is None or source.powers != target.powers:
        return None
    if not _is_usual(value):
        return None
    base = Fraction(value) * source.factor + source.zero
    return _decimal((base - target.zero) / target.factor)


def _is_usual(value: Decimal) -> bool:
    """Whether exact arithmetic on a number stays small."""
    return value.is_finite() and abs(value.adjusted()) <= 1000


def _decimal(exact: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))


@lru_cache(maxsize=1024)
def _measure(code: str) -> _Measure | None:
    if not code or len(code) > _MAX_LENGTH:
        return None
    try:
        return _Reader(code).whole()
    except _UnitError:
        return None


class _Reader:
    """One pass over a code (the grammar of section 2.2, with annotations as in its examples)."""

    def __init__(self, code: str) -> None:
        self._tokens = _TOKEN.findall(code)
        self._index = 0
        if sum(map(len, self._tokens)) != len(code):
            raise _UnitError

    def whole(self) -> _Measure:
        alone = self._tokens[0] if self._tokens else ""
        factor, powers = self._term(0)
        if self._index < len(self._tokens):
            raise _UnitError
        zero = Fraction(0)
        if all(token.startswith("{") for token in self._tokens[1:]):
            zero = _ZEROES.get(_prefixed(alone)[1] if alone[0] not in "{/(" else "", zero)
        return _Measure(factor, tuple(sorted((n, p) for n, p in powers.items() if p)), zero)

    def _term(self, depth: int) -> tuple[Fraction, _Powers]:
        if depth > _MAX_DEPTH:
            raise _UnitError
        factor, powers = Fraction(1), _Powers()
        sign = -1 if self._accept("/") else 1
        while True:
            amount, dimensions = self._component(depth)
            factor *= amount**sign
            for name, power in dimensions.items():
                powers[name] = powers.get(name, 0) + sign * power
            if self._accept("."):
                sign = 1
            elif self._accept("/"):
                sign = -1
            else:
                return factor, powers

    def _component(self, depth: int) -> tuple[Fraction, _Powers]:
        result: tuple[Fraction, _Powers] | None = None
        if self._accept("("):
            result = self._term(depth + 1)
            if not self._accept(")"):
                raise _UnitError
        elif self._next[:1] not in ("", "{", ".", "/", ")"):
            result = _simple(self._next)
            self._index += 1
        while self._next.startswith("{"):
            self._index += 1
            result = result or (Fraction(1), {})
        if result is None:
            raise _UnitError
        return result

    @property
    def _next(self) -> str:
        return self._tokens[self._index] if self._index < len(self._tokens) else ""

    def _accept(self, token: str) -> bool:
        found = self._next == token
        self._index += found
        return found


def _simple(text: str) -> tuple[Fraction, _Powers]:
    """A unit with its exponent, or a whole number."""
    if text.isdecimal():
        if int(text) == 0:
            raise _UnitError
        return Fraction(int(text)), {}
    match = _COMPONENT.fullmatch(text)
    if match is None:
        raise _UnitError
    exponent = int(match[2] or 1)
    if abs(exponent) > _MAX_EXPONENT:
        raise _UnitError
    prefix, name = _prefixed(match[1])
    if not name:
        raise _UnitError
    factor, powers = _of_atom(name)
    return (prefix * factor) ** exponent, {n: p * exponent for n, p in powers.items()}


def _prefixed(text: str) -> tuple[Fraction, str]:
    """The prefix and the name of a unit; an empty name where there is none."""
    table = _table()
    if text in table.atoms:
        return Fraction(1), text
    for length in (1, 2):
        prefix, atom = table.prefixes.get(text[:length]), table.atoms.get(text[length:])
        if prefix is not None and atom is not None and atom.is_metric:
            return prefix, text[length:]
    return Fraction(1), ""


@lru_cache(maxsize=512)
def _of_atom(name: str) -> tuple[Fraction, Mapping[str, int]]:
    atom = _table().atoms[name]
    if not atom.of:
        return Fraction(1), {name: 1}
    factor, powers = _Reader(atom.of)._term(0)
    return Fraction(atom.amount) * factor, powers


@lru_cache(maxsize=1)
def _table() -> _Table:
    from xml.etree import ElementTree as ET

    spec = find_spec("ucumvert")
    (folder,) = (spec and spec.submodule_search_locations) or [""]
    root = ET.parse(Path(folder) / "vendor" / "ucum-essence.xml").getroot()  # noqa: S314
    prefixes: dict[str, Fraction] = {}
    atoms: dict[str, _Atom] = {}
    for entry in root:
        kind, code = entry.tag.rpartition("}")[2], entry.get("Code", "")
        if kind == "prefix":
            value = entry.find("{*}value")
            prefixes[code] = Fraction(value.get("value", "1") if value is not None else "1")
        elif kind == "base-unit":
            atoms[code] = _Atom(is_metric=True)
        elif kind == "unit":
            atoms[code] = _atom(entry, code)
    return _Table(prefixes, atoms)


def _atom(entry: ET.Element, code: str) -> _Atom:
    is_metric = entry.get("isMetric") == "yes"
    value = entry.find("{*}value")
    function = entry.find("{*}value/{*}function")
    if value is None:
        return _Atom(is_metric)
    if function is not None:
        if code not in _ZEROES:
            return _Atom(is_metric)
        return _Atom(is_metric, function.get("value", "1"), function.get("Unit", ""))
    if entry.get("isArbitrary") == "yes" and value.get("Unit") == "1":
        return _Atom(is_metric)
    return _Atom(is_metric, value.get("value", "1"), value.get("Unit", ""))
