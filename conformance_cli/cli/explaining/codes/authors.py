"""Codes about profiles, and about names in profiles and packs alike."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

AUTHORS = {
    "broken-header": Explanation(
        "The first lines of a profile or pack do not say what it is, so it cannot be listed.",
        "Run `conformance profile lint` or `conformance pack lint` on it.",
    ),
    "duplicate-profile": Explanation(
        "Two catalogues hold the same profile in the same version. Nobody could tell which "
        "one a product was judged by.",
        "Remove one, or give it another version.",
    ),
    "duplicate-pack": Explanation(
        "Two catalogues hold the same pack in the same version. Nobody could tell which one "
        "was run.",
        "Remove one, or give it another version.",
    ),
    "duplicate-requirement": Explanation(
        "A requirement id stands twice in a profile.", "Ids are unique and never reused."
    ),
    "duplicate-test": Explanation("Two tests of a pack have the same name.", "Rename one."),
    "duplicate-name": Explanation("Two definitions of a pack have the same name.", "Rename one."),
    "extends-cycle": Explanation(
        "Definitions extend each other in a circle.", "Something must be the first."
    ),
    "unknown-base": Explanation(
        "What a definition extends is not there.", "Check name and version."
    ),
    "no-requirements": Explanation(
        "A profile without any requirement asks for nothing.", "Write at least one."
    ),
    "no-source": Explanation(
        "A requirement does not say where it is published.",
        "Add `source`: a verdict must be traceable to a sentence of the standard.",
    ),
    "unknown-requirement": Explanation(
        "A requirement id is named that the profile does not have. A test that verifies it "
        "would prove nothing.",
        "Take the id that the hint offers.",
    ),
    "unknown-section": Explanation(
        "A requirement names a section that is not declared.", "Declare it."
    ),
    "unknown-source": Explanation(
        "A requirement names a source that is not declared.", "Declare it."
    ),
    "unused-section": Explanation(
        "No requirement stands in a declared section.", "Remove it, or use it."
    ),
    "unused-source": Explanation(
        "No requirement refers to a declared source.", "Remove it, or use it."
    ),
    "unused-option": Explanation(
        "No requirement depends on a declared option.", "Remove it, or use it."
    ),
    "unknown-name": Explanation(
        "An expression uses a name that nothing gives a value before.",
        "Names are those of captures made before, and fixture, values, option, each, param, "
        "now, today; after a response also request and response.",
    ),
    "bad-expression": Explanation(
        "A `${...}` expression cannot be read.",
        "See the expressions in docs/pack-language.md; operators need spaces around them.",
    ),
    "value-cycle": Explanation(
        "Named values need each other in a circle.", "Something must be the first."
    ),
    "check-not-found": Explanation(
        "There is no assertion of this name.",
        "Take the name that the hint offers; others are added by the entry point "
        "`conformance.checks`.",
    ),
    "check-not-loadable": Explanation(
        "An installed package offers an assertion that cannot be loaded.",
        "Update or uninstall the package that the message names.",
    ),
    "check-name-taken": Explanation(
        "An installed package registers an assertion under a built-in name, and could change "
        "verdicts unseen.",
        "Uninstall it, or have it choose another name.",
    ),
}
