"""Which names an expression may use at one place of a pack."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from conformance_cli.load.problems import did_you_mean

#: Roots whose members the pack or profile declares; they mean the same at every place.
DECLARED = ("fixture", "values", "option")
_SPACES = (*DECLARED, "each", "param")
_CLOCK = ("now", "today")
_EXCHANGE = ("request", "response")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of one place."""

    fixtures: Collection[str]
    values: Collection[str]
    #: Columns of ``for-each``; ``None`` where there is none.
    each: Collection[str] | None = None
    #: Parameters of the procedure; ``None`` outside of procedures.
    params: Collection[str] | None = None
    captures: frozenset[str] = frozenset()
    #: Captures of the whole pack: what ``default()`` may ask for.
    anywhere: frozenset[str] = frozenset()
    #: Whether there is an exchange to look at.
    exchange: bool = False
    #: Inside a procedure: what it does not capture itself, its caller may have.
    open: bool = False

    def after(self, captures: Iterable[str]) -> Scope:
        """The scope of what follows a step that captures these."""
        return replace(self, captures=self.captures | frozenset(captures))

    def seeing(self) -> Scope:
        """The scope of what looks at the exchange of a step."""
        return replace(self, exchange=True)

    def wrong(self, name: str) -> tuple[str, str] | None:
        """What is wrong with a name here and what to do about it; ``None`` if nothing is.

        Options are the profile's, so any is right here.
        """
        root, _, member = name.partition(".")
        if self.leaves_open(name):
            return None
        if root in _SPACES:
            return self._wrong_member(root, member)
        if root in _EXCHANGE and not self.exchange:
            return "only assertions and captures see the exchange", "move it to expect or capture"
        if root in _CLOCK or root in _EXCHANGE or root in self.captures:
            return None
        known = (*sorted(self.captures), *_SPACES, *_CLOCK)
        return "nothing of that name is captured before", did_you_mean(root, known, "known here")

    def wrong_guarded(self, name: str) -> tuple[str, str] | None:
        """The same for a name that may be missing: it must be captured somewhere at least."""
        return replace(self, captures=self.captures | self.anywhere).wrong(name)

    def leaves_open(self, name: str) -> bool:
        """Whether only the caller of this procedure knows if a name is right."""
        root = name.partition(".")[0]
        if not self.open or root in self.captures:
            return False
        return root == "each" or root not in (*_SPACES, *_CLOCK, *_EXCHANGE)

    def _wrong_member(self, root: str, member: str) -> tuple[str, str] | None:
        if not member:
            return f"name one, as {root}.NAME", "the plan must know which one is used"
        if root == "option":
            return None
        known = {
            "fixture": self.fixtures,
            "values": self.values,
            "each": self.each,
            "param": self.params,
        }[root]
        if known is None:
            where = "tests with for-each" if root == "each" else "procedures"
            return f"{root} is known only in {where}", "pass the value on by with:"
        if member in known:
            return None
        return f"there is no {_MEMBERS[root]} of that name", did_you_mean(
            member, known, f"{root} names"
        )


_MEMBERS = {
    "fixture": "fixture",
    "values": "value",
    "each": "column of for-each",
    "param": "parameter",
}
