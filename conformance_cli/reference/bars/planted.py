"""How faults are planted: each turns the conduct of a conformant receiver into another.

A fault names its misbehaviour, the requirements that it breaks, and one or more plants.
Plants come in few kinds: a rule is ignored, added or worded otherwise; the decision table
loses, gains or changes a row; a reply is amended on its way out.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import wraps
from inspect import unwrap
from types import MappingProxyType
from typing import Any

from conformance_cli.reference.bars.acknowledgement import acknowledgement
from conformance_cli.reference.bars.arrivals import Arrivals
from conformance_cli.reference.bars.calls import Reply
from conformance_cli.reference.bars.conduct import (
    Amendment,
    Check,
    Conduct,
    Decision,
    Outgoing,
    Stage,
    Workflow,
)
from conformance_cli.reference.bars.json_paths import decoded
from conformance_cli.reference.bars.messages import Message
from conformance_cli.reference.bars.outcomes import Problem, operation_outcome, server_error
from conformance_cli.reference.bars.receiver import Delivery
from conformance_cli.reference.faults import Fault

Json = Any
Plant = Callable[[Conduct], Conduct]
#: Which replies an amendment is about.
Where = Callable[[Outgoing], bool]
#: Which messages a plant is about.
Which = Callable[[Delivery], bool]

_MESSAGES = "/$process-message"
_ACCEPTED = 200
_FIRST_FAILURE = 300


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault together with what plants it."""

    fault: Fault
    plants: tuple[Plant, ...]

    def plant(self, conduct: Conduct) -> Conduct:
        """The conduct with this fault in it."""
        for plant in self.plants:
            conduct = plant(conduct)
        return conduct


def planted(name: str, title: str, breaks: str, *plants: Plant) -> Planted:
    """A fault; ``breaks`` are requirement ids without ``BARS-``, separated by blanks."""
    ids = tuple(f"BARS-{requirement}" for requirement in breaks.split())
    return Planted(Fault(name, title, ids), plants)


# ------------------------------------------------------------------ rules


def ignoring(*checks: Check, when: Callable[[Any], bool] | None = None) -> Plant:
    """Rules that are not consulted: never, or not for the subjects that ``when`` describes."""

    def ignored(check: Check) -> Check | None:
        return None if when is None else _unless(check, when)

    def plant(conduct: Conduct) -> Conduct:
        for check in checks:
            conduct = conduct.with_check(check, ignored)
        return conduct

    return plant


def misreporting(check: Check, **changes: Any) -> Plant:
    """A rule that refuses with another status, code or issue type than it should."""

    def reworded(original: Check) -> Check:
        @wraps(original)
        def reworded(subject: Any) -> Problem | None:
            problem = original(subject)
            return None if problem is None else replace(problem, **changes)

        return reworded

    return lambda conduct: conduct.with_check(check, reworded)


def insisting(stage: Stage | Workflow, check: Check) -> Plant:
    """A rule of the receiver's own, consulted after all others of the stage."""

    def plant(conduct: Conduct) -> Conduct:
        rules = {**conduct.rules, stage: (*conduct.rules.get(stage, ()), check)}
        return replace(conduct, rules=MappingProxyType(rules))

    return plant


def _unless(check: Check, when: Callable[[Any], bool]) -> Check:
    @wraps(check)
    def guarded(subject: Any) -> Problem | None:
        return None if when(subject) else check(subject)

    return guarded


# ------------------------------------------------------------------ decisions


def deciding(row: str, when: Which, then: Workflow | Problem | None = None) -> Plant:
    """A row of the decision table with another condition, or a new row at the end."""

    def plant(conduct: Conduct) -> Conduct:
        known = {decision.row: decision for decision in conduct.decisions}
        result = then if then is not None else known[row].then
        known[row] = Decision(row, when, result)
        return replace(conduct, decisions=tuple(known.values()))

    return plant


# ------------------------------------------------------------------ replies


