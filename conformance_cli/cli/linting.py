"""What ``profile lint`` and ``pack lint`` say."""

from __future__ import annotations
