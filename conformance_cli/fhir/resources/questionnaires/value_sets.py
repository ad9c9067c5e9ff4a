"""Whether a code is among a question's value set, contained or loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from conformance_cli.fhir.outcome.message import Message, warning
from conformance_cli.fhir.resources.questionnaires.asking import Asking
from conformance_cli.fhir.resources.reading import part, parts, short, text, texts
from conformance_cli.fhir.terminology.protocol import Answer, Coded, Standing, Terminology
from conformance_cli.fhir.validation.place import Place

Json = Any

UNKNOWN = warning(
    "response-value-set-unknown",
    "code-invalid",
    "The value set {value_set} of the question is not at hand: the answer was not checked",
    "Questionnaire.item.answerValueSet (FHIR R4): a contained value set, or one that is loaded.",
)
UNDECIDED = warning(
    "response-value-set-undecided",
    "code-invalid",
    "Whether {code} is in the value set {value_set} of the question is not known: {reason}",
    "Questionnaire.item.answerValueSet (FHIR R4): the codes of some systems are not loaded.",
)

#: How deep an expansion may nest.
_MAX_DEPTH: Final = 20


def report_membership(
    asking: Asking, coded: Coded, value_set: str, place: Place, message: Message
) -> None:
    """Report a code that is not in a value set, or of which that cannot be told."""
    answer = _membership(asking, coded, value_set)
    shown = {"code": short(f"{coded.system or ''}#{coded.code or ''}")}
    shown["value_set"] = short(value_set)
    if answer is None:
        asking.report(UNKNOWN, place, value_set=short(value_set))
    elif answer.standing is Standing.INVALID:
        asking.report(message, place, reason=answer.reason or "no such code", **shown)
    elif answer.standing is Standing.UNKNOWN:
        asking.report(UNDECIDED, place, reason=answer.reason or "not loaded", **shown)


def _membership(asking: Asking, coded: Coded, value_set: str) -> Answer | None:
    """What is known of a code in a value set; ``None`` if that is nowhere to be found."""
    terminology: Terminology = asking.session.tools.terminology
    if value_set.startswith("#"):
        contained = asking.form.contained_value_set(value_set)
        return None if contained is None else Answer(_standing(contained, coded, terminology))
    if not terminology.value_set_exists(value_set):
        return None
    return terminology.in_value_set(coded, value_set)


def _standing(value_set: Mapping[str, Json], coded: Coded, terminology: Terminology) -> Standing:
    """Membership in a value set that only its resource knows."""
    compose = part(value_set, "compose")
    if compose is None:
        expansion = part(value_set, "expansion") or {}
        return _of(_is_listed(expansion, "contains", coded, 0))
    included = _any(_included(one, coded, terminology) for _, one in parts(compose, "include"))
    excluded = _any(_included(one, coded, terminology) for _, one in parts(compose, "exclude"))
    if included is Standing.INVALID or excluded is Standing.VALID:
        return Standing.INVALID
    return Standing.VALID if (included, excluded) == _SURE else Standing.UNKNOWN


_SURE = (Standing.VALID, Standing.INVALID)


def _included(rule: Mapping[str, Json], coded: Coded, terminology: Terminology) -> Standing:
    standings = [
        terminology.in_value_set(coded, url).standing for _, url in texts(rule, "valueSet")
    ]
    if "system" in rule:
        standings.append(_in_system(rule, coded, terminology))
    if Standing.INVALID in standings or not standings:
        return Standing.INVALID
    return Standing.UNKNOWN if Standing.UNKNOWN in standings else Standing.VALID


def _in_system(rule: Mapping[str, Json], coded: Coded, terminology: Terminology) -> Standing:
    if coded.system is not None and coded.system != rule["system"]:
        return Standing.INVALID
    if rule.get("concept"):
        return _of(any(text(one, "code") == coded.code for _, one in parts(rule, "concept")))
    if rule.get("filter"):
        return Standing.UNKNOWN
    system = text(rule, "system")
    return terminology.in_code_system(Coded(system, coded.code, coded.version)).standing


def _is_listed(holder: Mapping[str, Json], key: str, coded: Coded, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        return False
    for _, one in parts(holder, key):
        is_same = text(one, "code") == coded.code and coded.system in (None, text(one, "system"))
        if (is_same and one.get("abstract") is not True) or _is_listed(one, key, coded, depth + 1):
            return True
    return False


def _of(is_member: bool) -> Standing:  # noqa: FBT001 - what it turns into a word
    return Standing.VALID if is_member else Standing.INVALID


def _any(standings: Iterable[Standing]) -> Standing:
    found = set(standings)
    for standing in (Standing.VALID, Standing.UNKNOWN):
        if standing in found:
            return standing
    return Standing.INVALID
