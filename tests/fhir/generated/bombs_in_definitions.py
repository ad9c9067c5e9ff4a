"""Definitions made by hand to exhaust whoever judges by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fhir.generated.bombs import FHIR, NOWHERE, code_system, patient

Json = Any
Object = dict[str, Json]

CORE = f"{FHIR}/StructureDefinition/"


def _profile(name: str, base: str, *elements: Object, **facts: Json) -> Object:
    return {
        "resourceType": "StructureDefinition",
        "url": f"{NOWHERE}{name}",
        "name": name,
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}, *elements]},
        **facts,
    }


def _ruled(name: str, **facts: Json) -> Object:
    return _profile(name, f"{CORE}Patient", {"id": "Patient.name", "path": "Patient.name", **facts})


def _regex(pattern: str) -> Object:
    extension = {"url": f"{CORE}regex", "valueString": pattern}
    element = {"id": "Patient.name.family", "path": "Patient.name.family", "extension": [extension]}
    return _profile("bad", f"{CORE}Patient", element)


def _rule(expression: str) -> Object:
    constraint = {"key": "bad-1", "severity": "error", "human": "bad", "expression": expression}
    return _profile(
        "bad", f"{CORE}Patient", {"id": "Patient", "path": "Patient", "constraint": [constraint]}
    )


def _typed(name: str, other: str) -> Object:
    """A profile whose links must conform to another profile."""
    target = {"code": "Reference", "targetProfile": [f"{NOWHERE}{other}"]}
    element = {"id": "Patient.link.other", "path": "Patient.link.other", "type": [target]}
    return _profile(name, f"{CORE}Patient", element)


def _value_set(name: str, *others: str) -> Object:
    include = [{"valueSet": [f"{NOWHERE}{other}"]} for other in others]
    made = {"resourceType": "ValueSet", "url": f"{NOWHERE}{name}", "status": "draft"}
    return {**made, "compose": {"include": include, "exclude": include[:1]}}


def _bound(*value_sets: Object) -> tuple[Object, ...]:
    binding = {"strength": "required", "valueSet": f"{NOWHERE}vs0"}
    element = {"id": "Patient.language", "path": "Patient.language", "binding": binding}
    return (_profile("bad", f"{CORE}Patient", element), *value_sets)


_SLICED = {"discriminator": [{"type": "value", "path": "use"}], "rules": "closed", "ordered": True}
_RUNAWAYS = (
    "(a+)+$",
    "(a|a)*$",
    "(.*a){20}$",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "a{1,9999}{1,9999}",
)

#: Definitions, of which ``http://nowhere.test/bad`` is the profile to judge by.
DEFINITIONS: Mapping[str, Callable[[], tuple[Object, ...]]] = {
    **{
        f"the pattern {pattern}": lambda pattern=pattern: (_regex(pattern),)
        for pattern in _RUNAWAYS
    },
    "a pattern 5,000 deep": lambda: (_regex("(" * 5_000 + "a" + ")" * 5_000),),
    "a rule that repeats": lambda: (
        _rule("repeat($this).repeat($this).descendants().count() > 0"),
    ),
    "a rule of products": lambda: (
        _rule(".descendants().select(%resource" * 6 + ".descendants()" + ")" * 6),
    ),
    "a rule 5,000 deep": lambda: (_rule("(" * 5_000 + "true" + ")" * 5_000),),
    "a rule of 50,000 terms": lambda: (_rule(" and ".join(["true"] * 50_000)),),
    "a rule that grows a text": lambda: (
        _rule("'x'.replace('x', 'xxxxxxxxxx')" + ".replace('x', 'xxxxxxxxxx')" * 9),
    ),
    "a rule with a runaway pattern": lambda: (_rule("name.family.matches('(a+)+$')"),),
    "a rule that conforms to itself": lambda: (_rule(f"conformsTo('{NOWHERE}bad')"),),
    "a rule of powers": lambda: (_rule("9.power(9).power(9).power(9).power(9) > 0"),),
    "profiles based on each other": lambda: (
        _profile("bad", f"{NOWHERE}worse"),
        _profile("worse", f"{NOWHERE}bad"),
    ),
    "a profile based on itself": lambda: (_profile("bad", f"{NOWHERE}bad"),),
    "a profile of profiles, 300 deep": lambda: (
        _profile("bad", f"{NOWHERE}p0"),
        *(_profile(f"p{n}", f"{NOWHERE}p{n + 1}") for n in range(300)),
        _profile("p300", f"{CORE}Patient"),
    ),
    "profiles that refer to each other": lambda: (_typed("bad", "worse"), _typed("worse", "bad")),
    "profiles that impose each other": lambda: tuple(
        _profile(
            one,
            f"{CORE}Patient",
            extension=[
                {
                    "url": f"{CORE}structuredefinition-imposeProfile",
                    "valueCanonical": f"{NOWHERE}{other}",
                }
            ],
        )
        for one, other in (("bad", "worse"), ("worse", "bad"))
    ),
    "an extension that holds itself": lambda: (
        _profile(
            "bad",
            f"{CORE}Patient",
            {
                "id": "Patient.extension",
                "path": "Patient.extension",
                "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"},
            },
            {
                "id": "Patient.extension:a",
                "path": "Patient.extension",
                "sliceName": "a",
                "min": 1,
                "type": [{"code": "Extension", "profile": [f"{NOWHERE}ext"]}],
            },
        ),
        {
            **_profile("ext", f"{CORE}Extension"),
            "kind": "complex-type",
            "type": "Extension",
            "context": [{"type": "element", "expression": "Element"}],
            "differential": {
                "element": [
                    {"id": "Extension", "path": "Extension"},
                    {
                        "id": "Extension.extension",
                        "path": "Extension.extension",
                        "min": 1,
                        "type": [{"code": "Extension", "profile": [f"{NOWHERE}ext"]}],
                    },
                ]
            },
        },
    ),
    "a discriminator through itself": lambda: (
        _ruled(
            "bad",
            slicing={
                "discriminator": [
                    {"type": "profile", "path": "$this.resolve().extension('x').$this"}
                ],
                "rules": "closed",
            },
        ),
    ),
    "500 slices": lambda: (
        _profile(
            "bad",
            f"{CORE}Patient",
            {"id": "Patient.name", "path": "Patient.name", "slicing": _SLICED},
            *(
                part
                for n in range(500)
                for part in (
                    {
                        "id": f"Patient.name:s{n}",
                        "path": "Patient.name",
                        "sliceName": f"s{n}",
                        "min": 1,
                    },
                    {
                        "id": f"Patient.name:s{n}.use",
                        "path": "Patient.name.use",
                        "fixedCode": f"u{n}",
                    },
                )
            ),
        ),
    ),
    "3,000 elements": lambda: (
        _profile(
            "bad",
            f"{CORE}Patient",
            *({"id": f"Patient.x{n}", "path": f"Patient.x{n}"} for n in range(3_000)),
        ),
    ),
    "paths 500 deep": lambda: (
        _profile(
            "bad",
            f"{CORE}Patient",
            {
                "id": "Patient" + ".link.other" * 500,
                "path": "Patient" + ".identifier.assigner" * 500,
            },
        ),
    ),
    "value sets that include each other": lambda: _bound(
        _value_set("vs0", "vs1"), _value_set("vs1", "vs0")
    ),
    "a value set of itself": lambda: _bound(_value_set("vs0", "vs0", "vs0", "vs0")),
    "value sets in twos, 40 deep": lambda: _bound(
        *(_value_set(f"vs{n}", f"vs{n + 1}", f"vs{n + 1}") for n in range(40)), _value_set("vs40")
    ),
    "value sets in a row of 300": lambda: _bound(
        *(_value_set(f"vs{n}", f"vs{n + 1}") for n in range(300))
    ),
    "a value set of 100,000 codes": lambda: _bound(
        {
            **_value_set("vs0"),
            "compose": {
                "include": [
                    {
                        "system": f"{NOWHERE}cs",
                        "concept": [{"code": f"c{n}"} for n in range(100_000)],
                    }
                ]
            },
        }
    ),
    "a code system in a circle": lambda: _bound(
        {
            **_value_set("vs0"),
            "compose": {
                "include": [
                    {
                        "system": f"{NOWHERE}cs",
                        "filter": [{"property": "concept", "op": "is-a", "value": "a"}],
                    }
                ]
            },
        },
        {
            **code_system(0, 1),
            "property": [{"code": "parent", "type": "code"}],
            "concept": [
                {"code": one, "property": [{"code": "parent", "valueCode": other}]}
                for one, other in (("a", "b"), ("b", "a"), ("c", "c"))
            ],
        },
    ),
    "a filter with a runaway pattern": lambda: _bound(
        {
            **_value_set("vs0"),
            "compose": {
                "include": [
                    {
                        "system": f"{NOWHERE}cs",
                        "filter": [{"property": "code", "op": "regex", "value": "(a+)+$"}],
                    }
                ]
            },
        },
        {**code_system(0, 1), "concept": [{"code": "a" * 40 + "b"}, {"code": "en"}]},
    ),
    "concepts 3,000 deep": lambda: _bound(
        {**_value_set("vs0"), "compose": {"include": [{"system": f"{NOWHERE}cs"}]}},
        code_system(1, 3_000),
    ),
}

#: What is judged by them.
JUDGED: Object = patient(
    id="1",
    language="en",
    name=[{"family": "a" * 40 + "!", "use": "official"}, {"family": "b"}],
    link=[{"other": {"reference": "#"}, "type": "seealso"}],
)
PROFILE = f"{NOWHERE}bad"
