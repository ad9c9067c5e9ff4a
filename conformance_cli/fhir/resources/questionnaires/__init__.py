"""Questionnaires, and the responses that answer them."""
