"""Which way to authenticate counts, and whether its block is complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance_cli.load.config_file import ConfigFile, substituted
from conformance_cli.load.config_keys import SCHEMES
from conformance_cli.load.config_model import AuthConfig
from conformance_cli.load.problems import Problems, did_you_mean
from conformance_cli.model.diagnostics import ConformanceError, Location

#: By key of the block: the value that counts, and where it was written.
Origins = dict[str, tuple[str, Location | str]]


def auth_config(
    file: ConfigFile, flags: Mapping[str, Any], environ: Mapping[str, str], problems: Problems
) -> tuple[AuthConfig, Origins]:
    """The scheme that counts, with the origin of each of its values.

    A token named on the command line or in the environment comes first, then the block
    that ``--auth`` names, then what the environment's block says, then ``[auth]``, then
    the only named block.
    """
    for name, kind in (("token-env", "env"), ("token-file", "file")):
        variable = f"CONFORMANCE_{name.upper().replace('-', '_')}"
        for value, origin in (
            (flags.get(name), "flag"),
            (environ.get(variable), f"env {variable}"),
        ):
            if value:
                reference = f"{kind}:{value}"
                return AuthConfig("bearer", token=reference), {"token": (reference, origin)}
    chosen = _chosen(file, flags, environ, problems)
    if chosen is None:
        return AuthConfig(), {}
    name, block = chosen
    return _built(file, name, block, environ, problems)


def _chosen(
    file: ConfigFile, flags: Mapping[str, Any], environ: Mapping[str, str], problems: Problems
) -> tuple[str, dict[str, Any]] | None:
    auth = file.data.get("auth", {})
    named = {name: block for name, block in auth.items() if isinstance(block, dict)}
    wanted, origin = _wanted(file, flags, environ)
    if isinstance(wanted, dict):
        return file.environment, wanted
    if wanted:
        if wanted in named:
            return wanted, named[wanted]
        if wanted != "none":
            hint = did_you_mean(wanted, named, "blocks")
            message = f"there is no block [auth.{wanted}]"
            problems.add("unknown-auth", message, origin, hint)
        return None
    if "scheme" in auth:
        return "", {key: value for key, value in auth.items() if key not in named}
    if own := [key for key in auth if key not in named]:
        place = file.place(auth, own[0])
        problems.add("missing-key", '"scheme" is missing in auth', place, _schemes())
        return None
    if len(named) > 1:
        place = file.place(file.data, "auth")
        hint = f"choose one with --auth: {', '.join(named)}"
        problems.add("unknown-auth", "there are several blocks of auth", place, hint)
        return None
    return next(iter(named.items()), None)


def _wanted(
    file: ConfigFile, flags: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Any, Any]:
    if flags.get("auth"):
        return flags["auth"], "flag"
    if environ.get("CONFORMANCE_AUTH"):
        return environ["CONFORMANCE_AUTH"], "env CONFORMANCE_AUTH"
    if file.environment:
        block = next(file.blocks())
        if "auth" in block:
            return block["auth"], file.place(block, "auth")
    return None, None


def _built(
    file: ConfigFile,
    name: str,
    block: dict[str, Any],
    environ: Mapping[str, str],
    problems: Problems,
) -> tuple[AuthConfig, Origins]:
    scheme = block["scheme"]
    needed, allowed = SCHEMES[scheme]
    holder = _holder(file, name, block)
    for key in needed:
        if key not in block:
            place = file.place(holder, "scheme")
            problems.add("missing-key", f'the scheme {scheme} needs "{key}"', place)
    origins: Origins = {}
    for key, value in block.items():
        place = file.place(holder, key)
        if key != "scheme" and key not in (*needed, *allowed):
            hint = f"its keys: {', '.join((*needed, *allowed)) or 'none'}"
            problems.add("idle-key", f'"{key}" has no meaning for {scheme}', place, hint)
            continue
        try:
            origins[key] = (substituted(value, environ, place), place)
        except ConformanceError as error:
            problems.extend(error.diagnostics)
    fields = {key.replace("-", "_"): value for key, (value, _) in origins.items()}
    return AuthConfig(name=name, **fields), origins


def _holder(file: ConfigFile, name: str, block: dict[str, Any]) -> dict[str, Any]:
    """The mapping of the file that a block is or was taken from."""
    return block if name else file.data.get("auth", block)


def _schemes() -> str:
    return f"schemes: {', '.join(SCHEMES)}"
