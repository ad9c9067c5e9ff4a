"""Configuration: flags over environment over file over defaults, each with its origin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance_cli.load.config_auth import auth_config
from conformance_cli.load.config_file import NO_FILE, ConfigFile, read_config_file, substituted
from conformance_cli.load.config_keys import DEFAULTS, KEYS, Key
from conformance_cli.load.config_model import (
    AuthConfig,
    Config,
    GateConfig,
    NetworkConfig,
    PackagesConfig,
    ReportConfig,
    ReportTarget,
    RunConfig,
    Setting,
)
from conformance_cli.load.config_values import BadValueError, Given, Parse, flag, pairs
from conformance_cli.load.problems import Problems
from conformance_cli.load.secrets import resolve_secret
from conformance_cli.model.diagnostics import ConformanceError, Location
from conformance_cli.model.run import Product

__all__ = [
    "NO_FILE",
    "AuthConfig",
    "Config",
    "GateConfig",
    "NetworkConfig",
    "PackagesConfig",
    "ReportConfig",
    "ReportTarget",
    "RunConfig",
    "Setting",
    "load_config",
    "resolve_secret",
]


def load_config(
    path: Path | None,
    environment: str | None,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    cwd: Path,
) -> Config:
    """What flags, environment variables and the configuration file say together.

    ``path`` is the file to read; ``None`` looks for one from ``cwd`` upwards, and
    ``NO_FILE`` reads none.  ``flags`` holds only what was given on the command line, by
    flag name (``rate_limit`` or ``rate-limit``); ``fixture`` and ``option`` are pairs.
    Names that are no setting are passed over.

    Raises:
        DefinitionError: with every value that is wrong, and where it was written.

    """
    file = read_config_file(path, environment, environ, cwd)
    resolver = _Resolver(file, {**flags, "environment": environment}, environ, cwd)
    resolver.note_environment()
    values = {key.path: resolver.value(key) for key in KEYS}
    fixtures = resolver.mapping("fixtures", "fixture", lambda given: str(given.value))
    options = resolver.mapping("options", "option", flag)
    auth = resolver.auth()
    resolver.problems.raise_if_any()

    def section(name: str) -> dict[str, Any]:
        keys = (key for key in KEYS if key.path.startswith(f"{name}."))
        return {k.attribute: values[k.path] for k in keys if values[k.path] is not None}

    return Config(
        profile=values["profile"],
        endpoint=values["endpoint"],
        environment=file.environment,
        packs=values["packs"] or (),
        catalogues=values["catalogues"] or (),
        product=Product(**section("product")),
        auth=auth,
        network=NetworkConfig(**section("network")),
        fixtures=fixtures,
        options=options,
        run=RunConfig(**section("run")),
        reports=ReportConfig(**section("reports")),
        gate=GateConfig(**section("gate")),
        packages=PackagesConfig(**section("packages")),
        path=file.document.path if file.document else None,
        base_dir=resolver.base_dir,
        settings=resolver.settings,
    )


class _Resolver:
    """Finds which of the sources has the say for each key."""

    def __init__(
        self, file: ConfigFile, flags: Mapping[str, Any], environ: Mapping[str, str], cwd: Path
    ) -> None:
        self._file = file
        self._flags = {name.replace("_", "-"): value for name, value in flags.items()}
        self._environ = environ
        self._cwd = cwd
        self.base_dir = file.document.path.parent if file.document else cwd
        self.problems = Problems()
        self.settings: dict[str, Setting] = {}

    def note_environment(self) -> None:
        """Say which environment was chosen, and by whom."""
        file = self._file
        if not file.environment:
            return
        if self._flags.get("environment"):
            origin = "flag"
        elif self._environ.get("CONFORMANCE_ENVIRONMENT"):
            origin = "env CONFORMANCE_ENVIRONMENT"
        else:
            origin = self._shown(file.place(file.data, "environment"))
        self.settings["environment"] = Setting(file.environment, origin)

    def value(self, key: Key) -> Any:
        """The parsed value of a key, ``None`` where nobody gives one."""
        given = self._flags.get(key.flag)
        if given is not None and given != ():
            return self._parsed(key.path, key.parse, given, "flag", self._cwd)
        if self._environ.get(key.variable):
            origin = f"env {key.variable}"
            return self._parsed(key.path, key.parse, self._environ[key.variable], origin, self._cwd)
        if found := self._file.find(key.path):
            value, holder, name = found
            return self._of_file(key.path, key.parse, value, self._file.place(holder, name))
        if key.path not in DEFAULTS:
            return None
        return self._parsed(key.path, key.parse, DEFAULTS[key.path], "default", self._cwd)

    def mapping(self, table: str, flag_name: str, parse: Parse) -> dict[str, Any]:
        """A table whose names are the user's own, such as fixtures."""
        found: dict[str, Any] = {}
        for block in reversed(list(self._file.blocks())):
            for name, value in block.get(table, {}).items():
                place = self._file.place(block[table], name)
                found[name] = self._of_file(f"{table}.{name}", parse, value, place)
        variable = f"CONFORMANCE_{flag_name.upper()}"
        for given, origin in (
            (self._environ.get(variable), f"env {variable}"),
            (self._flags.get(flag_name), "flag"),
        ):
            for name, value in self._pairs(given, origin).items():
                found[name] = self._parsed(f"{table}.{name}", parse, value, origin, self._cwd)
        return found

    def auth(self) -> AuthConfig:
        """The way to authenticate that counts."""
        auth, settings = auth_config(self._file, self._flags, self._environ, self.problems)
        for key, (value, origin) in settings.items():
            shown = self._shown(origin) if isinstance(origin, Location) else origin
            self.settings[f"auth.{key}"] = Setting(value, shown)
        return auth

    def _pairs(self, given: Any, origin: str) -> dict[str, str]:
        if not given:
            return {}
        try:
            return pairs(Given(given, self._cwd))
        except (BadValueError, ValueError) as error:
            self.problems.add("bad-value", str(error), origin, getattr(error, "hint", None))
            return {}

    def _of_file(self, path: str, parse: Parse, value: Any, place: Location) -> Any:
        try:
            value = _filled(value, self._environ, place)
        except ConformanceError as error:
            self.problems.extend(error.diagnostics)
            return None
        return self._parsed(path, parse, value, self._shown(place), self.base_dir, place)

    def _parsed(
        self,
        path: str,
        parse: Parse,
        value: Any,
        origin: str,
        base_dir: Path,
        place: Location | None = None,
    ) -> Any:
        self.settings[path] = Setting(tuple(value) if isinstance(value, list) else value, origin)
        try:
            return parse(Given(value, base_dir))
        except BadValueError as error:
            self.problems.add("bad-value", f"{path}: {error}", place or origin, error.hint)
            return None

    def _shown(self, place: Location) -> str:
        """A place as people write it: relative to where they are, if it is not above."""
        shown = os.path.relpath(place.file, self._cwd)
        return f"{place.file if shown.startswith('..') else shown}:{place.line}"


def _filled(value: Any, environ: Mapping[str, str], place: Location) -> Any:
    if isinstance(value, str):
        return substituted(value, environ, place)
    if isinstance(value, list):
        return [_filled(item, environ, place) for item in value]
    return value
