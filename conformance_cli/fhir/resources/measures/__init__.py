"""Measures, and the reports of what they found."""
