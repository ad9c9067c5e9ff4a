"""Test packs: a folder of YAML files → ``TestPack``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance_cli.load.bodies import Bodies
from conformance_cli.load.cases import TestBuilder
from conformance_cli.load.digests import folder_digest
from conformance_cli.load.documents import read_document
from conformance_cli.load.pack_index import PackIndex
from conformance_cli.load.pack_source import Definitions, Part, merge, read_layers
from conformance_cli.load.problems import Problems
from conformance_cli.load.step_checks import StepChecker
from conformance_cli.load.steps import StepBuilder
from conformance_cli.load.templates import TemplateReader
from conformance_cli.load.uses import SharedNames
from conformance_cli.model.diagnostics import DefinitionError
from conformance_cli.model.pack import (
    FaultExpectation,
    Fixture,
    Interaction,
    Json,
    Observation,
    Procedure,
    TestPack,
)


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """A pack with what its author's files say, for lint and cross checks."""

    pack: TestPack
    index: PackIndex
    definitions: Definitions
    bodies: Bodies


def load_pack(folder: Path, base: Callable[[str], TestPack]) -> TestPack:
    """Read the pack in a folder.

    ``base`` finds the pack that it extends, by ``name@version``.

    Raises:
        DefinitionError: with a diagnostic for everything that is wrong in its files.

    """
    return build_pack(folder, lambda ref: Path(base(ref).path)).pack


def build_pack(folder: Path, locate: Callable[[str], Path]) -> BuiltPack:
    """Like ``load_pack``, keeping what was found; ``locate`` finds the base's folder."""
    problems, index = Problems(), PackIndex()
    definitions = merge(read_layers(folder, locate), problems)
    builder = _PackBuilder(definitions, index, problems)
    pack = builder.build()
    problems.raise_if_any()
    return BuiltPack(pack, index, definitions, builder.bodies)


def schema_reader(packs: Sequence[TestPack]) -> Callable[[str, str], Json]:
    """Finds a file of ``schemas/`` by a pack's path and its name, in the pack or its bases.

    Raises (when called):
        DefinitionError: there is no such file, or it is not JSON.
    """
    folders = {pack.path: (pack.path, *pack.bases) for pack in packs}

    def read(pack_path: str, name: str) -> Json:
        for folder in folders.get(pack_path, (pack_path,)):
            root = Path(folder) / "schemas"
            path = root / name
            if path.is_file() and path.resolve().is_relative_to(root.resolve()):
                return read_document(path).data
        message = f"there is no file schemas/{name}"
        raise DefinitionError.of("unknown-schema", message, place=pack_path)

    return read


