"""Codes about installing FHIR packages."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

PACKAGES = {
    "package-not-found": Explanation(
        "No registry that was asked has the FHIR package, or not in this version.",
        "Check name and version; the hint lists the versions that there are. Other registries "
        "are named with `--registry URL`, or with `registries` under `[packages]`.",
    ),
    "package-changed": Explanation(
        "What was fetched is not what the registry promises, or not what the lock file says "
        "was installed before. Nothing of it was installed.",
        "Try again, for a proxy may have damaged it. If the publisher replaced the package "
        "and that is meant, remove its entry from conformance-packages.lock.",
    ),
    "registry-unreachable": Explanation(
        "No package registry could be reached, or the connection broke off again and again.",
        "Check the network and HTTPS_PROXY, and run the same command again: downloads go on "
        "where they stopped. Without a network, give `--package` the path of a .tgz.",
    ),
    "registry-unusable": Explanation(
        "What was named as a package registry cannot be used as one: its URL is not https, or "
        "it does not answer as the npm protocol has it.",
        "Write the URL of a package registry, such as https://packages.fhir.org.",
    ),
}
