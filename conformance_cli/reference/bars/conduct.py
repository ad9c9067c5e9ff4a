"""How the receiver behaves, as a value: rules by stage, the decision table, amendments.

The conformant receiver has one ``Conduct``.  A planted fault is a function from one
conduct to another: it leaves a rule out, puts one in, changes a row of the decision
table, or amends replies on their way out.  The code that handles requests knows nothing
of faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from inspect import unwrap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance_cli.reference.bars.calls import Call, Reply
from conformance_cli.reference.bars.outcomes import Problem, Refused

if TYPE_CHECKING:
    from conformance_cli.reference.bars.receiver import Delivery, Receiver

#: A rule: looks at its stage's subject and says what is wrong with it, if anything is.
Check = Callable[[Any], Problem | None]


class Stage(Enum):
    """When a rule is consulted, and so what it looks at."""

    #: Headers of every request to a known interaction (``Visit``).
    REQUEST = auto()
    #: Whether a write was seen before (``Attempt``).
    DUPLICATES = auto()
    #: GET /MessageDefinition (``DefinitionSearch``).
    DEFINITIONS = auto()
    #: GET /Slot (``SlotSearch``).
    SLOTS = auto()
    #: GET /Appointment and /ServiceRequest (``PatientSearch``).
    PATIENTS = auto()
    #: Reading one resource (``Reading``).
    READ = auto()
    #: The form of a message, before its meaning (``Delivery``).
    MESSAGE = auto()
    #: POST, PUT and PATCH of one resource (``Change``).
    CREATE = auto()
    REPLACE = auto()
    PATCH = auto()
    #: Searching the registry of pointers (``Call``), replacing one of them (``Change``).
    REGISTRY = auto()
    POINTER = auto()


class Workflow(Enum):
    """What a message turns out to ask for; its content rules are those of the workflow."""

    NEW_BOOKING = auto()
    UPDATED_BOOKING = auto()
    CANCELLED_BOOKING = auto()
    NEW_REFERRAL = auto()
    CANCELLED_REFERRAL = auto()
    NEW_VALIDATION = auto()
    UPDATED_VALIDATION = auto()
    CANCELLED_VALIDATION = auto()
    #: The patient of a referral did not attend: a safeguarding matter.
    MISSED_REFERRAL = auto()
    INTERIM_VALIDATION = auto()
    FINAL_VALIDATION = auto()
    REJECTED_VALIDATION = auto()


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the decision table.  The first row whose condition holds decides."""

    row: str
    when: Callable[[Delivery], bool]
    then: Workflow | Problem


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way out, for an amendment to look at and change."""

    call: Call
    reply: Reply
    receiver: Receiver


#: Returns the reply to send instead; may also tamper with the receiver's state.
Amendment = Callable[[Outgoing], Reply]


@dataclass(frozen=True, slots=True)
class Conduct:
    """Everything that a fault can change about the receiver."""

    rules: Mapping[Stage | Workflow, tuple[Check, ...]]
    decisions: tuple[Decision, ...]
    #: What a message is told that no row of the decision table describes.
    otherwise: Problem
    amendments: tuple[Amendment, ...] = ()
    #: Seconds that processing a write takes.
    processing_s: float = 0.0

    def enforce(self, stage: Stage | Workflow, subject: Any) -> None:
        """Consult the rules of a stage in order; the first that objects refuses the request."""
        for check in self.rules.get(stage, ()):
            if (problem := check(subject)) is not None:
                raise Refused(problem)

    def decide(self, delivery: Delivery) -> Workflow:
        """What a message asks for; refuses those that ask for nothing that makes sense."""
        decided = next((d.then for d in self.decisions if d.when(delivery)), self.otherwise)
        if isinstance(decided, Problem):
            raise Refused(decided)
        return decided

    def amend(self, outgoing: Outgoing) -> Reply:
        """The reply after all amendments, in order."""
        for amendment in self.amendments:
            outgoing = replace(outgoing, reply=amendment(outgoing))
        return outgoing.reply

    def with_check(self, check: Check, change: Callable[[Check], Check | None]) -> Conduct:
        """The same with a rule changed, or left out, wherever it is consulted.

        ``change`` is given the rule as other faults have left it.
        """
        rules = {
            stage: tuple(_changed(checks, check, change)) for stage, checks in self.rules.items()
        }
        return replace(self, rules=MappingProxyType(rules))


def _changed(
    checks: tuple[Check, ...], wanted: Check, change: Callable[[Check], Check | None]
) -> Iterator[Check]:
    for check in checks:
        kept = change(check) if unwrap(check) is wanted else check
        if kept is not None:
            yield kept
