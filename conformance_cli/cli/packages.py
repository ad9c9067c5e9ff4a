"""FHIR packages as ``conformance package`` handles them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from conformance_cli.cli.downloads import downloads
from conformance_cli.cli.output import answer, say, table
from conformance_cli.cli.session import current
from conformance_cli.model.diagnostics import ConformanceError, ExitCode, SetupError

if TYPE_CHECKING:
    from conformance_cli.cli.downloads import Progress
    from conformance_cli.fhir.packages.errors import PackageError
    from conformance_cli.fhir.packages.installing import Installer, Outcome
    from conformance_cli.fhir.packages.manifest import Manifest
    from conformance_cli.fhir.packages.store import Installed, PackageStore
    from conformance_cli.load.config import Config
    from conformance_cli.load.config_model import PackagesConfig


def store_of(config: PackagesConfig) -> PackageStore:
    """The package cache of the configuration, else of the environment."""
    from conformance_cli.fhir.packages.store import PackageStore, default_store

    return PackageStore(config.cache) if config.cache else default_store(os.environ)


def install_all(wanted: Sequence[str], config: Config) -> ExitCode:
    """Install packages, and say what came of each.

    Raises:
        ConformanceError: one of them cannot be installed; those before it are.

    """
    from conformance_cli.fhir.packages.errors import PackageError

    try:
        with downloads(quiet=current().quiet) as progress:
            for outcome in _installer(config, progress).install(wanted):
                _compile(outcome)
                answer(_said(outcome))
    except PackageError as error:
        raise translated(error) from error
    return ExitCode.OK


def translated(error: PackageError) -> ConformanceError:
    """What is wrong with a package or registry, as the user sees it."""
    from conformance_cli.cli.validating.definitions import refused
    from conformance_cli.fhir.packages.errors import IntegrityError, OfflineError, RegistryError
    from conformance_cli.fhir.packages.transfer import NotThereError

    problem, place, hint = error.problem, error.place or None, error.remedy or None
    if isinstance(error, OfflineError):
        return SetupError.of("registry-unreachable", problem, place=place, hint=hint)
    if isinstance(error, NotThereError):
        return ConformanceError.of("package-not-found", problem, place=place, hint=hint)
    if isinstance(error, RegistryError):
        return ConformanceError.of("registry-unusable", problem, place=place, hint=hint)
    if isinstance(error, IntegrityError):
        return ConformanceError.of(
            "package-changed", problem, place=place, hint=hint, exit_code=ExitCode.NOT_CONFORMANT
        )
    return refused(error)


def as_text(store: PackageStore) -> str:
    """The installed packages as a table."""
    rows = []
    for package, manifest in _installed(store):
        versions = ", ".join(manifest.fhir_versions) if manifest else ""
        title = manifest.title if manifest else "broken: remove and install it again"
        rows.append((f"{package.name}@{package.version}", versions, title))
    if not rows:
        say(f"no packages are installed in {store.root}")
        say("Next    conformance package install hl7.fhir.r4.core@4.0.1")
    return table(("PACKAGE", "FHIR", "TITLE"), rows)


def as_json(store: PackageStore) -> list[dict[str, Any]]:
    """The installed packages as JSON values."""
    return [
        {
            "name": package.name,
            "version": package.version,
            "fhirVersions": list(manifest.fhir_versions) if manifest else [],
            "title": manifest.title if manifest else "",
            "canonical": manifest.canonical if manifest else "",
            "dependencies": dict(manifest.dependencies) if manifest else {},
            "broken": manifest is None,
            "folder": str(package.folder),
        }
        for package, manifest in _installed(store)
    ]


def _installed(store: PackageStore) -> list[tuple[Installed, Manifest | None]]:
    from conformance_cli.fhir.packages.errors import PackageError

    found: list[tuple[Installed, Manifest | None]] = []
    for package in store.installed():
        try:
            found.append((package, package.manifest()))
        except PackageError:
            found.append((package, None))
    return found


def _installer(config: Config, progress: Progress) -> Installer:
    from conformance_cli.fhir.packages.installing import Installer
    from conformance_cli.fhir.packages.lockfile import FILE_NAME, LockFile
    from conformance_cli.fhir.packages.registry import DEFAULT_REGISTRIES, Registries
    from conformance_cli.fhir.packages.transfer import Transfer

    packages, transfer = config.packages, Transfer()
    return Installer(
        store_of(packages),
        Registries(packages.registries or DEFAULT_REGISTRIES, transfer),
        transfer,
        LockFile.read(packages.lock or config.base_dir / FILE_NAME),
        progress,
    )


def _compile(outcome: Outcome) -> None:
    """Compile a package that is new, so that its first use need not wait, and look it over."""
    from conformance_cli.fhir.packages.cache import default_cache
    from conformance_cli.fhir.packages.opening import open_source

    if outcome.present:
        return
    for problem in open_source(outcome.package.source, default_cache(os.environ)).problems:
        say(f"passed over: {problem}")


def _said(outcome: Outcome) -> str:
    name = f"{outcome.package.name}@{outcome.package.version}"
    if not outcome.present:
        return f"{name}  installed from {outcome.registry}"
    if not outcome.sha256:
        return f"{name}  is there already, installed by another tool: its digest is not known"
    return f"{name}  is there already"
