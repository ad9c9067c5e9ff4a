"""Resources that were read a short while ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Any

#: Read JSON takes several times its bytes, and definitions are large.
_MOST = 128


class Recent:
    """Keeps the last resources that were read, so that asking again costs nothing."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Mapping[str, Any]] = OrderedDict()

    def get(self, key: Hashable) -> Mapping[str, Any] | None:
        """A resource, if it is still kept."""
        found = self._kept.get(key)
        if found is not None:
            # another thread may have let it go meanwhile
            with suppress(KeyError):
                self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, resource: Mapping[str, Any]) -> None:
        """Keep a resource; the one asked for longest ago goes."""
        self._kept[key] = resource
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
