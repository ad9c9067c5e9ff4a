"""What ``conformance pack test`` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence

from conformance_cli.cli.output import counted, say, table, wrapped
from conformance_cli.cli.proof.bout import Proof
from conformance_cli.cli.proof.trial import Trial
from conformance_cli.judge import coverage


def progress(trial: Trial, done: int, total: int) -> None:
    """Say on stderr how a trial went."""
    say(f"{done}/{total} {trial.fault or 'conformant'}: {word(trial)} ({trial.seconds:.1f} s)")


def word(trial: Trial) -> str:
    """``passes``, ``caught``, or what is wrong."""
    if trial.uncaught:
        return "UNCAUGHT"
    if trial.misblamed:
        return "WRONG BLAME" if trial.fault else "FAILS"
    if not trial.holds:
        return "ERROR"
    return "caught" if trial.fault else "passes"


def as_text(proofs: Sequence[Proof]) -> str:
    """A table of trials, what is wrong with them, and the totals."""
    return "\n\n".join(_one(proof) for proof in proofs)


def _one(proof: Proof) -> str:
    trials = (proof.conformant, *proof.trials)
    rows = [(t.fault or "(none)", word(t), ", ".join(t.expected) or t.title) for t in trials]
    parts = [
        f"{proof.bout.pack.ref} over {proof.bout.profile.ref}",
        "",
        table(("FAULT", "RESULT", "MUST BREAK"), rows),
        "",
    ]
    for trial in trials:
        parts += [wrapped(line, indent="  ", first="") for line in _wrong(trial)]
    if proof.conformant.undecided:
        listed = ", ".join(proof.conformant.undecided)
        parts.append(
            wrapped(
                f"note: a test names {listed}, and decides nothing on the conformant supplier",
                indent="  ",
            )
        )
    if not proof.trials:
        parts.append("The pack expects no fault, so nothing is proven: list some under `faults:`.")
    parts += totals(proof)
    parts.append(f"{counted(len(trials), 'trial')} in {proof.seconds:.1f} s")
    return "\n".join(parts)


def _wrong(trial: Trial) -> list[str]:
    name = trial.fault or "conformant supplier"
    lines = [f"{name}: uncaught: {r} should fail, and does not" for r in trial.uncaught]
    blame = "wrong blame" if trial.fault else "fails"
    lines += [
        f"{name}: {blame}: {shown}"
        for r, shown in zip(trial.broken, trial.shown_by, strict=True)
        if r in trial.misblamed
    ]
    if not trial.fault:
        lines += [f"{name}: error: the tests of {r} broke" for r in trial.errors]
    return lines


def totals(proof: Proof) -> list[str]:
    """How many mandatory requirements are proven, of all and of those HTTP can show."""
    covered = coverage(proof.bout.profile, (proof.bout.pack,))
    shall = [c for c in covered if c.requirement.level.mandatory]
    proven = sum(c.requirement.id in proof.proven for c in shall)
    apart = sum(c.status in ("attested", "not-testable") for c in shall)
    verifiable = len(shall) - apart
    caught = sum(trial.holds for trial in proof.trials)
    return [
        f"caught  {caught}/{len(proof.trials)} faults",
        (
            f"proven  {proven}/{len(shall)} SHALLs ({_percent(proven, len(shall))}), "
            f"{proven}/{verifiable} ({_percent(proven, verifiable)}) of those that HTTP can show; "
            f"{apart} attested or not testable"
        ),
    ]


def as_json(proofs: Sequence[Proof]) -> str:
    """All trials for other programs."""
    return json.dumps([_json(proof) for proof in proofs], indent=2, ensure_ascii=False)


def _json(proof: Proof) -> dict[str, object]:
    return {
        "pack": proof.bout.pack.ref,
        "profile": proof.bout.profile.ref,
        "holds": proof.holds,
        "proven": sorted(proof.proven),
        "totals": totals(proof),
        "trials": [
            {
                "fault": trial.fault,
                "title": trial.title,
                "result": word(trial).lower().replace(" ", "-"),
                "expected": list(trial.expected),
                "broken": list(trial.broken),
                "uncaught": list(trial.uncaught),
                "wrong_blame": list(trial.misblamed),
                "undecided": list(trial.undecided),
                "errors": list(trial.errors),
            }
            for trial in (proof.conformant, *proof.trials)
        ],
    }


def as_markdown(proofs: Sequence[Proof]) -> str:
    """The table of trials and the totals in Markdown."""
    parts = []
    for proof in proofs:
        parts += [f"## {proof.bout.pack.ref} over {proof.bout.profile.ref}", ""]
        parts += [f"- {line}" for line in totals(proof)]
        parts += ["", "| fault | result | must break |", "|---|---|---|"]
        parts += [
            f"| {t.fault or '(none)'} | {word(t)} | {', '.join(t.expected) or t.title} |"
            for t in (proof.conformant, *proof.trials)
        ]
        parts.append("")
    return "\n".join(parts).rstrip()


def _percent(part: int, whole: int) -> str:
    # rounded down: 100 % must mean all
    return f"{part * 100 // whole}%" if whole else "none"
