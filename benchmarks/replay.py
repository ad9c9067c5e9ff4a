"""The baseline: recorded requests sent one after the other by a bare ``requests.Session``.

``python replay.py FILE BASE_URL`` sends those of a file.  It imports nothing of ours.
"""

import json
import sys
from collections.abc import Sequence


def replay(recorded: Sequence[Sequence[object]], base_url: str) -> None:
    import requests

    with requests.Session() as session:
        for method, path, headers, body in recorded:
            data = None if body is None else str(body).encode("utf-8", "surrogatepass")
            encoded = {name: value.encode() for name, value in dict(headers).items()}  # type: ignore[call-overload]
            session.request(
                str(method), f"{base_url}{path}", headers=encoded, data=data, allow_redirects=False
            )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - as bare as can be
        replay(json.load(file), sys.argv[2])
