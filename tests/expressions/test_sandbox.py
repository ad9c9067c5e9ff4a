"""A pack is data from strangers: nothing in it may run code or eat the machine."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_cli.expressions import (
    ExpressionError,
    evaluate,
    expressions_in,
    parse,
    render,
    render_text,
)

ESCAPES = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1]",
    "x.__class__",
    "x.__init__.__globals__",
    "x.__dict__",
    "x['__class__']",
    "x.keys",
    "x.keys()",
    "x.items",
    "f.__globals__",
    "f.__code__",
    "f",
    "f()",
    "list.append",
    "'{0.__class__}'.format(x)",
    "format(x, '{0.__class__}')",
    "'%s' % x",
    "getattr(x, 'y')",
    "globals()",
    "locals()",
    "vars(x)",
    "dir(x)",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd')",
    "input()",
    "lambda: 1",
    "(lambda: 1)()",
    "[a for a in x]",
    "x := 1",
    "x = 1",
    "import os",
    "x; y",
    "`id`",
    "$(id)",
    "{{x}}",
    "{'a': 1}",
    "{1, 2}",
    "x @ y",
    "~x",
    "x ** y",
    "'a' * 9999999999",
    "9 ** 9 ** 9",
    "1 << 9999999",
    "x if y",
    "yield x",
    "await x",
    "f'{x}'",
    "b'a'",
    "...",
    "None",
    "True",
    "self",
    "request.application.__globals__.__builtins__",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "number.__class__",
    "days(1).delta",
    "now.tzinfo",
    "now.replace(year=1)",
    "uuid.__self__",
    "x.values",
    "'a'[0]",
    "matches('a', '(a+)+$')",
    "range(1000000000)",
    "list(x)",
    "type(x)",
    "str(x)",
    "int('9')",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_a_way_out_of_the_sandbox_is_only_an_error(source):
    def f():
        raise AssertionError("a callable of the scope was called")

    scope = {"x": {"k": 1}, "f": f, "list": [1], "number": 1, "now": 0, "y": 1}
    with pytest.raises(ExpressionError):
        evaluate(source, scope)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "(" * 2000 + "1" + ")" * 2000,
        "[" * 1500 + "]" * 1500,
        "-" * 4000 + "1",
        "not " * 1000 + "1",
        "text(" * 800 + "1" + ")" * 800,
        "1 if 1 else " * 340 + "1",
        "a[" * 1000 + "1" + "]" * 1000,
        "'" + "a" * 5000 + "'",
        "9" * 4000,
    ],
    ids=lambda source: source[:12],
)
def test_an_expression_is_bounded_in_length_and_depth(source):
    with pytest.raises(ExpressionError):
        evaluate(source, {})


def test_long_flat_chains_are_fine():
    assert evaluate(" + ".join(["1"] * 1000), {}) == 1000
    assert evaluate(" or ".join(["false"] * 400 + ["true"]), {}) is True
    with pytest.raises(ExpressionError):
        evaluate("a" + ".b" * 2000, {"a": {}})


def test_text_cannot_grow_beyond_a_mebibyte():
    big = "x" * (1 << 19)
    for source in ("a + a + a", "replace(a, 'x', 'yyyy')", "base64(a) + a"):
        with pytest.raises(ExpressionError, match="grows beyond"):
            evaluate(source, {"a": big})
    with pytest.raises(ExpressionError, match="grows beyond"):
        render_text("${a}${a}${a}", {"a": big})


def test_a_replacement_that_would_fill_the_memory_is_refused_before_it_starts():
    big = "x" * (1 << 20)
    started = time.perf_counter()
    with pytest.raises(ExpressionError, match="grows beyond"):
        evaluate("replace(a, 'x', a)", {"a": big})
    assert time.perf_counter() - started < 1


def test_numbers_beyond_all_bounds_are_an_error():
    for value in (float("inf"), float("nan"), 10**5000):
        with pytest.raises(ExpressionError):
            evaluate("text(x)", {"x": value})
    with pytest.raises(ExpressionError):
        evaluate("x + x", {"x": 1.7e308})
    with pytest.raises(ExpressionError):
        evaluate("x + 0.5", {"x": 10**5000})


def test_a_structure_nested_too_deep_is_an_error():
    deep = []
    for _ in range(5000):
        deep = [deep]
    for attempt in (
        lambda: render(deep, {}),
        lambda: render("${x}", {"x": deep}),
        lambda: evaluate("json(x)", {"x": deep}),
        lambda: evaluate("x == y", {"x": deep, "y": [deep]}),
        lambda: list(expressions_in(deep)),
    ):
        with pytest.raises(ExpressionError):
            attempt()


def test_lone_surrogates_are_an_error_not_a_crash():
    for source in ("base64(x)", "sha256(x)", "urlencode(x)", "basic(x, x)", "unbase64(x)"):
        with pytest.raises(ExpressionError):
            evaluate(source, {"x": "\ud800"})


_WORDS = """a b-c 1 2.5 'x' "y" + - == != < <= in not and or if else ( ) [ ] , . true null now
days( default( uuid( json( text( format( instant( ${ } \\ ' " $"""
_PIECES = st.sampled_from(_WORDS.split())
_SOURCES = st.one_of(
    st.text(max_size=200),
    st.lists(_PIECES, max_size=40).map(" ".join),
    st.lists(_PIECES, max_size=40).map("".join),
)


def _error_of(attempt):
    try:
        attempt()
    except ExpressionError as err:
        return err
    return None


@settings(max_examples=400, deadline=2000)
@given(_SOURCES)
def test_any_text_parses_and_evaluates_or_is_an_expression_error(source):
    scope = {"a": {"b": [1]}, "now": 3, "uuid": lambda: "u"}
    error = _error_of(lambda: parse(source)) or _error_of(lambda: evaluate(source, scope))
    assert error is None or (error.message and 0 <= error.position <= len(source))


@settings(max_examples=200, deadline=2000)
@given(_SOURCES)
def test_any_text_renders_or_is_an_expression_error(source):
    for literal in (None, repr):
        error = _error_of(lambda literal=literal: render({"key": source}, {"a": "x"}, literal))
        assert error is None or str(error)


@given(st.text(max_size=100))
def test_a_value_put_into_a_text_comes_out_as_it_is(value):
    assert render_text("<${x}>", {"x": value}) == f"<{value}>"
