"""Terminology: value sets, code systems, units, from loaded packages or a server."""
