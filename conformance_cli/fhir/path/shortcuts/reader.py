"""Reads a syntax tree into conditions over the object that an expression is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from conformance_cli.fhir.path.grammar import Node as Tree
from conformance_cli.fhir.path.shortcuts.codes import (
    ALWAYS,
    UNKNOWN,
    Bounds,
    Code,
    Value,
    boolean,
)
from conformance_cli.fhir.path.shortcuts.functions import Arguments, called, extension
from conformance_cli.fhir.path.shortcuts.operators import combined
from conformance_cli.fhir.path.shortcuts.places import Context
from conformance_cli.fhir.path.texts import identifier, type_specifier, unescaped
from conformance_cli.fhir.path.types import is_known_type
from conformance_cli.fhir.path.variables import constant


class Focus(Struct, frozen=True):
    """What names at the start of a path belong to: a variable, and the type of what it holds."""

    variable: str
    type: str


class _Step(Struct, frozen=True):
    """An expression, and the variable that holds it where it is nothing but a focus."""

    code: Code
    variable: str = ""
    type: str = ""


def read(tree: Tree, focus: Focus, context: Context) -> Code:
    """What is known of an expression, from its syntax tree."""
    return _read(tree, focus, context).code


def _read(tree: Tree, focus: Focus, context: Context) -> _Step:
    rule = _RULES.get(tree["type"])
    if rule is not None:
        return rule(tree, focus, context)
    children = tree.get("children", ())
    return _read(children[0], focus, context) if len(children) == 1 else _Step(UNKNOWN)


def _invocation(tree: Tree, focus: Focus, context: Context) -> _Step:
    """A step of a path."""
    left, step = tree["children"]
    return _taken(_read(left, focus, context), step, focus, context)


def _term(tree: Tree, focus: Focus, context: Context) -> _Step:
    """The first step of a path; the name of a type may mean the focus itself."""
    (step,) = tree["children"]
    start = _this(focus, context)
    if step["type"] == "MemberInvocation":
        name = identifier(step["children"][0])
        if name[:1].isupper():
            return start if context.model.is_a(focus.type, name) else _Step(UNKNOWN)
    return _taken(start, step, focus, context)


def _taken(start: _Step, step: Tree, focus: Focus, context: Context) -> _Step:
    if step["type"] == "MemberInvocation":
        name = identifier(step["children"][0])
        return _Step(context.member(start.code, start.variable, name))
    if step["type"] == "FunctionInvocation":
        return _call(start, step["children"][0], focus, context)
    return _read(step, focus, context)


def _call(start: _Step, function: Tree, focus: Focus, context: Context) -> _Step:
    name = identifier(function["children"][0])
    given = function["children"][1]["children"] if len(function["children"]) > 1 else []
    if name == "trace" and len(given) == 1:
        return start
    if name == "select" and len(given) == 1 and _is_path(given[0]):
        return _along(start, given[0], focus, context)
    if name in ("is", "as", "ofType") and len(given) == 1:
        return _typed(start.code, given[0], context)
    if name == "iif" and start.variable != focus.variable:
        return _Step(UNKNOWN)
    arguments = Arguments(
        len(given),
        lambda index: read(given[index], focus, context),
        lambda variable, type_name: read(given[0], Focus(variable, type_name), context),
    )
    if name == "extension" and len(given) == 1:
        member = context.member(start.code, start.variable, "extension")
        return _Step(extension(member, arguments, context))
    return _Step(called(name, start.code, arguments, context))


def _is_path(tree: Tree) -> bool:
    """Whether an expression is nothing but names, which select as steps do."""
    while tree["type"] == "InvocationExpression":
        tree, step = tree["children"]
        if step["type"] != "MemberInvocation":
            return False
    while tree["type"] in ("TermExpression", "InvocationTerm"):
        (tree,) = tree["children"]
    name = identifier(tree["children"][0]) if tree["type"] == "MemberInvocation" else ""
    return name[:1].islower()


def _along(start: _Step, tree: Tree, focus: Focus, context: Context) -> _Step:
    if tree["type"] == "InvocationExpression":
        before, step = tree["children"]
        return _taken(_along(start, before, focus, context), step, focus, context)
    while tree["type"] != "MemberInvocation":
        (tree,) = tree["children"]
    return _taken(start, tree, focus, context)


def _this(focus: Focus, context: Context) -> _Step:
    code = context.this(focus.variable, focus.type)
    return _Step(code, focus.variable if code.value is None else "", focus.type)


def _operation(tree: Tree, focus: Focus, context: Context) -> _Step:
    left, right = (read(child, focus, context) for child in tree["children"])
    return _Step(combined(tree["terminalNodeText"][0], left, right, context))


def _type_operation(tree: Tree, focus: Focus, context: Context) -> _Step:
    value, specifier = tree["children"]
    return _typed(read(value, focus, context), specifier, context)


def _typed(value: Code, specifier: Tree, context: Context) -> _Step:
    """``is``, ``as`` and ``ofType()``: only that they yield nothing for nothing."""
    name = type_specifier(specifier)
    if name is None or not is_known_type(name, context.model):
        return _Step(UNKNOWN)
    return _Step(Code(empty=value.empty))


def _polarity(tree: Tree, focus: Focus, context: Context) -> _Step:
    value = read(tree["children"][0], focus, context).value
    if value is None or type(value.literal) is not int:
        return _Step(UNKNOWN)
    sign = -1 if tree["terminalNodeText"][0] == "-" else 1
    return _Step(_number(sign * value.literal))


def _external(tree: Tree, _: Focus, context: Context) -> _Step:
    (written,) = tree["children"]
    if written.get("children"):
        name = identifier(written["children"][0])
    else:
        name = unescaped(written["terminalNodeText"][1][1:-1])
    known = constant(name)
    if known is not None:
        return _Step(_text(known))
    if name == "context" or (name == "resource" and context.is_resource):
        return _this(Focus(context.root, context.type), context)
    return _Step(UNKNOWN)


def _text(text: str) -> Code:
    value = Value(ALWAYS, repr(text), "string", text)
    return Code(some=ALWAYS, true=ALWAYS, safe=ALWAYS, calm=True, value=value)


def _number(number: int) -> Code:
    value = Value(ALWAYS, repr(number), "number", number)
    bounds = Bounds(repr(number), repr(number))
    return Code(some=ALWAYS, true=ALWAYS, safe=ALWAYS, calm=True, value=value, bounds=bounds)


def _number_literal(tree: Tree, _: Focus, context: Context) -> _Step:
    text = tree["text"]
    if "." not in text:
        return _Step(_number(int(text)))
    number = Decimal(text)
    value = Value(ALWAYS, context.constant(number), "number", number)
    return _Step(Code(some=ALWAYS, true=ALWAYS, safe=ALWAYS, calm=True, value=value))


def _boolean_literal(tree: Tree, _: Focus, __: Context) -> _Step:
    is_true = tree["text"] == "true"
    code = boolean(ALWAYS if is_true else "", "" if is_true else ALWAYS)
    return _Step(replace(code, value=Value(ALWAYS, repr(is_true), "boolean", is_true)))


_RULES: Mapping[str, Callable[[Tree, Focus, Context], _Step]] = {
    "InvocationExpression": _invocation,
    "InvocationTerm": _term,
    "ThisInvocation": lambda _, focus, context: _this(focus, context),
    "IndexInvocation": lambda *_: _Step(UNKNOWN),
    "TotalInvocation": lambda *_: _Step(UNKNOWN),
    "IndexerExpression": lambda *_: _Step(UNKNOWN),
    "PolarityExpression": _polarity,
    "TypeExpression": _type_operation,
    "UnionExpression": _operation,
    "MultiplicativeExpression": _operation,
    "AdditiveExpression": _operation,
    "InequalityExpression": _operation,
    "EqualityExpression": _operation,
    "MembershipExpression": _operation,
    "AndExpression": _operation,
    "OrExpression": _operation,
    "ImpliesExpression": _operation,
    "NullLiteral": lambda *_: _Step(Code(empty=ALWAYS, safe=ALWAYS, calm=True)),
    "BooleanLiteral": _boolean_literal,
    "StringLiteral": lambda tree, *_: _Step(_text(unescaped(tree["text"][1:-1]))),
    "NumberLiteral": _number_literal,
    "DateTimeLiteral": lambda *_: _Step(UNKNOWN),
    "TimeLiteral": lambda *_: _Step(UNKNOWN),
    "QuantityLiteral": lambda *_: _Step(UNKNOWN),
    "ExternalConstantTerm": _external,
}
