"""Hypothesis profiles: no deadline anywhere, and the same examples every time in CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A slow machine is no finding about the code under test.
settings.register_profile(
    "local", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile(
    "ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "local")
