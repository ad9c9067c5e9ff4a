"""The tool's own words and what they mean: verdicts, outcomes, exit codes, causes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a word or code of this tool means, and what to do about it."""

    meaning: str
    #: What to do next; empty where nothing needs to be done.
    remedy: str = ""


VERDICTS = {
    "pass": Explanation(
        "Every decisive assertion that names the requirement was met, and at least one ran."
    ),
    "fail": Explanation(
        "An assertion showed that the requirement is not met. One failed SHALL or SHALL NOT "
        "makes the outcome not-conformant.",
        "Read what was expected and what came back, repeat the exchange with the curl line of "
        "the report, mend the product, and run `conformance run --rerun latest --failed`.",
    ),
    "warning": Explanation(
        "A SHOULD is not met, or a rule is not met that only the official test suite asks for "
        "and no specification. Warnings change no outcome, and the exit code only with "
        "`--fail-on`.",
    ),
    "not-applicable": Explanation(
        "The condition of the requirement is known to be false for this product, because of "
        "an option such as `--option booking=false`. It is listed and does not count.",
    ),
    "not-tested": Explanation(
        "Nothing decisive ran: a fixture is missing, the test needs writes, it was excluded, "
        "a precondition was not met, or no test exists. It is never a pass: a SHALL that was "
        "not tested leaves the outcome undecided.",
        "The reason stands beside it, with the flag or fixture that would decide it.",
    ),
    "error": Explanation(
        "The tool, the set-up, the network or a third party broke while the verdict was being "
        "reached. It is never held against the product, and never a pass.",
        "Read the reason; `conformance check` finds most set-up faults. Then run again with "
        "`conformance run --rerun latest --undecided`.",
    ),
    "waived": Explanation(
        "An overlay, not a verdict: somebody accepted this failure by name, with a reason and "
        "an end date. The verdict beneath stays what it is, and is never a pass.",
    ),
}

OUTCOMES = {
    "conformant": Explanation(
        "Every applicable SHALL and SHALL NOT of the profile passed. Requirements that only a "
        "person can attest are counted apart unless the gate is `certify`."
    ),
    "not-conformant": Explanation(
        "At least one SHALL or SHALL NOT of the profile failed. The summary names it.",
        "Start with the first failure of the report: `conformance explain REQUIREMENT -r latest`.",
    ),
    "undecided": Explanation(
        "Nothing failed, but some applicable SHALL has no decisive verdict. A percentage never "
        "decides, and a run of no tests is undecided.",
        "The summary says which flag or fixture would decide what is left.",
    ),
}

EXIT_CODES = {
    0: Explanation("The answer is yes: conformant, valid, ready, no regression."),
    1: Explanation(
        "The answer is no: a gated requirement failed, something is invalid, or regressed.",
        "Mend the product; `--exit-zero` turns 1 and 3 into 0 where a pipeline only collects.",
    ),
    2: Explanation(
        "Usage: a bad flag, configuration, profile, pack or waiver file. Nothing was sent.",
        "Mend the command or the file that the error names.",
    ),
    3: Explanation(
        "Undecided: no failure, but gated requirements have no verdict; or the endpoint is "
        "not ready or cannot be reached.",
        "Mend the set-up (`conformance check`) or allow what the summary asks for; run again.",
    ),
    4: Explanation(
        "Our fault. The path of a crash report without secrets is printed.",
        "Report it together with that file.",
    ),
    130: Explanation(
        "Interrupted by Ctrl-C or SIGTERM. The journal is intact and the report usable.",
        "Go on with `conformance run --resume DIR`.",
    ),
}

#: Said after the table of exit codes.
PRECEDENCE_NOTE = "Where several hold: 130, then 4, 2, 1, 3, 0."

EFFECTS = {
    "read": Explanation("The test only reads. This is all that a run does by default."),
    "write": Explanation(
        "The test creates or changes something on the live system, and takes it away again.",
        "Allow it with `--allow writes`.",
    ),
    "destructive": Explanation(
        "The test may leave the live system changed, or loads it heavily.",
        "Allow it with `--allow destructive`, on a system made for tests.",
    ),
}

CAUSES = {
    "fixture": Explanation(
        "A fixture that the test needs was not given, or preflight did not find it.",
        "`conformance pack fixtures PACK` lists what each fixture must look like; give it with "
        "`--fixture NAME=VALUE` or in `[fixtures]` of conformance.toml.",
    ),
    "effect": Explanation(
        "The test does more to the live system than the run was allowed to.",
        "Run again with `--allow writes` or `--allow destructive`.",
    ),
    "excluded": Explanation(
        "The test was left out by `--include`, `--exclude`, `--level` or `--rerun`.",
        "Run without that flag.",
    ),
    "option": Explanation(
        "The product is said not to offer what the test or the requirement is about.",
        "If it does, say so with `--option NAME=true`.",
    ),
    "precondition": Explanation(
        "A step that had to work before the requirement could be looked at did not: a `require` "
        "was not met, or a value to go on with was missing. That alone is no failure.",
        "Look at the exchange that the reason names; often another failure explains it.",
    ),
    "nothing-to-judge": Explanation(
        "The response held nothing that the assertion speaks of, such as an empty Bundle for "
        "a rule about its entries.",
        "Give the fixture data with the properties that `conformance pack fixtures` asks for.",
    ),
    "transport": Explanation(
        "No complete HTTP response came back: connection, TLS, timeout or a broken message.",
        "`conformance check` looks into it; `--timeout` and `--retries` allow for slow networks.",
    ),
    "deadline": Explanation(
        "The time of the test or of the run was over.", "Raise `--max-time` or `--jobs`."
    ),
    "interrupted": Explanation(
        "The run ended before the test, by Ctrl-C or a crash.",
        "Go on with `conformance run --resume DIR`.",
    ),
    "setup": Explanation(
        "The set-up was not ready, so nothing was sent.", "Mend what `conformance check` finds."
    ),
    "package": Explanation(
        "The assertion needs a FHIR profile whose package is not loaded, so nobody could say "
        "whether the response conforms to it.",
        "`conformance package install NAME@VERSION`, then `--package NAME@VERSION` or "
        "`[packages]` in conformance.toml. `conformance plan` names the profiles.",
    ),
    "no-test": Explanation(
        "No test in the packs verifies the requirement; the profile says why if HTTP cannot.",
    ),
    "attestation": Explanation(
        "Only a person can decide it. It counts under `--gate certify`.",
    ),
    "tool": Explanation(
        "The test itself broke: an expression or a check of the pack could not be evaluated.",
        "Report it to the pack's author; `conformance pack lint` may show it.",
    ),
}
