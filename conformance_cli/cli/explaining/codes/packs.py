"""Codes about test packs: what loading refuses and what lint finds."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

_UNUSED = "Remove it, or use it: what nothing uses is not tested either."

PACKS = {
    "unknown-interaction": Explanation(
        "A step calls an interaction that is not defined.", "Define it."
    ),
    "unknown-procedure": Explanation("A step does a procedure that is not defined.", "Define it."),
    "unknown-parameter": Explanation(
        "A step gives a procedure a parameter that it has not.", "Rename it."
    ),
    "missing-parameter": Explanation(
        "A step does not give a procedure a parameter that has no default.", "Give it `with`."
    ),
    "unknown-value": Explanation("A step overrides a value that the pack has not.", "Rename it."),
    "unknown-body": Explanation("There is no file of this name in bodies/.", "Check the name."),
    "unknown-schema": Explanation("There is no file of this name in schemas/.", "Check the name."),
    "unknown-assertion": Explanation(
        "There is no assertion of this name.", "docs/pack-language.md lists them."
    ),
    "unknown-test": Explanation(
        "`removes` names a test that the pack below has not.", "Take the name of the hint."
    ),
    "bad-assertion": Explanation(
        "An assertion is not a mapping with exactly one assertion name.",
        "Write it as `- status: 400`, with `verifies`, `grade`, `when` and `title` beside it.",
    ),
    "bad-argument": Explanation(
        "An assertion is given something that it cannot work with.",
        "docs/pack-language.md says what each assertion takes.",
    ),
    "bad-capture": Explanation(
        "A capture does not say in one way where its value comes from.",
        "Give exactly one of fhirpath, header and value.",
    ),
    "bad-fhirpath": Explanation(
        "A FHIRPath expression cannot be read.", "Look at the place named."
    ),
    "bad-body": Explanation(
        "A body cannot be understood.", "See `Bodies` in docs/pack-language.md."
    ),
    "bad-include": Explanation(
        "`$include` does not stand alone in its mapping, or names nothing.",
        "Make it the only key: what it names takes the place of the mapping.",
    ),
    "include-cycle": Explanation(
        "Bodies include each other in a circle.", "Something must be the first."
    ),
    "bad-pattern": Explanation("A regular expression cannot be read.", "Mend it."),
    "body-path": Explanation(
        "A path of `set` or `remove` names nothing in the body.",
        "It starts with Bundle or a resource type: `Appointment.status`, `Slot[0].start`.",
    ),
    "idle-template": Explanation(
        "A `${...}` stands where nothing is rendered.", "Write it where the value is used."
    ),
    "reserved-name": Explanation(
        "A capture has a name that means something already.", "Rename it."
    ),
    "procedure-cycle": Explanation(
        "Procedures call each other without end.", "One must not call itself."
    ),
    "uneven-rows": Explanation(
        "Rows of `for-each` do not have the same names.",
        "Give every row the same ones; null is a value.",
    ),
    "effect": Explanation(
        "A test or a preflight step says that it only reads, and sends something that can "
        "change the live system.",
        "State its effect as write or destructive, or send GET.",
    ),
    "pack-without-reference": Explanation(
        "The pack names no reference supplier, so no fault can be planted to prove it.",
        "Name one with `reference:` in its pack.yaml.",
    ),
    "no-changelog": Explanation(
        "A pack has no CHANGELOG.md.", "Write down every change that can change a verdict."
    ),
    "no-cleanup": Explanation(
        "A test writes and takes nothing away again.",
        "Add `cleanup`; write `cleanup: []` where nothing can stay behind.",
    ),
    "vacuous": Explanation(
        "An assertion is true where there is nothing to look at, and so proves nothing.",
        "Use `each`, which calls an empty list nothing to judge, or put `exists()` before it.",
    ),
    "verifies-nothing": Explanation(
        "An assertion or a test names no requirement, so its verdict counts for nothing.",
        "Add `verifies`; what is only a precondition belongs under `require`.",
    ),
    "untested": Explanation(
        "A requirement has no test, and the profile does not say why.",
        "Write a test, or state `not-testable` with the reason.",
    ),
    "unused-body": Explanation("Nothing uses a file of bodies/.", _UNUSED),
    "unused-schema": Explanation("Nothing uses a file of schemas/.", _UNUSED),
    "unused-fixture": Explanation(
        "Nothing uses a fixture, yet suppliers would be asked for it.", _UNUSED
    ),
    "unused-interaction": Explanation("Nothing calls an interaction.", _UNUSED),
    "unused-procedure": Explanation("Nothing does a procedure.", _UNUSED),
    "unused-value": Explanation("Nothing uses a named value.", _UNUSED),
}
