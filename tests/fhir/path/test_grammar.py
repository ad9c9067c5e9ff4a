"""Our parser reads FHIRPath as the published grammar does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.checks import FHIRPATH_KEYS
from conformance_cli.expressions import with_placeholders
from conformance_cli.fhir import FhirPathError, default_fhirpath, literal
from conformance_cli.fhir.path.grammar import syntax_tree
from conformance_cli.load.catalogue import Catalogue
from tests.fhir.path.antlr import published_tree


def our_tree(expression: str) -> dict[str, Any] | None:
    try:
        (root,) = syntax_tree(expression)["children"]
    except FhirPathError:
        return None
    return dict(root)


def pack_expressions() -> Iterator[str]:
    catalogue = Catalogue.default()
    for entry in catalogue.packs():
        pack = catalogue.pack(f"{entry.name}@{entry.version}")
        procedures = [s for p in pack.procedures.values() for s in (*p.steps, *p.cleanup)]
        steps = [s for t in pack.tests for s in (*t.steps, *t.cleanup)] + procedures
        specs = [a for s in steps for a in (*s.require, *s.expect)]
        specs += [a for o in pack.observations for a in o.expect]
        yield from (c.fhirpath for s in steps for c in s.capture if c.fhirpath)
        for spec in specs:
            if spec.kind in FHIRPATH_KEYS:
                yield spec.argument
            elif isinstance(spec.argument, dict):
                yield from (
                    value
                    for key, value in spec.argument.items()
                    if key in FHIRPATH_KEYS and isinstance(value, str) and value != "whole"
                )


def test_every_expression_of_the_bundled_packs_has_the_published_tree():
    expressions = {with_placeholders(text, "''") for text in pack_expressions()}
    assert len(expressions) > 100
    for expression in expressions:
        assert our_tree(expression) == published_tree(expression) != None, expression  # noqa: E711


@pytest.mark.parametrize(
    "expression",
    [
        "-a.b * c + d | e < f = g in h and i or j implies k",
        "a implies b or c and d in e = f > g | h & i div j",
        "a = b is FHIR.Patient and c as Patient",
        "- -1 + +a[0].b",
        "(a is Patient).name",
        "a is Patient.name.first()",
        "a as FHIR.Patient.where(b)[0]",
        "is.as.in.contains(contains contains contains)",
        "5 days + 1 year + 4 'mg' + 4 + 1.5",
        "@2026 + @2026-11-23T10:00:00.5+01:00 + @T10:00",
        "%resource | %'a-b' | %`c` | {} | $this | $index | $total",
        "a /* one */ . b // two\n.c",
        "`a b`.`c\\`d` = 'e\\'f\\u00e4' & '\\d'",
        "iif(a, b, c).trace('x')",
        "x.year",
        "x.div",
        "$that",
        "a.",
        "a b",
        "a.(b)",
        "{1}",
        "1 'a' 'b'",
        "@26",
        "a[",
        "f(,)",
        "f(a,)",
        "a is 'b'",
        "a\f",
        "/* open",
    ],
)
def test_a_tree_or_a_refusal_is_the_published_one(expression):
    assert our_tree(expression) == published_tree(expression)


_LEAVES = """name Patient 'a' 1 1.5 @2026 5~days 1~year 4~'mg' {} true $this %x %'y' `q` is in
contains as @T10:00 exists() a.b(c) $index"""
_OPERATORS = "+ - * / div mod & | < <= > >= = ~ != !~ in contains and or xor implies"
_TOKENS = "name . ( ) [ ] first() 'a' 1 @2026 = and - { } $this % is as in , ~ | year days"
_SUFFIXES = (".name", ".first()", ".is(Patient)", ".contains", "[0]")


def _spaced(leaf: str) -> str:
    return leaf.replace("~", " ")


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(_OPERATORS.split()), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(_SUFFIXES)).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}.where({pair[1]})"),
        inner.map(lambda text: f"({text})"),
        # in brackets, as types bind tighter here than in the published grammar
        inner.map(lambda text: f"(({text}) is Patient)"),
        inner.map(lambda text: f"(({text}) as A.b.c)"),
        st.tuples(st.sampled_from("+-"), inner).map("".join),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(st.sampled_from(_LEAVES.split()).map(_spaced), _larger, max_leaves=8))
def test_trees_of_any_shape_are_the_published_ones(expression):
    assert our_tree(expression) == published_tree(expression)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_row_of_tokens_is_read_or_refused_as_published(source: random.Random):
    expression = " ".join(source.choices(_TOKENS.split(), k=source.randint(1, 9)))
    assert our_tree(expression) == published_tree(expression)


@pytest.mark.parametrize(
    ("expression", "result"),
    [("(1 | 1 is Integer).count()", [2]), ("@2026T.is(DateTime)", [True])],
)
def test_types_bind_tighter_than_unions_and_dates_may_be_times(expression, result):
    """FHIRPath 2.0, 6.8 and 4.1.6, where the published grammar differs."""
    assert default_fhirpath().evaluate(expression, {}) == result


def test_a_text_that_ends_in_a_backslash_ends_there():
    """The published grammar would read on to the last quote: ``'a\\' = '``."""
    expression = f"{literal('a' + chr(92))} = {literal('b')}"
    assert default_fhirpath().evaluate(expression, {}) == [False]
