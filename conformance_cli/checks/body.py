"""Checks of the body as a whole: ``body``, ``resource-type``, ``json-schema``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance_cli.checks.arguments import (
    ArgumentError,
    as_list,
    is_template,
    shown,
    text_problems,
    texts,
)
from conformance_cli.checks.finding import Claim, Finding, either, first_few
from conformance_cli.checks.matchers import described
from conformance_cli.checks.subject import Subject, judge_bodies, judge_responses
from conformance_cli.fhir.path.patterns import PatternError, compile_pattern
from conformance_cli.model.exchange import Exchange, Response
from conformance_cli.model.result import Cause

Json = Any

_BODY_WORDS = {
    "present": "a body",
    "absent": "no body",
    "json": "well-formed JSON without duplicate names",
}


def body(argument: Json, subject: Subject) -> Finding:
    """``body: present``, ``absent`` or ``json`` (RFC 8259, no name twice in one object)."""
    if argument not in _BODY_WORDS:
        raise ArgumentError(f"{shown(argument)} is none of present, absent, json")
    claim = Claim(f"The response has {_BODY_WORDS[argument]}", _BODY_WORDS[argument])

    def judge(exchange: Exchange, response: Response) -> Finding:
        size = f"{len(response.body)} bytes" if response.body else "no body"
        if argument == "absent":
            return claim.judged(not response.body, size, "body")
        if argument == "present":
            return claim.judged(bool(response.body.strip()), size, "body")
        parsed = subject.body(exchange)
        if parsed.beyond_bounds:
            return claim.error(Cause.TOOL, f"the body {parsed.problem}; this tool reads no more")
        fault = parsed.problem or parsed.remark
        return claim.judged(not fault, fault or "well-formed JSON", "body")

    return judge_responses(subject, claim, judge)


def body_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``body``."""
    if is_template(argument) or (isinstance(argument, str) and argument in _BODY_WORDS):
        return []
    return [f"must be present, absent or json, not {shown(argument)}"]


def resource_type(argument: Json, subject: Subject) -> Finding:
    """``resource-type: Bundle`` or a list: the body is a resource of that type."""
    wanted = texts(argument)
    claim = Claim(f"The body is a {either(wanted)} resource", either(wanted))

    def judge(value: Json) -> Finding:
        kind = value.get("resourceType") if isinstance(value, Mapping) else None
        if isinstance(kind, str):
            return claim.judged(kind in wanted, kind, "resourceType")
        what = "an object without resourceType" if isinstance(value, Mapping) else described(value)
        return claim.broken(what, "resourceType")

    return judge_bodies(subject, claim, judge)


def resource_type_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``resource-type``."""
    problems = text_problems("resource-type", argument)
    for one in () if problems else as_list(argument):
        if not is_template(one) and not (one.isalnum() and one[0].isupper()):
            problems.append(f"{shown(one)} is not the name of a resource type")
    return problems


def json_schema(argument: Json, subject: Subject) -> Finding:
    """``json-schema: name``: the body is valid against a schema of the pack."""
    (name,) = texts(argument) or ("",)
    claim = Claim(f"The body is valid against the schema {name}", f"valid against {name}")
    from jsonschema import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        validator = _validator(subject.schema(name))
    except (LookupError, OSError, PatternError, SchemaError) as err:
        return claim.error(Cause.TOOL, f"the schema {name} cannot be used: {err}")

    def judge(value: Json) -> Finding:
        try:
            faults = list(_first(validator.iter_errors(value), 20))
        except (PatternError, Unresolvable, RecursionError) as err:
            return claim.error(Cause.TOOL, f"the schema {name} cannot be evaluated: {err}")
        if not faults:
            return claim.met("valid")
        faults.sort(key=lambda fault: list(map(str, fault.absolute_path)))
        told = [f"{_pointer(f)}: {_message(f)}" for f in faults]
        return claim.broken(first_few(told, 2), _pointer(faults[0]))

    return judge_bodies(subject, claim, judge)


def json_schema_problems(argument: Json) -> list[str]:
    """What is wrong with the argument of ``json-schema``."""
    if isinstance(argument, str) and argument:
        return []
    return [f"must be the name of a file in schemas/, not {shown(argument)}"]


def _validator(schema: Json) -> Any:
    """A validator that fetches nothing and whose keywords are safe with hostile bodies."""
    from jsonschema import validators
    from referencing import Registry

    base = validators.validator_for(schema, default=validators.Draft202012Validator)
    base.check_schema(schema)
    for pattern in _name_patterns(schema):
        compile_pattern(pattern)
    extend: Any = validators.extend
    safe = extend(base, {"pattern": _pattern, "uniqueItems": _unique_items})
    return safe(schema, registry=Registry())


def _pattern(_: Any, pattern: str, instance: Json, __: Json) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not compile_pattern(pattern).occurs(instance):
        yield ValidationError(f"does not match {pattern!r}")


def _name_patterns(schema: Json) -> Iterator[str]:
    """The patterns of property names, which the library matches by itself."""
    if isinstance(schema, Mapping):
        names = schema.get("patternProperties")
        yield from names if isinstance(names, Mapping) else ()
        for part in schema.values():
            yield from _name_patterns(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _name_patterns(part)


def _unique_items(_: Any, wanted: bool, instance: Json, __: Json) -> Iterator[Any]:  # noqa: FBT001
    import json

    from jsonschema import ValidationError

    if wanted is True and isinstance(instance, list):
        texts_of_items = {json.dumps(item, sort_keys=True) for item in instance}
        if len(texts_of_items) < len(instance):
            yield ValidationError("has non-unique items")


def _message(fault: Any) -> str:
    """The validator's words, unless they would quote a whole structure."""
    if isinstance(fault.instance, dict | list) and len(fault.message) > 120:
        return f'breaks "{fault.validator}"'
    return str(fault.message)


def _pointer(fault: Any) -> str:
    """The JSON Pointer (RFC 6901) of a fault."""
    parts = (str(p).replace("~", "~0").replace("/", "~1") for p in fault.absolute_path)
    return "".join(f"/{part}" for part in parts) or "the body"


def _first(items: Iterator[Any], limit: int) -> Iterator[Any]:
    for _, item in zip(range(limit), items, strict=False):
        yield item
