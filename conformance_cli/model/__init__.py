"""The vocabulary: frozen dataclasses, enums, events and diagnostics.  No I/O."""
