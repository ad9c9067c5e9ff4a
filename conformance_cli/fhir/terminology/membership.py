"""Whether a code is in a value set, told from its definition and in three values.

Sets are not expanded: each include and exclude is asked about the one code.  Source:
http://hl7.org/fhir/R4/valueset.html#compositions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from conformance_cli.fhir.terminology import filters, grammars
from conformance_cli.fhir.terminology.concepts import Concepts
from conformance_cli.fhir.terminology.protocol import Standing
from conformance_cli.fhir.terminology.reading import canonical, items, part, text, texts
from conformance_cli.fhir.terminology.sources import Edition, Sources

Json = Any

VALID, INVALID, UNKNOWN = Standing.VALID, Standing.INVALID, Standing.UNKNOWN
#: How many value sets may import one another in a row.
_DEEPEST: Final = 25
#: How many includes and filters are kept ready.
_MOST_PREPARED: Final = 20_000
#: R4's generic names of formats, which its media-type bindings admit (http.html#mime-type).
_FORMATS: Final = frozenset({"xml", "json", "ttl"})
_ALL_MEDIA_TYPES: Final = "http://hl7.org/fhir/ValueSet/mimetypes"


class Ruling(Struct, frozen=True):
    """A standing and, unless it is plainly valid or invalid, why."""

    standing: Standing
    reason: str = ""


_YES, _NO = Ruling(VALID), Ruling(INVALID)


class Membership:
    """Decides about codes with a system; imports are looked up in ``sources``.

    Before R5, several value sets in one include may also be meant as a union: R4's definition
    of ``include.valueSet`` has it so, against its own comment on ``include``.
    """

    def __init__(self, sources: Sources, fhir_version: str) -> None:
        self._sources = sources
        self._may_unite = fhir_version.startswith(("3.", "4."))
        self._prepared = _Prepared()

    def ruling(
        self, system: str, version: str | None, code: str, value_set: Mapping[str, Json]
    ) -> Ruling:
        """Whether the code of the system is in the value set."""
        return self._in_set(_Asked(system, version, code), value_set, ())

    def _in_set(self, asked: _Asked, value_set: Mapping[str, Json], trail: _Trail) -> Ruling:
        composed = self._composed(asked, value_set, trail)
        if composed.standing is not UNKNOWN:
            return composed
        return expanded(asked.system, asked.code, value_set) or composed

    def _composed(self, asked: _Asked, value_set: Mapping[str, Json], trail: _Trail) -> Ruling:
        compose = part(value_set, "compose")
        if value_set.get("url") == _ALL_MEDIA_TYPES and asked.code in _FORMATS:
            return _YES if asked.system == grammars.MEDIA_TYPES else _NO
        if not compose:
            return Ruling(UNKNOWN, f"{_name(value_set)} does not say how it is composed")
        asked = _Asked(
            asked.system, asked.version, asked.code, compose.get("inactive") is not False
        )
        included = self._in_any(asked, items(compose.get("include")), trail)
        if included.standing is INVALID:
            return included
        excluded = self._in_any(asked, items(compose.get("exclude")), trail)
        if excluded.standing is VALID:
            return Ruling(INVALID, f"{_name(value_set)} excludes it")
        return excluded if excluded.standing is UNKNOWN else included

    def _in_any(self, asked: _Asked, parts: list[Mapping[str, Json]], trail: _Trail) -> Ruling:
        result = _NO
        for one in parts:
            ruling = self.selected(asked, one, trail)
            if ruling.standing is VALID:
                return ruling
            if result.standing is INVALID and (ruling.standing is UNKNOWN or not result.reason):
                result = ruling
        return result

    def selected(self, asked: _Asked, one: Mapping[str, Json], trail: _Trail = ()) -> Ruling:
        """Whether an include or exclude selects a code: all that it asks for must hold."""
        imports = texts(one.get("valueSet"))
        system, bar_version = canonical(text(one.get("system")) or "")
        if system and system != asked.system:
            return _NO
        if not system and not imports:
            return Ruling(UNKNOWN, "an include names neither a system nor a value set")
        own = self._of_system(asked, one, bar_version) if system else _YES
        if own.standing is INVALID or not imports:
            return own
        return _both(own, self._imported(asked, imports, trail))

    def _imported(self, asked: _Asked, imports: list[str], trail: _Trail) -> Ruling:
        rulings = [self._import(asked, reference, trail) for reference in imports]
        standings = {ruling.standing for ruling in rulings}
        if self._may_unite and standings == {VALID, INVALID}:
            reason = "R4 does not settle whether several imported value sets unite or intersect"
            return Ruling(UNKNOWN, reason)
        result = rulings[0]
        for ruling in rulings[1:]:
            result = _both(result, ruling)
        return result

    def _import(self, asked: _Asked, reference: str, trail: _Trail) -> Ruling:
        if reference in trail:
            # going round adds nothing
            return _NO
        if len(trail) >= _DEEPEST:
            return Ruling(UNKNOWN, "value sets import one another too deep")
        value_set = self._sources.value_set(reference)
        if value_set is None:
            return Ruling(UNKNOWN, f"the value set {reference} is not loaded")
        return self._in_set(asked, value_set, (*trail, reference))

    def _of_system(self, asked: _Asked, one: Mapping[str, Json], version: str | None) -> Ruling:
        version = text(one.get("version")) or version or asked.version
        edition = self._sources.edition(asked.system, version)
        if edition is not None and not asked.inactive_too and _is_inactive(edition, asked.code):
            return Ruling(INVALID, "it is inactive, and the value set wants active codes only")
        listed = self._prepared.listed(one)
        if listed:
            return _YES if _is_listed(asked.code, listed, edition) else _NO
        if edition is None or not (len(edition.concepts) or edition.concepts.is_complete):
            return _by_grammar(asked, one)
        return self._filtered(asked.code, one, edition, version)

    def _filtered(
        self, code: str, one: Mapping[str, Json], edition: Edition, version: str | None
    ) -> Ruling:
        concepts = edition.concepts
        known = concepts.find(code)
        if known is None:
            if grammars.allows(concepts.url, code) and not one.get("filter"):
                return _YES
            return _lacking(concepts, edition, version)
        for condition in items(one.get("filter")):
            test = self._prepared.test(concepts, condition)
            if test is None:
                name, operation = condition.get("property"), condition.get("op")
                return Ruling(UNKNOWN, f"the filter {name} {operation} cannot be decided here")
            if not test(known):
                return _lacking(concepts, edition, version)
        return _YES


class _Prepared:
    """Includes made ready to be asked again and again, by the identity of their JSON.

    What a key belongs to is kept with it, so that no other object takes its place.
    """

    def __init__(self) -> None:
        self._lists: dict[int, tuple[Json, frozenset[str]]] = {}
        self._tests: dict[tuple[int, int], tuple[Json, Concepts, filters.Test | None]] = {}

    def listed(self, one: Mapping[str, Json]) -> frozenset[str]:
        """The codes that an include lists."""
        found = self._lists.get(id(one))
        if found is None:
            codes = (text(concept.get("code")) for concept in items(one.get("concept")))
            found = (one, frozenset(code for code in codes if code))
            if len(self._lists) >= _MOST_PREPARED:
                self._lists.clear()
            self._lists[id(one)] = found
        return found[1]

    def test(self, concepts: Concepts, condition: Mapping[str, Json]) -> filters.Test | None:
        """The test that a filter makes of codes."""
        key = (id(concepts), id(condition))
        found = self._tests.get(key)
        if found is None:
            found = (condition, concepts, filters.selects(concepts, condition))
            if len(self._tests) >= _MOST_PREPARED:
                self._tests.clear()
            self._tests[key] = found
        return found[2]


class _Asked(Struct, frozen=True):
    """The code that is asked about."""

    system: str
    version: str | None
    code: str
    inactive_too: bool = True


_Trail = tuple[str, ...]


def systems_of(value_set: Mapping[str, Json], sources: Sources) -> tuple[list[str], bool]:
    """The code systems that a value set draws from, and whether these are surely all."""
    found: dict[str, None] = {}
    is_all = True
    waiting, seen = [value_set], set[str]()
    while waiting:
        current = waiting.pop()
        for one in items(part(current, "compose").get("include")):
            system = canonical(text(one.get("system")) or "")[0]
            if system:
                found[system] = None
                continue
            fresh = [name for name in texts(one.get("valueSet")) if name not in seen]
            seen.update(fresh)
            imported = [sources.value_set(name) for name in fresh]
            is_all = is_all and None not in imported and len(seen) < _DEEPEST**2
            waiting.extend(one for one in imported if one is not None and is_all)
        found.update((name, None) for name in _expansion_systems(current))
    return list(found), is_all


def _expansion_systems(value_set: Mapping[str, Json]) -> Iterator[str]:
    for contained in _contains(value_set):
        system = text(contained.get("system"))
        if system:
            yield system


def expanded(system: str, code: str, value_set: Mapping[str, Json]) -> Ruling | None:
    """What the expansion that comes with a value set says; ``None`` where it says nothing."""
    if not part(value_set, "expansion"):
        return None
    for contained in _contains(value_set):
        if contained.get("code") == code and contained.get("system") == system:
            return _NO if contained.get("abstract") is True else _YES
    return _NO if is_whole_expansion(value_set) else None


def is_whole_expansion(value_set: Mapping[str, Json]) -> bool:
    """Whether an expansion has every code: not cut short, paged or filtered."""
    expansion = part(value_set, "expansion")
    names = {text(parameter.get("name")) for parameter in items(expansion.get("parameter"))}
    if not expansion or names & {"filter", "count", "offset", "limitedExpansion"}:
        return False
    urls = [text(extension.get("url")) or "" for extension in items(expansion.get("extension"))]
    if any(url.endswith(("toocostly", "unclosed")) for url in urls):
        return False
    count, total = sum(1 for _ in _contains(value_set)), expansion.get("total")
    return count > 0 and (not isinstance(total, int) or total <= count)


def expansion_codes(value_set: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The systems and codes of an expansion that may be used."""
    for contained in _contains(value_set):
        system, code = text(contained.get("system")), text(contained.get("code"))
        if system and code and contained.get("abstract") is not True:
            yield system, code


