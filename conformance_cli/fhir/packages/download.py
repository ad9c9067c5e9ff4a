"""Downloads that go on where they broke off."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from conformance_cli.fhir.packages.errors import OfflineError
from conformance_cli.fhir.packages.transfer import BrokenOffError, Transfer, refuse_status
from conformance_cli.fhir.regex import Regex

if TYPE_CHECKING:
    import requests

#: Told how many bytes of how many are here; the total is ``None`` where nobody says it.
Progress = Callable[[int, int | None], None]
_PART = Regex(r"bytes (\d+)-\d+/(?:\d+|\*)")
_WHOLE = Regex(r"bytes \*/(\d+)")
_BUSY = frozenset({429, 500, 502, 503, 504})


class Download:
    """One file on its way (RFC 9110 section 14: range requests)."""

    def __init__(self, transfer: Transfer, url: str, target: Path, progress: Progress) -> None:
        self._transfer = transfer
        self._url = url
        self._target = target
        self._progress = progress
        #: The validator that the server gave; without one, digests have to tell.
        self._tag = ""

    def run(self) -> None:
        """Have the whole file; what it has already is not sent again.

        Raises:
            NotThereError: there is none.
            OfflineError: the registry cannot be reached, or the connection breaks off again
                and again; what came is kept.
            RegistryError: it is too large or too slow.
            OSError: the file cannot be written.

        """
        bounds = self._transfer.bounds
        for attempt in range(bounds.attempts):
            if attempt:
                time.sleep(bounds.pause_s * 2 ** (attempt - 1))
            with suppress(BrokenOffError), self._target.open("ab") as file:
                if self._go_on(file):
                    return
        raise OfflineError(
            "the download broke off again and again",
            self._url,
            "run the same command again: it goes on where it stopped",
        )

    def _go_on(self, file: BinaryIO) -> bool:
        """Append what the file lacks; whether it is whole then."""
        have = file.tell()
        headers = {"Range": f"bytes={have}-"} if have else {}
        if have and self._tag:
            headers["If-Range"] = self._tag
        with self._transfer.answer(self._url, headers) as answer:
            if answer.status_code == 416:
                return self._is_whole(answer, file)
            if answer.status_code in _BUSY:
                return False
            refuse_status(answer, self._url)
            tag = answer.headers.get("ETag", "")
            self._tag = "" if tag.startswith("W/") else tag
            if not _continues(answer, have):
                file.truncate(0)
                have = 0
            self._append(answer, file, have)
        return True

    def _is_whole(self, answer: requests.Response, file: BinaryIO) -> bool:
        """Whether there was nothing left to ask for; if not, it starts anew."""
        size = _WHOLE.fullmatch(answer.headers.get("Content-Range", ""))
        if size is not None and int(size[1]) == file.tell():
            return True
        file.truncate(0)
        return False

    def _append(self, answer: requests.Response, file: BinaryIO, have: int) -> None:
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        self._progress(have, total)
        most = self._transfer.bounds.archive - have
        for piece in self._transfer.pieces(answer, self._url, most):
            file.write(piece)
            have += len(piece)
            self._progress(have, total)
        if total is not None and have < total:
            raise BrokenOffError


def _continues(answer: requests.Response, have: int) -> bool:
    """Whether an answer goes on where the file ends."""
    if not have:
        return True
    found = _PART.fullmatch(answer.headers.get("Content-Range", ""))
    return answer.status_code == 206 and found is not None and int(found[1]) == have
