"""Collecting every problem of a file before giving up on it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance_cli.model.diagnostics import DefinitionError, Diagnostic, Location

#: So many known names are listed where none is near; more would bury the message.
_LISTED = 12


class Problems:
    """The diagnostics found so far, in reading order and each only once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(
        self, code: str, message: str, place: Location | str | None, hint: str | None = None
    ) -> None:
        """Note one problem."""
        self._found.setdefault(Diagnostic(code, message, place, hint or None))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note problems that somebody else found."""
        for diagnostic in diagnostics:
            self._found.setdefault(diagnostic)

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Everything noted so far, file by file in the order of lines."""
        files: dict[str, int] = {}

        def reading_order(diagnostic: Diagnostic) -> tuple[int, int]:
            place = diagnostic.place
            if isinstance(place, Location):
                return files.setdefault(place.file, len(files)), place.line
            return files.setdefault(place or "", len(files)), 0

        return tuple(sorted(self._found, key=reading_order))

    def raise_if_any(self) -> None:
        """Raise one ``DefinitionError`` with everything noted, if there is anything."""
        if self._found:
            raise DefinitionError(*self.found)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name most like ``word``, or an empty text."""
    from difflib import get_close_matches

    choices = {name.lower(): name for name in known}
    best = get_close_matches(word.lower()[:100], choices, n=1, cutoff=0.6)
    return choices[best[0]] if best else ""


def did_you_mean(word: str, known: Iterable[str], kind: str = "known names") -> str:
    """``did you mean "x"?``; where nothing is near, the names there are."""
    names = list(known)
    if best := nearest(word, names):
        return f'did you mean "{best}"?'
    if not names:
        return f"there are no {kind}"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{kind}: {', '.join(names[:_LISTED])}{more}"
