"""Formats by name."""

from __future__ import annotations

import pytest

from conformance_cli.model.diagnostics import ConformanceError
from conformance_cli.reporting import registry
from tests.reporting import fixed_run


def test_every_format_renders_text_that_ends_with_a_line_break():
    for name in registry.formats():
        assert registry.render(name, fixed_run.view()).endswith("\n")


def test_no_two_formats_would_write_the_same_file():
    extensions = [registry.extension(name) for name in registry.formats()]
    assert len(set(extensions)) == len(extensions)


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(ConformanceError) as caught:
        registry.render("jsno", fixed_run.view())
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.code, diagnostic.hint) == ("format-unknown", 'did you mean "json"?')


def test_rendering_twice_gives_the_same_bytes():
    for name in registry.formats():
        first, second = (registry.render(name, fixed_run.view()) for _ in range(2))
        assert first == second
