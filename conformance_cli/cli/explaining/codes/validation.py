"""Codes about ``conformance validate`` and the definitions that it uses."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

VALIDATION = {
    "input-not-found": Explanation(
        "Something that was to be validated is not there: no such file, a folder without "
        "resources, or a pattern that nothing matches. Nothing was validated.",
        "Check the path. Folders are searched for *.json, *.xml and *.ndjson; put patterns "
        "in quotes, so that they mean the same in every shell.",
    ),
    "package-missing": Explanation(
        "A FHIR package, or one that it depends on, is not installed.",
        "`conformance package install NAME@VERSION`, or name a .tgz or a folder with "
        "`--package PATH`.",
    ),
    "package-unusable": Explanation(
        "A FHIR package is there and cannot be used: it is damaged, holds no resources, or "
        "is not what its name says.",
        "Remove it and install it again.",
    ),
    "fhir-version": Explanation(
        "The packages are for another version of FHIR than the one that was asked for, and "
        "a resource can only be judged by one.",
        "Leave out `--fhir-version`, or name packages for it.",
    ),
    "service-url": Explanation(
        "What was given is not the URL of a service that could be asked.",
        "Write an http or https URL, without a user name or password in it.",
    ),
    "data-leaves-machine": Explanation(
        "With `--second-opinion`, every input is sent as it is to the service that was "
        "named. Nothing else of this tool sends resources anywhere.",
        "Use it for synthetic data, or with a service of your own.",
    ),
    "worker-lost": Explanation(
        "A process that validated was ended from outside, most likely because the machine "
        "ran out of memory.",
        "Try fewer `--jobs`, or cut the largest file into NDJSON.",
    ),
}
