"""The published samples are what the code makes today.

After a wanted change: ``python -m tests.reporting.make_samples``, and read the difference.
"""

from __future__ import annotations

import pytest

from tests.reporting.make_samples import FOLDER, samples

SAMPLES = {path.name: (path, text) for path, text in samples()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_the_fixed_run_gives(name: str):
    path, text = SAMPLES[name]
    assert path.read_text(encoding="utf-8") == text, "run python -m tests.reporting.make_samples"


def test_there_is_one_sample_per_format_and_no_other():
    assert {path.name for path in FOLDER.iterdir()} == set(SAMPLES)
