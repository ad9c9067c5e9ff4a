"""Proving a pack: the conformant supplier passes it, and every planted fault is caught."""
