"""Profiles: a YAML file → ``Profile``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from conformance_cli.load.digests import content_digest
from conformance_cli.load.documents import Document, read_document
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.load.schemas import schema_problems
from conformance_cli.model.diagnostics import ConformanceError, DefinitionError
from conformance_cli.model.profile import Option, Profile, ProfileStatus, SourceDocument
from conformance_cli.model.requirement import Basis, Level, Method, Requirement, Source


@dataclass(frozen=True, slots=True)
class BuiltProfile:
    """A profile with the file it was read from, for lint."""

    profile: Profile
    document: Document


def load_profile(path: Path, base: Callable[[str], Profile]) -> Profile:
    """Read a profile file.

    ``base`` finds the profile that it extends, by ``name@version``.

    Raises:
        DefinitionError: with a diagnostic for everything that is wrong in the file.

    """
    return build_profile(path, base).profile


def build_profile(path: Path, base: Callable[[str], Profile]) -> BuiltProfile:
    """Like ``load_profile``, keeping the file."""
    document = read_document(path)
    problems = Problems()
    problems.extend(schema_problems(document, "profile"))
    problems.raise_if_any()
    builder = _ProfileBuilder(document, _base(document, base), problems)
    profile = builder.build()
    problems.raise_if_any()
    return BuiltProfile(profile, document)


def profile_digest(profile: Profile) -> str:
    """``sha256:...`` over everything that a profile says, whatever file said it."""
    content = asdict(profile)
    del content["digest"]
    return content_digest(_jsonable(content))


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _base(document: Document, find: Callable[[str], Profile]) -> Profile | None:
    ref = document.data.get("extends")
    if ref is None:
        return None
    try:
        return find(ref)
    except ConformanceError as error:
        found = error.diagnostics[0]
        if found.code not in ("profile-not-found", "extends-cycle"):
            raise
        raise DefinitionError.of(
            "unknown-base" if found.code == "profile-not-found" else found.code,
            f"{ref} cannot be extended: {found.message}",
            place=document.location("extends"),
            hint=found.hint,
        ) from error


class _ProfileBuilder:
    """Builds one profile over the one that it extends."""

    def __init__(self, document: Document, base: Profile | None, problems: Problems) -> None:
        self._document = document
        self._raw: dict[str, Any] = document.data
        self._base = base
        self._problems = problems
        self._sections = {**(base.sections if base else {}), **self._raw.get("sections", {})}
        self._sources = {**(base.sources if base else {}), **self._own_sources()}
        self._options = {o.name: o for o in (*(base.options if base else ()), *self._own_options())}

    def build(self) -> Profile:
        from dataclasses import replace

        raw, base = self._raw, self._base
        starts, ends = self._date("effective-from"), self._date("effective-until")
        if starts and ends and ends < starts:
            place = self._document.location("effective-until")
            self._problems.add("bad-value", "it ends before it takes effect", place)
        profile = Profile(
            name=raw["profile"],
            version=raw["version"],
            title=raw["title"],
            status=ProfileStatus(raw["status"]),
            requirements=tuple(self._requirements().values()),
            description=raw.get("description", ""),
            fhir_version=raw.get("fhir", base.fhir_version if base else ""),
            publisher=raw.get("publisher", base.publisher if base else ""),
            effective_from=starts,
            effective_until=ends,
            extends=raw.get("extends", ""),
            supersedes=raw.get("supersedes", ""),
            options=tuple(self._options.values()),
            sources=self._sources,
            sections=self._sections,
        )
        return replace(profile, digest=profile_digest(profile))

    def _date(self, key: str) -> date | None:
        return date.fromisoformat(self._raw[key]) if key in self._raw else None

    def _own_sources(self) -> dict[str, SourceDocument]:
        return {
            key: SourceDocument(
                raw["title"], raw.get("url", ""), raw.get("revision", ""), raw.get("links", {})
            )
            for key, raw in self._raw.get("sources", {}).items()
        }

    def _own_options(self) -> tuple[Option, ...]:
        options = self._raw.get("options", {})
        return tuple(Option(name, raw["title"], raw["default"]) for name, raw in options.items())

    def _requirements(self) -> dict[str, Requirement]:
        merged = {r.id: r for r in self._base.requirements} if self._base else {}
        self._remove(merged)
        own: dict[str, int] = {}
        rows = self._raw.get("requirements", [])
        for index, raw in enumerate(rows):
            if raw["id"] in own:
                first = self._document.at(rows[own[raw["id"]]], "id")
                self._problems.add(
                    "duplicate-requirement",
                    f"a second requirement {raw['id']}; the first is at {first}",
                    self._document.at(raw, "id"),
                    "give it another id; ids are never reused",
                )
                continue
            own[raw["id"]] = index
            merged[raw["id"]] = self._requirement(raw)
        if not merged:
            place = self._document.location("requirements")
            hint = "a product is judged over them"
            self._problems.add("no-requirements", "the profile has no requirement", place, hint)
        return merged

    def _remove(self, merged: dict[str, Requirement]) -> None:
        removed = self._raw.get("removes", [])
        if removed and self._base is None:
            place = self._document.location("removes")
            self._problems.add("idle-key", "removes has a meaning only with extends", place)
            return
        known = list(merged)
        for index, requirement_id in enumerate(removed):
            if merged.pop(requirement_id, None) is None:
                self._problems.add(
                    "unknown-requirement",
                    f"{self._raw['extends']} has no requirement {requirement_id} to remove",
                    self._document.at(removed, index),
                    did_you_mean(requirement_id, known, "its requirements"),
                )

    def _requirement(self, raw: dict[str, Any]) -> Requirement:
        self._known(raw, "section", self._sections, "section")
        self._applicability(raw)
        sources = raw.get("source", [])
        return Requirement(
            id=raw["id"],
            level=Level(raw["level"]),
            text=raw["text"],
            section=raw.get("section", ""),
            sources=tuple(
                self._source(one) for one in (sources if isinstance(sources, list) else [sources])
            ),
            basis=Basis(raw.get("basis", "specification")),
            method=Method(raw.get("method", "automated")),
            actor=raw.get("actor", ""),
            applies_if=raw.get("applies-if", ""),
            not_testable=raw.get("not-testable", ""),
            note=raw.get("note", ""),
            waivable=raw.get("waivable", True),
        )

    def _source(self, raw: dict[str, Any]) -> Source:
        self._known(raw, "ref", self._sources, "source")
        return Source(raw["ref"], raw.get("at", ""), raw.get("url", ""))

    def _known(self, raw: dict[str, Any], key: str, known: Mapping[str, object], kind: str) -> None:
        if key in raw and raw[key] not in known:
            self._problems.add(
                f"unknown-{kind}",
                f'there is no {kind} "{raw[key]}"',
                self._document.value_at(raw, key),
                did_you_mean(raw[key], known, f"{kind}s"),
            )

    def _applicability(self, raw: dict[str, Any]) -> None:
        if "applies-if" not in raw:
            return
        from conformance_cli.expressions import ExpressionError, parse

        place = self._document.value_at(raw, "applies-if")
        try:
            names = parse(raw["applies-if"]).names
        except ExpressionError as error:
            hint = "write it without ${}" if "${" in raw["applies-if"] else None
            self._problems.add("bad-expression", str(error), place, hint)
            return
        for name in sorted(names):
            root, _, option = name.partition(".")
            if root != "option" or not option:
                hint = "whether it applies depends on option.x alone"
                self._problems.add("unknown-name", f'"{name}" cannot be asked here', place, hint)
            elif option not in self._options:
                hint = did_you_mean(option, self._options, "options")
                message = f'the profile has no option "{option}"'
                self._problems.add("unknown-option", message, place, hint)
