"""Single faults put into sound resources, and what has to be said of each, and where."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from conformance_cli.fhir.definitions.library import Library
from tests.fhir.generated.places import Places, Spot
from tests.fhir.generated.value_sets import ValueSets

Json = Any
Object = dict[str, Json]


@dataclass(frozen=True)
class Fault:
    """What was put into a resource: one of ``ids`` has to be reported at ``at``.

    ``within`` is the part of the resource that further errors may be about.
    """

    resource: Object
    kind: str
    ids: tuple[str, ...]
    at: str
    within: str


class Mutations:
    """Makes faults in resources of a library."""

    def __init__(self, library: Library, value_sets: ValueSets) -> None:
        self._places = Places(library)
        self._library = library
        self._value_sets = value_sets
        self._kinds: Mapping[str, Callable[[Spot, Random], _Told | None]] = {
            "drop required": _drop,
            "wrong type": _wrong_type,
            "extra property": _extra,
            "bad code": self._bad_code,
            "bad date": _bad_date,
            "broken reference": self._broken_reference,
        }

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of faults."""
        return tuple(self._kinds)

    def fault(self, resource: Object, kind: str, source: Random) -> Fault | None:
        """A copy of a resource with one fault at a random place; ``None`` if there is no place."""
        changed = copy.deepcopy(resource)
        spots = self._places.of(changed)
        make = self._kinds[kind]
        while spots:
            spot = spots.pop(source.randrange(len(spots)))
            told = make(spot, source)
            if told is not None:
                ids, at = told
                return Fault(changed, kind, ids, at, spot.whole)
        return None

    def _bad_code(self, spot: Spot, source: Random) -> _Told | None:
        binding = spot.element.binding
        if binding is None or binding.strength != "required" or not binding.value_set:
            return None
        if not self._value_sets.lists(binding.value_set):
            return None
        if spot.type == "code":
            spot.put(source.choice(("no-such-code", "NO-SUCH-CODE")))
            return ("binding-required",), spot.at
        codings = spot.value.get("coding") if spot.type == "CodeableConcept" else None
        if not codings:
            return None
        spot.put({"coding": [{**coding, "code": "no-such-code"} for coding in codings]})
        return ("binding-required",), spot.at

    def _broken_reference(self, spot: Spot, source: Random) -> _Told | None:
        if spot.type != "Reference" or spot.value.get("reference", "#").startswith("#"):
            return None
        how = source.randrange(3)
        if how == 0:
            spot.value["reference"] = "#nowhere"
            return ("reference-not-contained",), spot.at
        if how == 1 or _leads_anywhere(spot):
            spot.value["reference"] = "Patient/no body"
            return ("reference-spaces",), spot.at
        spot.value["type"] = "Nothing"
        return ("reference-type-not-allowed",), spot.at


#: The ids of which one has to be told, and where.
_Told = tuple[tuple[str, ...], str]

_DATES: Mapping[str, Sequence[str]] = {
    "date": (
        "2023-02-29",
        "2023-13-01",
        "2023-1-1",
        "23-01-01",
        "yesterday",
        "2023-01-01T10:00:00Z",
    ),
    "dateTime": ("2023-02-29", "2023-04-31T10:00:00Z", "2023-01-01T10:00:00", "2023-01-01 10:00"),
    "instant": (
        "2023-01-01",
        "2023-02-29T10:00:00Z",
        "2023-01-01T10:00:00",
        "2023-01-01T24:00:00Z",
    ),
    "time": ("24:00:00", "10:00", "10:60:00", "10:00:00Z", "noon"),
}
_KINDS = (
    "primitive-kind", "primitive-boolean", "primitive-integer", "primitive-decimal",
    "primitive-not-simple",
)  # fmt: skip


#: Errors elsewhere that follow from a fault: contained resources that nothing leads to any
#: more, links that lead nowhere, and rules over the whole of a resource.
_FROM_AFAR = frozenset(
    {
        "bundle-document-orphan",
        "canonical-not-contained",
        "contained-orphan",
        "contained-without-id",
        "invariant",
        "reference-not-contained",
        "reference-unaddressed",
    }
)


def is_consequence(within: str, at: str, issue_id: str) -> bool:
    """Whether an error may follow from a fault: in that part, around it, or where it led."""
    return at.startswith(within) or within.startswith(f"{at}.") or issue_id in _FROM_AFAR


def _leads_anywhere(spot: Spot) -> bool:
    refs = [ref for ref in spot.element.types if ref.code == "Reference"]
    return any(not ref.targets or ref.targets[0].endswith("/Resource") for ref in refs)


def _drop(spot: Spot, source: Random) -> _Told | None:
    if not spot.element.min:
        return None
    spot.owner.pop(spot.key)
    spot.owner.pop(f"_{spot.key}", None)
    return ("element-minimum" if spot.owner else "json-object-empty",), spot.around


def _wrong_type(spot: Spot, source: Random) -> _Told | None:
    how = source.randrange(5)
    if how == 0:
        if isinstance(spot.owner.get(f"_{spot.key}"), list):
            return None
        spot.put(None)
        return ("json-null",), spot.at
    if how == 1 and spot.index is not None:
        spot.owner[spot.key] = spot.value
        return ("json-array-needed",), spot.whole
    if how == 2 and spot.index is None:
        spot.put([spot.value])
        return ("json-array-forbidden",), spot.at
    if how == 3 and isinstance(spot.value, dict):
        spot.put({})
        return ("json-object-empty", "resource-type-missing"), spot.at
    return _wrong_kind(spot, source)


def _wrong_kind(spot: Spot, source: Random) -> _Told:
    if isinstance(spot.value, dict):
        spot.put(source.choice(("text", 5, True, Decimal("1.5"))))
        return ("json-object-needed",), spot.at
    others: list[Json] = [{"value": "x"}]
    if not isinstance(spot.value, bool):
        others.append(True)
    if isinstance(spot.value, str):
        others += [5, Decimal("1.5")]
    else:
        others.append("text")
    spot.put(source.choice(others))
    return _KINDS, spot.at


def _extra(spot: Spot, source: Random) -> _Told | None:
    name = source.choice(("unheardOf", "_unheardOf", f"{spot.key}x", ""))
    spot.owner[name] = source.choice(("x", 5, {"a": 1}, [1]))
    return ("element-unknown",), spot.around


def _bad_date(spot: Spot, source: Random) -> _Told | None:
    if spot.type not in _DATES:
        return None
    spot.put(source.choice(_DATES[spot.type]))
    return ("primitive-date", "primitive-date-day", "primitive-date-zone"), spot.at