def amending(amendment: Amendment) -> Plant:
    """Replies that are changed on their way out, or state that is tampered with then."""
    return lambda conduct: replace(conduct, amendments=(*conduct.amendments, amendment))


def reshaping(where: Where, change: Callable[[Json], Any]) -> Plant:
    """Replies whose body is changed in place by ``change``."""

    def amendment(outgoing: Outgoing) -> Reply:
        if not where(outgoing) or outgoing.reply.body is None:
            return outgoing.reply
        body = deepcopy(outgoing.reply.body)
        change(body)
        return replace(outgoing.reply, body=body)

    return amending(amendment)


def replying(where: Where, **changes: Any) -> Plant:
    """Replies of which status, body or headers are replaced."""
    return amending(
        lambda outgoing: replace(outgoing.reply, **changes) if where(outgoing) else outgoing.reply
    )


def breaking(where: Where) -> Plant:
    """Replies in the place of which the receiver reports a failure of its own."""

    def amendment(outgoing: Outgoing) -> Reply:
        if not where(outgoing):
            return outgoing.reply
        problem, receiver = server_error(), outgoing.receiver
        outcome = operation_outcome(problem, receiver.identities.mint(), receiver.stamp())
        return replace(outgoing.reply, status=problem.status, body=outcome)

    return amending(amendment)


def acknowledging(which: Which) -> Plant:
    """Messages that are acknowledged with 200 although they were refused, and not processed."""

    def amendment(outgoing: Outgoing) -> Reply:
        if not refused_message(which)(outgoing):
            return outgoing.reply
        delivery = delivered(outgoing)
        arrivals = Arrivals(delivery, starts_something=True)
        body = acknowledgement(delivery, arrivals, None, None)
        return replace(outgoing.reply, status=200, body=body)

    return amending(amendment)


def stopped_by(check: Check, also: Which | None = None) -> Which:
    """Messages that this rule of their form is the first to object to."""

    def which(delivery: Delivery) -> bool:
        rules = delivery.receiver.conduct.rules[Stage.MESSAGE]
        first = next((rule for rule in rules if rule(delivery) is not None), None)
        if first is None:
            return False
        return unwrap(first) is check and (also is None or also(delivery))

    return which


def delivered(outgoing: Outgoing) -> Delivery:
    """The message that a reply is about."""
    message = Message(decoded(outgoing.call.body))
    return Delivery(outgoing.call, message, outgoing.receiver)


def _is_message(outgoing: Outgoing) -> bool:
    return outgoing.call.method == "POST" and outgoing.call.path == _MESSAGES


# ------------------------------------------------------------------ places


def at(path: str, *statuses: int, method: str = "GET", below: bool = False) -> Where:
    """Replies to a method on a path (or below it), with one of the statuses, if any is given."""

    def where(outgoing: Outgoing) -> bool:
        call, status = outgoing.call, outgoing.reply.status
        on_path = call.path.startswith(f"{path}/") if below else call.path == path
        return on_path and call.method == method and (not statuses or status in statuses)

    return where


def acknowledged(event: str = "") -> Where:
    """Acknowledgements of accepted messages, of one event or of any."""

    def where(outgoing: Outgoing) -> bool:
        if not _is_message(outgoing) or outgoing.reply.status != _ACCEPTED:
            return False
        return not event or delivered(outgoing).message.event == event

    return where


def refused_message(which: Which) -> Where:
    """Refusals of certain messages."""

    def where(outgoing: Outgoing) -> bool:
        is_refused = _is_message(outgoing) and outgoing.reply.status >= _FIRST_FAILURE
        return is_refused and which(delivered(outgoing))

    return where


def refused(*statuses: int) -> Where:
    """Replies with an error, of certain statuses or of any."""

    def where(outgoing: Outgoing) -> bool:
        status = outgoing.reply.status
        return status in statuses if statuses else status >= _FIRST_FAILURE

    return where
