"""How strictly to validate."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance_cli.fhir.outcome.issue import Severity

if TYPE_CHECKING:
    from datetime import datetime


class ReferencePolicy(StrEnum):
    """What to do with references that lead out of the input."""

    #: Check them where their target is in the input or handed over; say nothing otherwise.
    INSIDE = "inside"
    #: A reference whose target is nowhere to be found is an error.
    EXISTS = "exists"
    #: Do not follow references at all.
    IGNORE = "ignore"


class Options(Struct, frozen=True):
    """What a run of the validator may vary; the defaults suit published standards."""

    references: ReferencePolicy = ReferencePolicy.INSIDE
    #: How a reference counts whose URL names a type that may not stand there, and whose
    #: target is not at hand to tell for sure.
    implied_type: Severity = Severity.WARNING
    #: How a display that differs from its code system's counts.
    wrong_display: Severity = Severity.ERROR
    #: How best-practice rules (a narrative, for one) count; ``None`` leaves them out.
    best_practice: Severity | None = Severity.WARNING
    #: Extensions under other domains than those loaded are refused unless this is set.
    allow_unknown_extensions: bool = True
    #: Prefixes of URLs whose unknown extensions are nevertheless fine.
    known_domains: tuple[str, ...] = ()
    #: Refuse example.org URLs in identifiers, extensions and canonicals.
    allow_examples: bool = True
    #: Refuse strings that hold HTML tags, for clients that might show them as HTML.
    refuse_html: bool = False
    #: Comments in JSON, which FHIR forbids.
    allow_comments: bool = False
    #: Check contained resources at all.
    check_contained: bool = True
    #: The rules for resources that HL7 publishes.
    for_publication: bool = False
    #: Check resources against the profiles that they claim in ``meta.profile``.
    honour_claims: bool = True
    #: How many issues to keep at most; the rest is counted.
    max_issues: int = 10_000
    #: Tells the time to constraints that ask for it, which are not evaluated without.
    clock: Callable[[], datetime] | None = None
