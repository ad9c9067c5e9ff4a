"""How large packages may be."""

from __future__ import annotations

from msgspec import Struct

MIB = 1024 * 1024


class Limits(Struct, frozen=True):
    """How large a package may be, in bytes; published ones stay below a quarter of each."""

    archive: int = 512 * MIB
    unpacked: int = 2048 * MIB
    member: int = 256 * MIB
    members: int = 200_000
    #: How many times its size an archive may grow to, once past ``free`` bytes.
    ratio: int = 200
    free: int = 64 * MIB


STANDARD = Limits()
