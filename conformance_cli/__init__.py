"""Certify live health-care endpoints against versioned interoperability profiles."""

__version__ = "0.1.0"
