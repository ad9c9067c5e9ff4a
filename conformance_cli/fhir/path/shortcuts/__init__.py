"""Compiles expressions into conditions over plain objects that imply their truth."""
