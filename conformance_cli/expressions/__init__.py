"""The ``${...}`` language of packs: parse, evaluate and render, without running code.

Everything is pure: times, uuids and data come from the scope, a mapping that the caller
builds.  ``docs/pack-language.md`` describes the language.
"""

from conformance_cli.expressions.errors import ExpressionError, MissingValue
from conformance_cli.expressions.evaluator import evaluate, truth
from conformance_cli.expressions.functions import FUNCTION_NAMES
from conformance_cli.expressions.operators import same
from conformance_cli.expressions.parser import Expression, parse
from conformance_cli.expressions.templates import (
    expressions_in,
    names_in,
    render,
    render_text,
    resolve,
    with_placeholders,
)
from conformance_cli.expressions.values import Duration, Lazy, plain, to_text

__all__ = [
    "FUNCTION_NAMES",
    "Duration",
    "Expression",
    "ExpressionError",
    "Lazy",
    "MissingValue",
    "evaluate",
    "expressions_in",
    "names_in",
    "parse",
    "plain",
    "render",
    "render_text",
    "resolve",
    "same",
    "to_text",
    "truth",
    "with_placeholders",
]
