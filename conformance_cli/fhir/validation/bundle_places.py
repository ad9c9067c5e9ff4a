"""Places in Bundles, shown as the HL7 validator shows them.

That validator counts some positions from one, and gives ``entry[0]`` for whatever is wrong
with the address of any entry.  People compare outcomes by expression, so these are shown
the same way here.  Line, column and the text of the issue tell the true entry.
"""

from __future__ import annotations

from conformance_cli.fhir.validation.place import Place


def counted_from_one(parent: Place, key: str, index: int) -> Place:
    """An item of a list, shown as the position after its own."""
    return parent.child(key, index, f"{key}[{index + 1}]")


def shown_as_first(bundle: Place, index: int) -> Place:
    """An entry, shown as the first one."""
    return bundle.child("entry", index, "entry[0]")
