"""Text from an endpoint: everything visible is kept, everything else is written out."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conformance_cli.reporting.text import (
    code_span,
    is_safe,
    markdown_text,
    safe_block,
    safe_text,
    shorten,
)

#: Format characters that a reader can see (Unicode: prepended concatenation marks).
_VISIBLE_FORMAT = {
    *range(0x600, 0x606),
    0x6DD,
    0x70F,
    0x890,
    0x891,
    0x8E2,
    0x110BD,
    0x110CD,
}


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        pytest.param("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m", id="ANSI colour"),
        pytest.param("\x1b]8;;http://x\x07y", r"\x1b]8;;http://x\x07y", id="OSC link"),
        pytest.param("\x9b31m", r"\x9b31m", id="C1 control sequence"),
        pytest.param("a\r\nb\tc", r"a\r\nb\tc", id="line breaks"),
        pytest.param("user\u202egpj.exe", r"user\u202egpj.exe", id="bidi override"),
        pytest.param("\u2066x\u2069", r"\u2066x\u2069", id="bidi isolate"),
        pytest.param("pay\u200bpal\ufeff", r"pay\u200bpal\ufeff", id="zero width"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag character"),
        pytest.param("\ud800", r"\ud800", id="lone surrogate"),
        pytest.param("\x00\ufffe", r"\x00\ufffe", id="not allowed in XML"),
    ],
)
def test_what_a_reader_cannot_see_is_written_out(hostile: str, shown: str):
    assert safe_text(hostile) == shown


@pytest.mark.parametrize(
    "text", ["Zoë Müller", "日本語 العربية עברית", "[red]*_`<b>", "🩺 ½ – “x”"]
)
def test_what_a_reader_can_see_stays(text: str):
    assert safe_text(text) == text


def test_no_control_or_format_character_of_unicode_gets_through():
    missed = [
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and code not in _VISIBLE_FORMAT
        and is_safe(chr(code))
    ]
    assert missed == []


@given(st.text(st.characters()))
def test_safe_text_is_safe_and_changes_nothing_when_repeated(text: str):
    once = safe_text(text)
    assert is_safe(once)
    assert safe_text(once) == once
    once.encode("utf-8")


def test_a_block_keeps_its_lines_and_nothing_else():
    assert safe_block("a\r\n\tb\x1bc\rd\n") == "a\n\tb\\x1bc\\rd\n"


def test_a_code_span_holds_backticks_and_pipes_without_ending():
    assert code_span("a`b``c|d") == "``` a`b``c\\|d ```"


@given(st.text(max_size=30), st.integers(2, 20))
def test_a_shortened_text_is_never_longer_than_its_limit(text: str, limit: int):
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    "text", ["# x", "- x", "1. x", "12) x", "    x", "===", "> x", "a*b*_c_ [d](e) <f> &amp; ~g~"]
)
def test_markdown_shows_a_text_as_it_is_in_one_paragraph(text: str):
    tokens = MarkdownIt("commonmark").parse(markdown_text(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    shown = "".join(child.content for child in tokens[1].children or ())
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
    assert shown == text.strip()