class _PackBuilder:
    """Builds one pack out of its merged definitions."""

    def __init__(self, definitions: Definitions, index: PackIndex, problems: Problems) -> None:
        self._definitions = definitions
        self._index = index
        self._problems = problems
        self._folders = [source.folder for source in reversed(definitions.layers)]
        self._reader = TemplateReader(index, problems)
        self.bodies = Bodies(self._folders, self._reader, problems)

    def build(self) -> TestPack:
        definitions = self._definitions
        self._note_definitions()
        interactions = self._interactions()
        steps = StepBuilder(
            interactions,
            definitions.procedures,
            self.bodies,
            self._schema_names(),
            self._index,
            self._problems,
        )
        procedures = {
            name: Procedure(
                name,
                steps.steps(part, part.data, "steps"),
                steps.steps(part, part.data, "cleanup"),
                part.data.get("parameters", {}),
            )
            for name, part in definitions.procedures.items()
        }
        fixtures = tuple(self._fixture(part, steps) for part in definitions.fixtures.values())
        preflight = tuple(steps.step(part, part.data) for part in definitions.preflight)
        observations = tuple(self._observation(p, steps) for p in definitions.observations.values())
        # every body is known from here on, so names can be followed through them
        checker = self._checker()
        self._check_quiet_steps(checker)
        tests = TestBuilder(steps, checker, procedures, self._index, self._problems)
        own = definitions.own.header.data
        return TestPack(
            name=own["pack"],
            version=own["version"],
            title=own["title"],
            certifies=tuple(own["certifies"]),
            tests=tests.all(definitions),
            description=own.get("description", ""),
            extends=own.get("extends", ""),
            fixtures=fixtures,
            interactions=interactions,
            procedures=procedures,
            values={name: part.data for name, part in definitions.values.items()},
            headers={str(part.member): part.data for part in definitions.headers.values()},
            observations=observations,
            preflight=preflight,
            faults=tuple(self._fault(part) for part in definitions.faults.values()),
            reference=definitions.inherited("reference") or "",
            digest=self._digest(),
            path=str(definitions.own.folder),
            bases=tuple(str(folder) for folder in self._folders[1:]),
        )

    def _note_definitions(self) -> None:
        definitions = self._definitions
        for kind, parts in (
            ("fixture", definitions.fixtures),
            ("interaction", definitions.interactions),
            ("procedure", definitions.procedures),
            ("value", definitions.values),
        ):
            for name, part in parts.items():
                self._index.defined[kind, name] = part.place

    def _interactions(self) -> Mapping[str, Interaction]:
        builder = StepBuilder({}, (), self.bodies, (), self._index, self._problems)
        return {
            name: Interaction(
                name=name,
                title=part.data.get("title", name),
                method=part.data["method"],
                path=part.data["path"],
                query=part.data.get("query", {}),
                headers=part.data.get("headers", {}),
                body=builder.body(part, part.data, None),
            )
            for name, part in self._definitions.interactions.items()
        }

    def _fixture(self, part: Part, steps: StepBuilder) -> Fixture:
        raw = part.data
        pattern = raw.get("pattern", "")
        try:
            for key in ("example", "default"):
                value = raw.get(key)
                if pattern and value is not None and not re.fullmatch(pattern, value):
                    message = f"the {key} does not match the pattern {pattern}"
                    self._problems.add("bad-value", message, part.document.value_at(raw, key))
        except re.error as error:
            message = f"the pattern is no regular expression: {error}"
            self._problems.add("bad-pattern", message, part.document.value_at(raw, "pattern"))
        return Fixture(
            name=str(part.member),
            title=raw["title"],
            why=raw.get("why", ""),
            properties=tuple(raw.get("properties", ())),
            pattern=pattern,
            example=raw.get("example", ""),
            default=raw.get("default"),
            personal=raw.get("personal", False),
            verify=steps.steps(part, raw, "verify"),
        )

    def _observation(self, part: Part, steps: StepBuilder) -> Observation:
        raw = part.data
        return Observation(raw["name"], raw.get("when", ""), steps.assertions(part, raw, "expect"))

    def _fault(self, part: Part) -> FaultExpectation:
        for index, requirement in enumerate(part.data):
            self._index.requirements.append((requirement, part.place_of(part.data, index)))
        return FaultExpectation(str(part.member), tuple(part.data))

    def _checker(self) -> StepChecker:
        definitions = self._definitions
        shared = SharedNames(definitions, self.bodies, self._reader)
        return StepChecker(definitions, shared, self._reader, self._problems)

    def _check_quiet_steps(self, checker: StepChecker) -> None:
        """What belongs to no test: procedures, observations, and steps of preflight."""
        for name in self._definitions.procedures:
            checker.procedure(name)
        for part in self._definitions.observations.values():
            checker.when(part, part.data, checker.globals.seeing())
            names = checker.assertions(part, part.data, "expect", checker.globals)
            fixtures = (name.removeprefix("fixture.") for name in names if name[:8] == "fixture.")
            self._index.used.update(("fixture", name) for name in fixtures)
        self._check_preflight(checker, [(p, p.data) for p in self._definitions.preflight])
        for part in self._definitions.fixtures.values():
            verify = [(part, step) for step in part.data.get("verify", ())]
            self._check_preflight(checker, verify)

    def _check_preflight(
        self, checker: StepChecker, steps: Sequence[tuple[Part, dict[str, Json]]]
    ) -> None:
        scope = checker.globals
        for part, step in steps:
            reach = checker.step(part, step, scope)
            scope = scope.after(reach.captures)
            for method in reach.writes:
                self._problems.add(
                    "effect",
                    f"preflight must not send {method}",
                    part.place_of(step),
                    "it only looks: use GET or HEAD",
                )

    def _schema_names(self) -> frozenset[str]:
        return frozenset(
            path.relative_to(folder / "schemas").as_posix()
            for folder in self._folders
            for path in (folder / "schemas").rglob("*.json")
        )

    def _digest(self) -> str:
        digest = ""
        for source in self._definitions.layers:
            digest = folder_digest(source.folder, [digest] if digest else [])
        return digest
