"""Steps, assertions, captures and bodies: from what authors write to the model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from conformance_cli.load.bodies import ELEMENT_PATH, Bodies
from conformance_cli.load.pack_index import PackIndex
from conformance_cli.load.pack_source import Part
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.model.pack import (
    AssertionSpec,
    BodyTemplate,
    Capture,
    Grade,
    Interaction,
    Json,
    Step,
)

#: Names that expressions have without a capture; a capture must not hide them.
RESERVED = frozenset(
    ("fixture", "option", "values", "each", "param", "now", "today", "request", "response", "uuid")
)
_ASSERTION_KEYS = frozenset(("verifies", "grade", "when", "title"))


class StepBuilder:
    """Builds the steps of one pack.  Problems are noted; what is built then is not used."""

    def __init__(
        self,
        interactions: Mapping[str, Interaction],
        procedures: Collection[str],
        bodies: Bodies,
        schemas: Collection[str],
        index: PackIndex,
        problems: Problems,
    ) -> None:
        self._interactions = interactions
        self._procedures = procedures
        self._bodies = bodies
        self._schemas = schemas
        self._index = index
        self._problems = problems
        self._kinds = _assertion_kinds()

    def steps(self, part: Part, holder: Mapping[str, Any], key: str) -> tuple[Step, ...]:
        """The steps of a list that a mapping may have under ``key``."""
        return tuple(self.step(part, raw) for raw in holder.get(key, ()))

    def step(self, part: Part, raw: dict[str, Any]) -> Step:
        """One step of a test, a procedure or a cleanup."""
        if "do" in raw:
            self._known(part, raw, "do", "procedure", self._procedures)
            return Step(
                procedure=raw["do"],
                parameters=raw.get("with", {}),
                title=raw.get("title", ""),
                when=raw.get("when", ""),
                location=part.mark(raw),
            )
        self._known(part, raw, "call", "interaction", self._interactions)
        repeat, together = int(raw.get("repeat", 1)), int(raw.get("together", 1))
        if repeat > 1 and together > 1:
            place = part.place_of(raw, "together")
            self._problems.add("bad-value", "a step either repeats or sends together", place)
        return Step(
            call=raw["call"],
            parameters=raw.get("with", {}),
            title=raw.get("title", ""),
            method=raw.get("method", ""),
            path=raw.get("path", ""),
            query=raw.get("query", {}),
            headers=raw.get("headers", {}),
            body=self.body(part, raw, self._interactions.get(raw["call"])),
            when=raw.get("when", ""),
            verifies=self.requirement_ids(part, raw),
            require=self._preconditions(part, raw),
            expect=self.assertions(part, raw, "expect"),
            capture=tuple(self._capture(part, raw["capture"], n) for n in raw.get("capture", ())),
            repeat=repeat,
            together=together,
            leaves=raw.get("leaves", ""),
            location=part.mark(raw),
        )

    def requirement_ids(self, part: Part, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """The ids under ``verifies``: one or a list."""
        ids = raw.get("verifies", ())
        if isinstance(ids, str):
            self._index.requirements.append((ids, part.place_of(raw, "verifies")))
            return (ids,)
        for index, one in enumerate(ids):
            self._index.requirements.append((one, part.place_of(ids, index)))
        return tuple(ids)

    def assertions(self, part: Part, raw: Mapping[str, Any], key: str) -> tuple[AssertionSpec, ...]:
        """The assertions of a list."""
        built = (self._assertion(part, one) for one in raw.get(key, ()))
        return tuple(spec for spec in built if spec is not None)

    def body(
        self, part: Part, raw: Mapping[str, Any], interaction: Interaction | None
    ) -> BodyTemplate | None:
        """The body of a step or interaction, complete; ``None`` where it says nothing.

        A step that gives only changes gets the template of its interaction with both
        their changes; where they name the same path, the step's counts.
        """
        if "body" not in raw:
            return None
        body, place = raw["body"], part.place_of(raw, "body")
        if body is None:
            return BodyTemplate()
        if isinstance(body, str):
            return BodyTemplate(self._content(body, part, raw, "body"))
        self._check_changes(part, body)
        changes = BodyTemplate(
            raw=body.get("raw"), set=body.get("set", {}), remove=tuple(body.get("remove", ()))
        )
        if changes.raw is not None:
            if len(body) > 1:
                self._problems.add(
                    "bad-body", "raw text cannot be changed", place, "give raw alone, or a template"
                )
            return changes
        if "template" in body:
            content = self._content(body["template"], part, body, "template")
            return BodyTemplate(content, None, changes.set, changes.remove)
        return self._changed(interaction, changes, place)

    def _changed(
        self, interaction: Interaction | None, changes: BodyTemplate, place: Any
    ) -> BodyTemplate:
        base = interaction.body if interaction else None
        if base is None or base.content is None:
            self._problems.add(
                "bad-body",
                "set and remove change a template, and there is none here",
                place,
                "add template: NAME with a file of bodies/",
            )
            return changes
        kept = {path: value for path, value in base.set.items() if path not in changes.remove}
        gone = [path for path in base.remove if path not in changes.set]
        return BodyTemplate(
            base.content,
            None,
            {**kept, **changes.set},
            tuple(dict.fromkeys((*gone, *changes.remove))),
        )

    def _content(self, name: str, part: Part, holder: Json, key: str) -> Json:
        if "${" in name:
            return name  # a captured resource, sent again
        return self._bodies.find(name, part.place_of(holder, key)).content

    def _check_changes(self, part: Part, body: Mapping[str, Any]) -> None:
        paths = [(p, part.place_of(body["set"], p)) for p in body.get("set", ())]
        paths += [
            (p, part.place_of(body["remove"], i)) for i, p in enumerate(body.get("remove", ()))
        ]
        for path, place in paths:
            if not ELEMENT_PATH.fullmatch(path):
                hint = "write it as Appointment.participant[0].status"
                self._problems.add("body-path", f'"{path}" is not an element path', place, hint)

    def _preconditions(self, part: Part, raw: dict[str, Any]) -> tuple[AssertionSpec, ...]:
        for one in raw.get("require", ()):
            for key in ("verifies", "grade"):
                if key in one:
                    self._problems.add(
                        "idle-key",
                        f'"{key}" has no meaning under require: a precondition gives no verdict',
                        part.place_of(one, key),
                        "move the assertion to expect, or drop the key",
                    )
        return self.assertions(part, raw, "require")

    def _assertion(self, part: Part, raw: dict[str, Any]) -> AssertionSpec | None:
        names = [key for key in raw if key not in _ASSERTION_KEYS]
        if len(names) != 1:
            found = " and ".join(names) if names else "none"
            self._problems.add(
                "bad-assertion",
                f"an assertion has exactly one name; here: {found}",
                part.place_of(raw),
                "begin each assertion with its own dash",
            )
            return None
        kind = names[0]
        if kind not in self._kinds:
            message = f'there is no assertion "{kind}"'
            hint = did_you_mean(kind, (*self._kinds, *_ASSERTION_KEYS), "assertions")
            self._problems.add("unknown-assertion", message, part.place_of(raw, kind), hint)
        if kind == "json-schema":
            self._schema_file(part, raw)
        spec = AssertionSpec(
            kind=kind,
            argument=raw[kind],
            verifies=self.requirement_ids(part, raw),
            grade=Grade(raw.get("grade", "fail")),
            when=raw.get("when", ""),
            title=raw.get("title", ""),
            location=part.mark(raw),
        )
        self._index.assertions.append((spec, part.place_of(raw)))
        return spec

    def _schema_file(self, part: Part, raw: dict[str, Any]) -> None:
        name = raw["json-schema"]
        if isinstance(name, str) and "${" not in name and name not in self._schemas:
            hint = did_you_mean(name, self._schemas, "schemas")
            place = part.place_of(raw, "json-schema")
            self._problems.add("unknown-schema", f"there is no file schemas/{name}", place, hint)

    def _capture(self, part: Part, captures: dict[str, Any], name: str) -> Capture:
        place = part.place_of(captures, name)
        if name in RESERVED:
            self._problems.add(
                "reserved-name", f'"{name}" has a meaning already', place, "choose another name"
            )
        raw = captures[name]
        if isinstance(raw, str):
            capture = Capture(name, fhirpath=raw)
        else:
            if len({"fhirpath", "header", "value"} & raw.keys()) != 1:
                self._problems.add(
                    "bad-capture", f"{name}: give one of fhirpath, header and value", place
                )
            capture = Capture(
                name,
                fhirpath=raw.get("fhirpath", ""),
                header=raw.get("header", ""),
                value=raw.get("value"),
                every=raw.get("every", False),
                optional=raw.get("optional", False),
            )
        self._index.captures.append((capture, place))
        return capture

    def _known(
        self, part: Part, raw: dict[str, Any], key: str, kind: str, known: Collection[str]
    ) -> None:
        name = raw[key]
        self._index.used.add((kind, name))
        if name not in known:
            hint = did_you_mean(name, known, f"{kind}s")
            place = part.place_of(raw, key)
            self._problems.add(f"unknown-{kind}", f'there is no {kind} "{name}"', place, hint)


def _assertion_kinds() -> frozenset[str]:
    from conformance_cli.checks import registry

    return frozenset(registry.names())
