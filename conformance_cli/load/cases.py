"""Tests: rows expanded, effects checked, requirements and fixtures collected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance_cli.load.pack_index import PackIndex
from conformance_cli.load.pack_source import Definitions, Part
from conformance_cli.load.problems import Problems
from conformance_cli.load.step_checks import StepChecker
from conformance_cli.load.steps import StepBuilder
from conformance_cli.model.diagnostics import Location
from conformance_cli.model.pack import (
    AssertionSpec,
    Effect,
    Json,
    Procedure,
    Step,
    TestCase,
    TestPack,
)

Row = Mapping[str, Json]
#: What the ``when`` of a test may ask: it is decided before anything is sent.
_DECIDABLE = ("option", "each")


@dataclass(frozen=True, slots=True)
class TestBuilder:
    """Builds the tests of one pack."""

    __test__ = False

    builder: StepBuilder
    checker: StepChecker
    procedures: Mapping[str, Procedure]
    index: PackIndex
    problems: Problems

    def all(self, definitions: Definitions) -> tuple[TestCase, ...]:
        """Every test case of the pack, in the order of files and rows."""
        return tuple(case for part in definitions.tests.values() for case in self._cases(part))

    def _cases(self, part: Part) -> Iterator[TestCase]:
        raw = part.data
        name = raw["test"]
        self.index.tests[name] = part.place_of(raw, "test")
        rows = self._rows(part, raw)
        scope = replace(self.checker.globals, each=rows[0].keys() if rows else None)
        names = self.checker.when(part, raw, scope)
        self._refuse_undecidable(part, raw, names)
        reach = self.checker.steps(part, raw, scope)
        self._check_effect(part, raw, rows, reach.writes)
        steps = self.builder.steps(part, raw, "steps")
        verifies = self.builder.requirement_ids(part, raw)
        whole = TestCase(
            id=name,
            title=raw["title"] if rows else self._title(part, raw, {}),
            effect=Effect(raw["effect"]),
            steps=steps,
            verifies=verifies,
            cleanup=self.builder.steps(part, raw, "cleanup"),
            when=raw.get("when", ""),
            fixtures=tuple(sorted(reach.fixtures)),
            requirements=mentioned(steps, verifies, self.procedures),
            tags=tuple(raw.get("tags", ())),
            description=raw.get("description", ""),
            location=part.mark(raw),
        )
        if not rows:
            yield whole
        for number, row in enumerate(rows, 1):
            title = self._title(part, raw, row)
            yield replace(whole, id=f"{name}.{number}", each=row, title=title)

    def _rows(self, part: Part, raw: dict[str, Any]) -> Sequence[Row]:
        given = raw.get("for-each", [])
        place = part.place_of(raw, "for-each")
        if "for-each" in raw:
            self.checker.refuse_templates(part, raw, "for-each")
        if isinstance(given, dict):
            lengths = {name: len(column) for name, column in given.items()}
            if len(set(lengths.values())) > 1:
                counts = ", ".join(f"{name} {length}" for name, length in lengths.items())
                message = f"columns of unequal length: {counts}"
                hint = "each row takes one value of every column"
                self.problems.add("uneven-rows", message, place, hint)
            columns = zip(*given.values(), strict=False)
            return [dict(zip(given, row, strict=True)) for row in columns]
        for number, row in enumerate(given):
            for name in given[0].keys() ^ row.keys():
                self.problems.add(
                    "uneven-rows",
                    f'row {number + 1} and the first one do not both have "{name}"',
                    part.place_of(given, number),
                    "give every row the same names; null is a value",
                )
        return list(given)

    def _refuse_undecidable(self, part: Part, raw: dict[str, Any], names: frozenset[str]) -> None:
        for name in sorted(names):
            if name.partition(".")[0] not in _DECIDABLE:
                self.problems.add(
                    "unknown-name",
                    f'"{name}" is not known before the test runs',
                    part.document.value_at(raw, "when"),
                    "the when of a test asks only for option.x and each.x",
                )

    def _check_effect(
        self, part: Part, raw: dict[str, Any], rows: Sequence[Row], writes: tuple[str, ...]
    ) -> None:
        if raw["effect"] != "read":
            return
        for method in dict.fromkeys(m for w in writes for m in _methods(w, rows)):
            self.problems.add(
                "effect",
                f"{raw['test']} has effect read, but sends {method}",
                _sender(part, raw, method),
                "say effect: write, or destructive; a read test sends only GET and HEAD",
            )

    def _title(self, part: Part, raw: dict[str, Any], row: Row) -> str:
        title: str = raw["title"]
        if "${" not in title:
            return title
        from conformance_cli.expressions import ExpressionError, render_text

        shown = {k: v if isinstance(v, str) else json.dumps(v) for k, v in row.items()}
        try:
            return render_text(title, {"each": shown})
        except ExpressionError as error:
            place = part.document.value_at(raw, "title")
            self.problems.add("bad-expression", str(error), place, "a title may use only each.x")
            return title


def mentioned(
    steps: Sequence[Step], verifies: tuple[str, ...], procedures: Mapping[str, Procedure]
) -> tuple[str, ...]:
    """The requirement ids that the assertions of steps speak about, in their order."""
    specs = expectations(steps, verifies, procedures)
    return tuple(dict.fromkeys(one for _, ids in specs for one in ids))


def expectations(
    steps: Sequence[Step],
    verifies: tuple[str, ...],
    procedures: Mapping[str, Procedure],
    depth: int = 0,
) -> Iterator[tuple[AssertionSpec, tuple[str, ...]]]:
    """Every assertion that gives a verdict, with the requirements that it is about."""
    for step in steps:
        procedure = procedures.get(step.procedure)
        # a circle of procedures is reported elsewhere
        if procedure is not None and depth < len(procedures):
            yield from expectations(procedure.steps, verifies, procedures, depth + 1)
        for spec in step.expect:
            yield spec, spec.verifies or step.verifies or verifies


def pack_expectations(
    pack: TestPack, test: TestCase
) -> Iterator[tuple[AssertionSpec, tuple[str, ...]]]:
    """The same for a test of a pack that has been built."""
    return expectations(test.steps, test.verifies, pack.procedures)


def _methods(method: str, rows: Sequence[Row]) -> list[str]:
    """What a method is in each row; as written where only the run can tell."""
    if "${" not in method:
        return [method]
    from conformance_cli.expressions import ExpressionError, render_text

    try:
        rendered = [render_text(method, {"each": row}) for row in rows]
    except ExpressionError:
        return [method]
    return [m for m in rendered if m not in ("GET", "HEAD")] if rows else [method]


def _sender(part: Part, raw: dict[str, Any], method: str) -> Location:
    """The step of a test that sets the method, or else its effect."""
    for key in ("steps", "cleanup"):
        for step in raw.get(key, ()):
            if step.get("method") == method:
                return part.place_of(step, "method")
    return part.place_of(raw, "effect")
