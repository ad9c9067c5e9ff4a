"""Files that people write → the model: every error with its file, line and remedy.

Nothing is re-exported here: a command imports the one module that it needs.
"""
