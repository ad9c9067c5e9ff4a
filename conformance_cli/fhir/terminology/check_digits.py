"""Codes that carry a check digit: whether it can be right, without knowing the code system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conformance_cli.fhir.regex import Regex

_SNOMED_ID = Regex(r"[1-9]\d{5,17}")
#: Only terms: published answers (LA...) do not all keep to the rule.
_LOINC_CODE = Regex(r"(\d{1,8})-(\d)")

#: Verhoeff's dihedral group: how digits combine, and how positions permute them.
_DIHEDRAL: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTED: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def has_wrong_check_digit(system: str, code: str) -> bool:
    """Whether a code cannot be right because its check digit does not fit the rest.

    Codes without one, such as SNOMED CT's expressions, are not judged.  Sources:
    https://docs.snomed.org (check-digit, Verhoeff), https://loinc.org (mod 10).
    """
    rule = _RULES.get(system)
    return rule is not None and not rule(code)


def _is_snomed(code: str) -> bool:
    if _SNOMED_ID.fullmatch(code) is None:
        # an expression, or something that its code system has to judge
        return True
    state = "0"
    for position, digit in enumerate(reversed(code)):
        state = _DIHEDRAL[int(state)][int(_PERMUTED[position % 8][int(digit)])]
    return state == "0"


def _is_loinc(code: str) -> bool:
    match = _LOINC_CODE.fullmatch(code)
    if match is None:
        return True
    total = 0
    for position, digit in enumerate(reversed(match[1])):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(match[2])


_RULES: Mapping[str, Callable[[str], bool]] = {
    "http://snomed.info/sct": _is_snomed,
    "http://loinc.org": _is_loinc,
}
