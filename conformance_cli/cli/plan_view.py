"""What ``conformance plan`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from conformance_cli.cli.definitions_needed import at_hand, needed
from conformance_cli.cli.output import counted, table, wrapped
from conformance_cli.cli.prospects import (
    Prospect,
    effects,
    least_requests,
    missing_fixtures,
    prospects,
)
from conformance_cli.engine.plan import Plan, PlannedTest
from conformance_cli.model.result import Reason

if TYPE_CHECKING:
    from conformance_cli.cli.validating.definitions import Definitions

_HEADS = {
    "undecided": "Cannot be decided",
    "attested": "Only a person can decide",
    "not-testable": "HTTP cannot show",
    "not-applicable": "Does not apply",
}


def as_text(plan: Plan, *, endpoint: str, definitions: Definitions) -> str:
    """The plan for people: what runs, what stays open and what would decide it."""
    found = prospects(plan)
    parts = [
        f"Profile   {plan.profile.ref} ({plan.profile.status.value})",
        f"Packs     {', '.join(pack.ref for pack in plan.packs)}",
        f"Endpoint  {endpoint or 'not given yet'}",
        "",
        *_runs(plan),
        "",
        *_tests(plan),
        *_validation(plan, definitions),
    ]
    for status, head in _HEADS.items():
        mine = [p for p in found if p.status == status]
        parts += _open(head, mine) if status == "undecided" else _apart(head, mine)
    parts += ["", *_fixtures(plan), *_totals(found)]
    return "\n".join(parts)


def as_json(plan: Plan, *, endpoint: str, definitions: Definitions) -> str:
    """The plan for other programs."""
    asked = needed(plan)
    value = {
        "profile": plan.profile.ref,
        "packs": [pack.ref for pack in plan.packs],
        "endpoint": endpoint,
        "tests_to_run": len(plan.runnable),
        "tests_total": len(plan.tests),
        "effects": effects(plan.runnable),
        "requests_at_least": sum(map(least_requests, plan.runnable)),
        "missing_fixtures": [
            {"name": m.fixture.name, "title": m.fixture.title, "tests": list(m.tests)}
            for m in missing_fixtures(plan)
        ],
        "fhir_validation": {
            "tests": list(asked.tests),
            "profiles_not_loaded": list(at_hand(asked, definitions).lost),
        },
        "tests": [_test_json(planned) for planned in plan.tests],
        "requirements": [
            {
                "id": p.requirement.id,
                "level": p.requirement.level.value,
                "status": p.status,
                "tests": list(p.tests),
                "reasons": [_reason_json(reason) for reason in p.reasons],
            }
            for p in prospects(plan)
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _runs(plan: Plan) -> Iterator[str]:
    sent = plan.runnable
    kinds = ", ".join(f"{n} {effect}" for effect, n in effects(sent).items() if n)
    requests = sum(map(least_requests, sent))
    yield f"Would run {counted(len(sent), 'test')} of {len(plan.tests)}" + (
        f" ({kinds}), at least {counted(requests, 'request')}" if sent else ""
    )


def _tests(plan: Plan) -> Iterator[str]:
    rows = [
        (p.test.id, p.test.effect.value, str(least_requests(p)), ", ".join(p.test.requirements))
        for p in plan.runnable
    ]
    if rows:
        yield table(("TEST", "EFFECT", "REQUESTS", "REQUIREMENTS"), rows, indent="  ")


def _validation(plan: Plan, definitions: Definitions) -> Iterator[str]:
    """What bodies would be validated by, and the profiles that nobody could judge by."""
    asked = needed(plan)
    if not asked.tests:
        return
    found = at_hand(asked, definitions)
    by = f"nothing: {found.problem}" if found.problem else found.by
    yield ""
    yield wrapped(f"FHIR validation in {counted(len(asked.tests), 'test')}, by {by}")
    for url in found.lost:
        tests = ", ".join((asked.profiles or {})[url])
        yield wrapped(url, indent="              ", first="  not loaded  ")
        yield wrapped(tests, indent="              ", first="        in    ")
    if found.problem or found.lost:
        remedy = found.remedy or "install the package, and name it with --package or in [packages]"
        yield wrapped(remedy, indent="              ", first="      decide  ")


def _open(head: str, found: Sequence[Prospect]) -> Iterator[str]:
    """Requirements that one and the same thing would decide, together."""
    groups: dict[Reason, list[Prospect]] = {}
    for prospect in found:
        groups.setdefault(prospect.reasons[0], []).append(prospect)
    if groups:
        yield ""
        yield f"{head}: {counted(len(found), 'requirement')}"
    for reason, mine in sorted(groups.items(), key=lambda item: -len(item[1])):
        listed = ", ".join(p.requirement.id for p in mine)
        yield wrapped(listed, indent="        ", first=f"  {len(mine):>4}  ")
        yield wrapped(reason.text, indent="              ", first="        because ")
        if reason.remedy:
            yield wrapped(reason.remedy, indent="              ", first="        decide  ")


def _apart(head: str, found: Sequence[Prospect]) -> Iterator[str]:
    """Requirements that no flag would decide; ``explain`` says why."""
    if found:
        yield ""
        yield f"{head}: {counted(len(found), 'requirement')}"
        yield wrapped(", ".join(p.requirement.id for p in found), indent="        ")


def _fixtures(plan: Plan) -> Iterator[str]:
    missing = missing_fixtures(plan)
    if not missing:
        return
    yield f"Missing {counted(len(missing), 'fixture')}"
    rows = [(m.fixture.name, str(len(m.tests)), m.fixture.title) for m in missing]
    yield table(("FIXTURE", "TESTS", "WHAT IT IS"), rows, indent="  ")
    yield f"  fill in: conformance pack fixtures {plan.packs[0].ref}"
    yield ""


def _totals(found: Sequence[Prospect]) -> Iterator[str]:
    for level in ("SHALL", "SHOULD", "MAY"):
        mine = [p for p in found if p.requirement.level.value.split()[0] == level]
        if not mine:
            continue
        decided = sum(p.status == "decides" for p in mine)
        rest = ", ".join(
            f"{n} {status.replace('-', ' ')}"
            for status in _HEADS
            if (n := sum(p.status == status for p in mine))
        )
        yield f"{level:<6} {decided} of {len(mine)} can be decided" + (f"; {rest}" if rest else "")


def _test_json(planned: PlannedTest) -> dict[str, object]:
    test = planned.test
    return {
        "id": test.id,
        "title": test.title,
        "pack": planned.pack.ref,
        "effect": test.effect.value,
        "requirements": list(test.requirements),
        "fixtures": list(test.fixtures),
        "runs": planned.runnable,
        "requests_at_least": least_requests(planned),
        "reason": _reason_json(planned.skip) if planned.skip else None,
    }


def _reason_json(reason: Reason) -> dict[str, str]:
    return {"cause": reason.cause.value, "text": reason.text, "remedy": reason.remedy}
