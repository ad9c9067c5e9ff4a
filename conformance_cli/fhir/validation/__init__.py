"""The walk over a resource: structure, profiles, slicing, and the rules of special types."""
