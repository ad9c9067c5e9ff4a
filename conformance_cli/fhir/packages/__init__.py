"""FHIR packages: the cache on disk, registries, lock files, and fast access to what they hold."""
