"""What everything that asks a service has in common: why there is no answer, and who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests


def why_unreachable(error: Exception) -> str:
    """Why a service could not be asked, in words that its user can act on."""
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "it does not answer"
    return "no connection"


def anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authentication that adds nothing, so that none of a ``.netrc`` is added instead."""
    return request
