"""Definitions: StructureDefinitions read into schemas, and where they are found."""
