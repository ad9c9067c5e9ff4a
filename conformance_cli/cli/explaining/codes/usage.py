"""Codes about the command line and the configuration."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

USAGE = {
    "usage": Explanation(
        "The command line cannot be understood.",
        "Read the help of the command: `conformance COMMAND --help`.",
    ),
    "unknown-command": Explanation(
        "No command has this name.", "Take the name that the hint offers, or see the help."
    ),
    "unknown-option": Explanation(
        "On the command line: the command has no such option. In a profile or pack: an "
        "expression names an `option.` that the profile does not declare.",
        "Take the name that the hint offers; options of a product are declared under "
        "`options:` of the profile.",
    ),
    "missing-argument": Explanation(
        "Something that the command cannot do without was not given.",
        "The message names it; the examples of `--help` show where it stands.",
    ),
    "bad-value": Explanation(
        "A value is of the right kind but not right: a word that is no choice, a number out "
        "of bounds, a duration without a unit, a fixture that does not match its pattern.",
        "The hint says how it is written. The place is the flag, the environment variable or "
        "the line of the file that it was read from.",
    ),
    "contradiction": Explanation(
        "Two options exclude each other.", "Leave out the one that the hint names."
    ),
    "profile-missing": Explanation(
        "The command needs a profile, and neither the command line, nor CONFORMANCE_PROFILE, "
        "nor conformance.toml names one.",
        "`conformance profile list` shows those that there are.",
    ),
    "profile-not-found": Explanation(
        "No profile has this name, or none of its versions fits.",
        "`conformance profile list`; name@latest is the newest active version. Folders of "
        "your own are added with `--catalogue DIR`.",
    ),
    "pack-not-found": Explanation(
        "No test pack has this name, or none of its versions fits.",
        "`conformance pack list`; folders of your own are added with `--catalogue DIR`.",
    ),
    "no-pack": Explanation(
        "No test pack at hand certifies the profile, so nothing could be verified.",
        "Add the folder that holds one with `--catalogue DIR`.",
    ),
    "pack-does-not-certify": Explanation(
        "The pack that was asked for says that it certifies other profiles or versions.",
        "Leave out `--pack`, or choose a profile from its `certifies` list.",
    ),
    "endpoint-missing": Explanation(
        "The command sends requests, and nobody said where to.",
        "Give `--endpoint URL`, CONFORMANCE_ENDPOINT, or `endpoint` in conformance.toml.",
    ),
    "unknown-fixture-name": Explanation(
        "A fixture was given that no pack of this run asks for: most likely a misspelt name. "
        "From a configuration file it is only a warning, because a file may serve several "
        "profiles.",
        "`conformance pack fixtures PACK` lists the names.",
    ),
    "unknown-option-name": Explanation(
        "An option of the product was given that the profile does not have. Taking it for "
        "granted could hide requirements, so a misspelt name is refused.",
        "`conformance profile show PROFILE` lists the options.",
    ),
    "unknown-environment": Explanation(
        "The configuration file has no block of this name under `[environments]`.",
        "Take the name that the hint offers, or add the block.",
    ),
    "unknown-auth": Explanation(
        "It is not clear how to authenticate: the block that was named does not exist, or "
        "there are several and none was chosen.",
        "Choose one of the blocks of `[auth]` with `--auth NAME`.",
    ),
    "unset-variable": Explanation(
        "The configuration file refers to an environment variable that is not set.",
        "Export it before the command, or write the value in its place.",
    ),
    "secret-in-clear": Explanation(
        "A secret stands in a file that is meant to be shared. It was not used, and is not "
        "repeated in the message.",
        "Keep it in an environment variable or a file of its own, and write `env:NAME` or "
        "`file:PATH`. A secret that was committed should be replaced.",
    ),
    "secret-not-found": Explanation(
        "A reference to a secret leads nowhere: the variable is not set, or the file is "
        "missing, empty or no text.",
        "Set the variable or mend the path; relative paths start at the configuration file.",
    ),
    "policy-unknown": Explanation(
        "A rule of judgement has no such choice.", "The hint lists the choices."
    ),
    "format-unknown": Explanation(
        "There is no report format of this name.", "The hint lists the formats there are."
    ),
    "nothing-to-explain": Explanation(
        "No requirement, test, verdict, outcome, exit code or error code has this name.",
        "Take one of the names that the hint offers, or name the profile with `--profile`.",
    ),
    "catalogue-not-found": Explanation(
        "A folder that was given as a catalogue holds neither profiles/ nor test_packs/.",
        "Give the folder that holds them, not one of them.",
    ),
    "catalogue-not-loadable": Explanation(
        "An installed package offers a catalogue that cannot be loaded.",
        "Update or uninstall the package that the message names.",
    ),
    "already-there": Explanation(
        "A file that would be written exists already, and nothing is overwritten.",
        "Choose another name, remove the file, or use `--force` where the command has it.",
    ),
    "no-reference": Explanation(
        "The demo needs a bundled server of the profile, and there is none.",
        "`conformance demo` without a profile shows one that there is.",
    ),
    "internal-error": Explanation(
        "Something broke inside this tool. It says nothing about your product or set-up.",
        "Report it with the crash report whose path was printed; it holds versions, option "
        "names and a traceback, and no values, secrets or responses.",
    ),
    "installation-damaged": Explanation(
        "Files that belong to this tool are missing.", "Install conformance-cli again."
    ),
}
