"""Regular expressions that are compiled when they are first needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

Finder = Callable[..., re.Match[str] | None]


class Regex:
    """A regular expression of a rule.

    To compile those of all rules takes longer than to validate a resource, which needs few of
    them.  Its methods are those of ``re.Pattern``, each found once.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self._flags)

    @cached_property
    def match(self) -> Finder:
        """The match at the start of a text, or at a position in it."""
        return self._compiled.match

    @cached_property
    def fullmatch(self) -> Finder:
        """The match of a whole text."""
        return self._compiled.fullmatch

    @cached_property
    def search(self) -> Finder:
        """The first match in a text."""
        return self._compiled.search

    @cached_property
    def findall(self) -> Callable[..., list[Any]]:
        """All matches in a text."""
        return self._compiled.findall

    @cached_property
    def sub(self) -> Callable[..., str]:
        """A text with its matches replaced."""
        return self._compiled.sub
