"""Which types, targets and bindings a differential may give an element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from conformance_cli.fhir.definitions import facts
from conformance_cli.fhir.definitions.snapshot.changes import Change
from conformance_cli.fhir.definitions.snapshot.problems import BINDING, TARGET, TYPE, Problems
from conformance_cli.fhir.definitions.tree import Node

Json = Any
Definition = Mapping[str, Json]
Entry = dict[str, Json]

_SYSTEM = "http://hl7.org/fhirpath/"
_CORE = "http://hl7.org/fhir/StructureDefinition/"
#: Types that stand for any of theirs; in R4, elements of content references have none.
_ANYTHING = frozenset(
    {"", "*", "Any", "Element", "Resource", "Base", "DataType", "BackboneElement"}
)
#: ElementDefinition, eld-11 of R4 and R5, with the code-like types that practice binds.
_BINDABLE = frozenset(
    {"code", "Coding", "CodeableConcept", "CodeableReference", "Quantity", "Age", "Count"}
    | {"Distance", "Duration", "Money", "string", "uri", "url", "canonical", "id", "oid", "uuid"}
    | {"Extension", "Reference", "Identifier", "dateTime"}
)
_CARRIED = ("profile", "_profile", "targetProfile", "_targetProfile")


class Types(Protocol):
    """What is known of types and profiles."""

    def is_a(self, name: str, ancestor: str) -> bool | None:
        """Whether a type is another or derived from it; ``None`` if it is not known."""

    def conforms(self, profile: str, targets: Sequence[str]) -> bool | None:
        """Whether a profile is one of others or derived from one; ``None`` if unknown."""


def core_url(name: str) -> str:
    """The canonical URL of a type."""
    return name if "://" in name else _CORE + name


def narrowed(base: Definition, change: Change, types: Types, problems: Problems) -> list[Entry]:
    """The types of an element, as its base and the differential have them."""
    before = facts.dicts(base.get("type"))
    stated = change.definition or {}
    after = facts.dicts(stated.get("type"))
    if change.only and not after:
        return _kept(before, change.only)
    if not after:
        return before
    if not before:
        return after
    made: list[Entry] = []
    for entry in after:
        made.extend(_narrowed(entry, before, change, types, problems))
    return made or before


def _kept(before: list[Entry], only: frozenset[str]) -> list[Entry]:
    return [entry for entry in before if facts.type_code(entry) in only] or before


def _narrowed(
    entry: Entry, before: list[Entry], change: Change, types: Types, problems: Problems
) -> list[Entry]:
    code = facts.type_code(entry)
    same = [known for known in before if facts.type_code(known) == code]
    if not same:
        wider = [known for known in before if _allows(facts.type_code(known), code, types)]
        if not wider and not change.quiet:
            allowed = ", ".join(dict.fromkeys(map(facts.type_code, before)))
            problems.add(TYPE, change.label, change.index, type=code, allowed=allowed)
        return [entry] if wider and not _is_system(wider[0]) else wider[:1]
    if _is_system(same[0]):
        return same[:1]
    _check_targets(entry, same, change, types, problems)
    if any(key in entry for key in _CARRIED):
        return [_with_targets(entry, same)]
    # A type that is only named keeps the profiles and targets that it had.
    return [{**known, **entry} for known in same]


def _is_system(entry: Entry) -> bool:
    return str(entry.get("code")).startswith(_SYSTEM)


def _allows(base: str, code: str, types: Types) -> bool:
    if base == code:
        return True
    if base in _ANYTHING:
        return types.is_a(code, base) is not False
    return bool(types.is_a(code, base))


def _with_targets(entry: Entry, same: list[Entry]) -> Entry:
    if "targetProfile" in entry or len(same) > 1:
        return entry
    known = same[0].get("targetProfile")
    return {**entry, "targetProfile": known} if known else entry


def _check_targets(
    entry: Entry, same: list[Entry], change: Change, types: Types, problems: Problems
) -> None:
    if change.quiet:
        return
    allowed = [url for known in same for url in facts.strings(known.get("targetProfile"))]
    if not allowed or not all("targetProfile" in known for known in same):
        return
    for url in facts.strings(entry.get("targetProfile")):
        if types.conforms(url, allowed) is False:
            names = ", ".join(target.rpartition("/")[2] for target in allowed)
            problems.add(TARGET, change.label, change.index, target=url, allowed=names)


def rebound(base: Definition, change: Change, problems: Problems) -> Json:
    """The binding of an element after the differential spoke of it."""
    before = base.get("binding")
    stated = (change.definition or {}).get("binding")
    if not isinstance(stated, dict):
        return before
    if not isinstance(before, dict):
        return stated
    strength = stated.get("strength")
    required = before.get("strength") == "required"
    if required and strength not in ("required", None) and not change.quiet:
        problems.add(BINDING, change.label, change.index, strength=strength)
    made = {**before, **stated}
    if required:
        made["strength"] = "required"
    for key in ("valueSetUri", "valueSetReference", "valueSet"):
        if key in before and key not in stated and facts.value_set_of(stated):
            del made[key]
    made["additional"] = [*facts.dicts(before.get("additional")), *_new_additional(before, stated)]
    if not made["additional"]:
        del made["additional"]
    return made


def _new_additional(before: Definition, stated: Definition) -> list[Entry]:
    known = facts.dicts(before.get("additional"))
    return [item for item in facts.dicts(stated.get("additional")) if item not in known]


def is_bindable(entries: Sequence[Definition]) -> bool:
    """Whether any of the types can have a binding."""
    return not entries or any(facts.type_code(entry) in _BINDABLE for entry in entries)


def only_profile(definition: Definition) -> tuple[str, str | None] | None:
    """The one type of an element, with its profile if it has exactly one; else ``None``."""
    entries = facts.dicts(definition.get("type"))
    codes = {facts.type_code(entry) for entry in entries}
    if len(codes) != 1:
        return None
    profiles = [url for entry in entries for url in facts.profiles(entry)]
    return codes.pop(), profiles[0] if len(profiles) == 1 else None


def type_of_slice(choice: Node, change: Change, slice_name: str) -> list[Entry]:
    """The types that a slice of a choice has by its name (``valueQuantity``)."""
    rest = slice_name[len(choice.name) - 3 :]
    entries = facts.dicts(choice.definition.get("type"))
    named = [entry for entry in entries if _capital(facts.type_code(entry)) == rest]
    if slice_name.startswith(choice.name[:-3]) and named:
        return named
    return [entry for entry in entries if facts.type_code(entry) in change.only]


def _capital(code: str) -> str:
    return code[:1].upper() + code[1:]
