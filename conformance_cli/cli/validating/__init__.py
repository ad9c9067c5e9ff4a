"""``conformance validate``: inputs, definitions, workers, and how results are shown."""
