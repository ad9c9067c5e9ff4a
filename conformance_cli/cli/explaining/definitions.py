"""Explanations of requirements and tests, with what a run saw of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from conformance_cli.cli.output import fields, wrapped
from conformance_cli.judge import coverage
from conformance_cli.model.pack import AssertionSpec, Step, TestCase, TestPack
from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Requirement

if TYPE_CHECKING:
    from conformance_cli.reporting.view import ReportView

#: Rows of a ``for-each`` test that are shown; the rest only differ in their values.
_ROWS = 3


def requirement_text(
    requirement: Requirement,
    profile: Profile,
    packs: Sequence[TestPack],
    view: ReportView | None,
) -> str:
    """A requirement: what it says, where that is published, and what verifies it."""
    parts = [
        f"{requirement.id}  {requirement.level.value}  ({profile.ref}, {profile.status.value})",
        wrapped(requirement.text, indent="  "),
        "",
        fields([*_facts(requirement, profile), ("Status", _status(requirement, profile, packs))]),
    ]
    for pack in packs:
        tests = [t for t in pack.tests if requirement.id in t.requirements]
        if tests:
            parts += ["", f"  Verified by {pack.ref}"]
            for group in _grouped(tests).values():
                parts += _test_lines(group, pack, requirement.id)
        parts += _observation_lines(pack, requirement.id)
    if view is not None:
        from conformance_cli.cli.explaining.seen import requirement_lines

        parts += ["", *requirement_lines(requirement.id, view)]
    return "\n".join(parts)


def test_text(tests: Sequence[TestCase], pack: TestPack, view: ReportView | None) -> str:
    """A test: its steps, what it expects, and what it needs."""
    first = tests[0]
    name = first.id if len(tests) == 1 else f"{first.id.split('.')[0]}  ({len(tests)} rows)"
    parts = [f"{name}  {first.effect.value}  ({pack.ref})", wrapped(first.title, indent="  "), ""]
    if first.description:
        parts += [wrapped(" ".join(first.description.split()), indent="  "), ""]
    parts.append(
        fields(
            (
                ("Verifies", ", ".join(first.requirements)),
                ("Only if", first.when),
                ("Fixtures", ", ".join(first.fixtures)),
                ("Tags", ", ".join(first.tags)),
                ("Defined", str(first.location)),
            )
        )
    )
    for row in tests if len(tests) > 1 else ():
        parts.append(wrapped(_compact(row.each), indent="      ", first=f"    {row.id}: "))
    for number, step in enumerate(first.steps, 1):
        parts += ["", f"  Step {number}: {_step_name(step, pack)}"]
        parts += [_assertion(spec, "requires") for spec in step.require]
        parts += [_assertion(spec, "expects") for spec in step.expect]
    if view is not None:
        from conformance_cli.cli.explaining.seen import test_lines

        parts += ["", *test_lines([t.id for t in tests], view)]
    return "\n".join(parts)


def _facts(requirement: Requirement, profile: Profile) -> Iterator[tuple[str, str]]:
    section = requirement.section
    yield "Section", f"{section} {profile.sections.get(section, '')}".strip()
    yield "Basis", requirement.basis.value
    yield "Method", requirement.method.value
    yield "Actor", requirement.actor
    yield "Applies if", requirement.applies_if
    yield "Note", requirement.note
    yield "Waivable", "" if requirement.waivable else "no"
    for source in requirement.sources:
        document = profile.sources.get(source.ref)
        title = document.title if document else source.ref
        revision = f" ({document.revision})" if document and document.revision else ""
        yield "Source", ", ".join(part for part in (title + revision, source.at) if part)
        yield "", source.url or (document.link(source.at) if document else "")


def _status(requirement: Requirement, profile: Profile, packs: Sequence[TestPack]) -> str:
    covered = next(c for c in coverage(profile, packs) if c.requirement.id == requirement.id)
    if covered.faults:
        return f"{covered.status} by planted faults: {', '.join(covered.faults)}"
    return f"{covered.status}: {covered.reason}" if covered.reason else covered.status


def _grouped(tests: Sequence[TestCase]) -> dict[str, list[TestCase]]:
    groups: dict[str, list[TestCase]] = {}
    for test in tests:
        groups.setdefault(test.id.split(".")[0], []).append(test)
    return groups


def _test_lines(group: Sequence[TestCase], pack: TestPack, requirement_id: str) -> list[str]:
    first = group[0]
    rows = f", {len(group)} rows" if len(group) > 1 else ""
    name = first.id.split(".")[0] if len(group) > 1 else first.id
    lines = [wrapped(f"{first.title} ({first.effect.value}{rows})", indent="      ",
                     first=f"    {name}  ")]  # fmt: skip
    lines += [
        _assertion(spec, "expects")
        for test in group[:_ROWS]
        for step in _steps(test.steps, pack)
        for spec in step.expect
        if requirement_id in (spec.verifies or step.verifies or test.verifies)
    ]
    return list(dict.fromkeys(lines))


def _observation_lines(pack: TestPack, requirement_id: str) -> Iterator[str]:
    for observation in pack.observations:
        specs = [spec for spec in observation.expect if requirement_id in spec.verifies]
        if specs:
            yield f"    observe:{observation.name}  on every exchange of every test"
            yield from (_assertion(spec, "expects") for spec in specs)


def _steps(steps: Sequence[Step], pack: TestPack, depth: int = 0) -> Iterator[Step]:
    for step in steps:
        yield step
        procedure = pack.procedures.get(step.procedure)
        if procedure is not None and depth < 8:
            yield from _steps(procedure.steps, pack, depth + 1)


def _step_name(step: Step, pack: TestPack) -> str:
    if step.procedure:
        return step.title or f"do {step.procedure}"
    interaction = pack.interactions.get(step.call)
    method = step.method or (interaction.method if interaction else "")
    path = step.path or (interaction.path if interaction else "")
    return f"{step.title or step.call}: {method} {path}"


def _assertion(spec: AssertionSpec, verb: str) -> str:
    told = spec.title or f"{spec.kind} {_compact(spec.argument)}"
    only = f" (only if {spec.when})" if spec.when else ""
    return wrapped(f"{told}{only}", indent="               ", first=f"      {verb:<8} ")


def _compact(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
