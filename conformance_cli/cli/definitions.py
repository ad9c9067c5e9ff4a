"""Finding the profiles and packs that a command speaks of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance_cli.load.catalogue import Catalogue
    from conformance_cli.model.pack import TestPack
    from conformance_cli.model.profile import Profile


def catalogue() -> Catalogue:
    """The bundled profiles and packs, and those of ``--catalogue`` and conformance.toml."""
    from conformance_cli.cli.settings import configured
    from conformance_cli.load.catalogue import Catalogue

    return Catalogue.default(configured({}).catalogues)


def find_pack(known: Catalogue, reference: str) -> TestPack:
    """A pack by folder or by ``name@version``."""
    folder = Path(reference)
    if (folder / "pack.yaml").is_file():
        from conformance_cli.load.packs import load_pack

        return load_pack(folder, known.pack)
    return known.pack(reference)


def find_profile(known: Catalogue, reference: str) -> Profile:
    """A profile by file or by ``name@version``."""
    path = Path(reference)
    path = path / "profile.yaml" if path.is_dir() else path
    if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
        from conformance_cli.load.profiles import load_profile

        return load_profile(path, known.profile)
    return known.profile(reference)


def certified_profiles(known: Catalogue, pack: TestPack) -> tuple[Profile, ...]:
    """The newest version of each profile range that a pack certifies."""
    return tuple(known.profile(reference) for reference in pack.certifies)
