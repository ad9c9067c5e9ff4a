"""What lint has to say about a pack that loads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from conformance_cli.load.cases import pack_expectations
from conformance_cli.load.documents import read_document
from conformance_cli.load.mentions import unknown_mentions
from conformance_cli.load.packs import BuiltPack
from conformance_cli.load.references import Reference, includes, version_range
from conformance_cli.model.diagnostics import ConformanceError, Diagnostic, Location
from conformance_cli.model.pack import Effect, Step, TestCase, TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Method

_ALL = re.compile(r"\.\s*all\s*\(")


def pack_errors(built: BuiltPack, profiles: Sequence[Profile]) -> Iterator[Diagnostic]:
    """What would break or prove nothing at the run; ``profiles`` are all that it certifies."""
    yield from _range_errors(built, profiles)
    if profiles:
        first, *others = profiles
        yield from unknown_mentions(built.index, first, lambda: others)
    yield from _argument_errors(built)
    yield from _capture_errors(built)


def pack_warnings(
    built: BuiltPack, measured: Sequence[tuple[Profile, Path]]
) -> Iterator[Diagnostic]:
    """What works, and may not be what was meant.

    ``measured`` are the profiles whose every requirement the pack should decide, with
    their files.
    """
    yield from _vacuous(built)
    yield from _idle(built)
    yield from _untidy(built)
    yield from _unused(built)
    yield from _untested(built, measured)
    changelog = built.definitions.own.folder / "CHANGELOG.md"
    if not changelog.is_file():
        yield Diagnostic(
            "no-changelog",
            "the pack has no CHANGELOG.md",
            str(built.definitions.own.folder),
            "list every change that can change a verdict",
        )


def _range_errors(built: BuiltPack, profiles: Sequence[Profile]) -> Iterator[Diagnostic]:
    header = built.definitions.own.header
    for index, text in enumerate(header.data["certifies"]):
        place = header.location("certifies", index)
        reference = Reference.parse(text)
        try:
            version_range(reference.versions, place)
        except ConformanceError as error:
            yield from error.diagnostics
            continue
        if not any(
            p.name == reference.name and includes(reference.versions, p.version) for p in profiles
        ):
            yield Diagnostic(
                "profile-not-found",
                f"there is no profile {text}",
                place,
                "give its folder with --catalogue, or mend the range",
            )


def _argument_errors(built: BuiltPack) -> Iterator[Diagnostic]:
    from conformance_cli.checks import registry

    for spec, place in built.index.assertions:
        for problem in registry.argument_problems(spec.kind, spec.argument):
            yield Diagnostic("bad-argument", f"{spec.kind}: {problem}", place)


def _capture_errors(built: BuiltPack) -> Iterator[Diagnostic]:
    from conformance_cli.expressions import with_placeholders
    from conformance_cli.fhir import FhirPathError, default_fhirpath

    evaluator = default_fhirpath()
    for capture, place in built.index.captures:
        if capture.fhirpath:
            try:
                evaluator.check(with_placeholders(capture.fhirpath, "''"))
            except FhirPathError as error:
                yield Diagnostic("bad-fhirpath", f"{capture.name}: {error}", place)


def _vacuous(built: BuiltPack) -> Iterator[Diagnostic]:
    for spec, place in built.index.assertions:
        found = _ALL.search(spec.argument) if spec.kind == "fhirpath" else None
        # with exists() before it, it does not pass over nothing
        if found and "exists()" not in spec.argument[: found.start()]:
            yield Diagnostic(
                "vacuous",
                "all() is true of an empty list, so this may pass over nothing",
                place,
                "write it as each: {in: PATH, satisfies: EXPRESSION}",
            )


def _idle(built: BuiltPack) -> Iterator[Diagnostic]:
    places = {id(spec): place for spec, place in built.index.assertions}
    for test in _one_per_name(built.pack):
        if not test.requirements:
            yield Diagnostic(
                "verifies-nothing",
                f"{test.id} verifies no requirement",
                built.index.tests[_name(test)],
                "add verifies to the test or to its assertions",
            )
            continue
        for spec, ids in pack_expectations(built.pack, test):
            if not ids:
                yield _unattributed(f"of {_name(test)} ", spec.kind, places[id(spec)])
    for observation in built.pack.observations:
        for spec in observation.expect:
            if not spec.verifies:
                yield _unattributed("", spec.kind, places[id(spec)])


def _unattributed(whose: str, kind: str, place: Location) -> Diagnostic:
    return Diagnostic(
        "verifies-nothing",
        f"the assertion {kind} {whose}verifies no requirement",
        place,
        "add verifies; what is only a precondition belongs under require",
    )


def _untidy(built: BuiltPack) -> Iterator[Diagnostic]:
    for test in _one_per_name(built.pack):
        raw = built.definitions.tests[_name(test)].data
        if test.effect is not Effect.WRITE or "cleanup" in raw:
            continue
        if not _undone(built.pack, test.steps):
            yield Diagnostic(
                "no-cleanup",
                f"{_name(test)} writes and cleans nothing up",
                built.index.tests[_name(test)],
                "add cleanup; write cleanup: [] where nothing can stay behind",
            )


def _undone(pack: TestPack, steps: Sequence[Step]) -> bool:
    """Whether a procedure that is run cleans up after itself."""
    procedures = (pack.procedures[s.procedure] for s in steps if s.procedure)
    return any(p.cleanup or _undone(pack, p.steps) for p in procedures)


def _unused(built: BuiltPack) -> Iterator[Diagnostic]:
    pack = built.pack
    used = set(built.index.used)
    used.update(("fixture", name) for test in pack.tests for name in test.fixtures)
    own = built.definitions.own
    for (kind, name), place in built.index.defined.items():
        if (kind, name) not in used and name in own.header.data.get(f"{kind}s", {}):
            message = f'nothing uses the {kind} "{name}"'
            yield Diagnostic(f"unused-{kind}", message, place, "remove it, or use it")
    for path in _files(own.folder / "bodies", (".yaml", ".json")):
        if path not in built.bodies.used:
            yield Diagnostic("unused-body", f"nothing uses the body {path.name}", str(path))
    named = {str(s.argument) for s, _ in built.index.assertions if s.kind == "json-schema"}
    for path in _files(own.folder / "schemas", (".json",)):
        name = path.relative_to(own.folder / "schemas").as_posix()
        if name not in named and not any("${" in one for one in named):
            yield Diagnostic("unused-schema", f"nothing uses the schema {name}", str(path))


def _untested(built: BuiltPack, measured: Sequence[tuple[Profile, Path]]) -> Iterator[Diagnostic]:
    pack = built.pack
    tested = {one for test in pack.tests for one in test.requirements}
    tested.update(one for o in pack.observations for spec in o.expect for one in spec.verifies)
    for profile, path in measured:
        lines = _requirement_lines(path)
        for requirement in profile.requirements:
            if (
                requirement.level.mandatory
                and requirement.method is Method.AUTOMATED
                and not requirement.not_testable
                and requirement.id not in tested
            ):
                yield Diagnostic(
                    "untested",
                    f"no test verifies {requirement.id} ({requirement.level.value})",
                    lines.get(requirement.id, str(path)),
                    "add a test, or say not-testable: and why",
                )


def _requirement_lines(path: Path) -> dict[str, Location]:
    document = read_document(path)
    rows = document.data.get("requirements", [])
    return {row["id"]: document.at(row, "id") for row in rows}


def _one_per_name(pack: TestPack) -> Iterator[TestCase]:
    """The first case of each test: the rows of for-each differ in nothing that counts here."""
    first: dict[str, TestCase] = {}
    for test in pack.tests:
        first.setdefault(_name(test), test)
    return iter(first.values())


def _name(test: TestCase) -> str:
    return test.id.partition(".")[0]


def _files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in suffixes)
