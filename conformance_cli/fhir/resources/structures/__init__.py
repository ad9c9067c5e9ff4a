"""StructureDefinitions: profiles, extensions, types and logical models as resources."""