def _contains(value_set: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    waiting = items(part(value_set, "expansion").get("contains"))
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(items(one.get("contains")))


def _both(one: Ruling, other: Ruling) -> Ruling:
    for standing in (INVALID, UNKNOWN):
        for ruling in (one, other):
            if ruling.standing is standing:
                return ruling
    return one


def _is_inactive(edition: Edition, code: str) -> bool:
    return edition.concepts.is_inactive(edition.concepts.find(code) or code)


def _is_listed(code: str, listed: frozenset[str], edition: Edition | None) -> bool:
    if code in listed or edition is None or edition.concepts.case_sensitive:
        return code in listed
    return edition.concepts.find(code) in listed


def _by_grammar(asked: _Asked, one: Mapping[str, Json]) -> Ruling:
    rule = grammars.rules(asked.system)
    if rule is None:
        return Ruling(UNKNOWN, f"the code system {asked.system} is not loaded")
    standing = rule(asked.code)
    if standing is INVALID:
        return Ruling(INVALID, f"{asked.system} has no such code")
    for condition in items(one.get("filter")):
        ruling = _by_text(asked, condition)
        if ruling.standing is not VALID:
            return ruling
    return Ruling(standing, "" if standing is VALID else f"{asked.system} leaves it open")


def _by_text(asked: _Asked, condition: Mapping[str, Json]) -> Ruling:
    name, operation = text(condition.get("property")), text(condition.get("op"))
    value = text(condition.get("value"))
    if name == "canonical" and operation == "=" and asked.system == grammars.UNITS and value:
        from conformance_cli.fhir.terminology.ucum import is_comparable

        return _YES if is_comparable(asked.code, value) else _NO
    test = filters.selects_text(operation, value) if name in ("code", "concept") else None
    if test is None:
        return Ruling(UNKNOWN, f"the filter {name} {operation} cannot be decided here")
    return _YES if test(asked.code) else _NO


def _lacking(concepts: Concepts, edition: Edition, version: str | None) -> Ruling:
    """What it means that a code system, as it is loaded, does not make a code a member."""
    if not concepts.is_complete:
        return Ruling(UNKNOWN, f"the code system {concepts.url} is loaded only in part")
    if not edition.is_exact:
        return Ruling(UNKNOWN, f"version {version} of {concepts.url} is not loaded")
    return _NO


def _name(value_set: Mapping[str, Json]) -> str:
    return f"the value set {value_set.get('url') or value_set.get('id') or '(unnamed)'}"
