"""Codes about files that people write, whatever is in them."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

FILES = {
    "file-not-found": Explanation("A file is not there.", "Check its path."),
    "file-unreadable": Explanation(
        "A file may not be read, or is a folder.", "Check its permissions."
    ),
    "file-too-big": Explanation(
        "A file is larger than this tool reads of one file.", "Split it into several files."
    ),
    "not-utf-8": Explanation("A file is not UTF-8 text.", "Save it as UTF-8 in your editor."),
    "empty-file": Explanation("A file is empty.", "Write it, or remove it."),
    "bad-yaml": Explanation(
        "A file is not YAML as it is used here: YAML 1.2 without tags and merge keys.",
        "Look at the line that is named, and at the one above it.",
    ),
    "bad-json": Explanation("A file is not JSON (RFC 8259).", "Look at the line that is named."),
    "bad-toml": Explanation("A file is not TOML 1.0.", "Look at the line that is named."),
    "duplicate-key": Explanation(
        "A mapping has the same key twice, and only one of the two could count.", "Remove one."
    ),
    "too-deep": Explanation("A file nests deeper than any definition needs.", "Write it flatter."),
    "too-many-values": Explanation(
        "A file holds more values than are read, counting what aliases and includes repeat.",
        "Split it, or repeat less.",
    ),
    "unknown-key": Explanation(
        "A mapping has a key that means nothing there. Keys are never passed over silently, "
        "because a misspelt one would change what is tested.",
        "Take the key that the hint offers.",
    ),
    "missing-key": Explanation("A mapping lacks a key that it must have.", "Add it."),
    "idle-key": Explanation(
        "A key has no meaning beside the others that are there.", "Remove it, or move it."
    ),
    "wrong-type": Explanation(
        "A value is of the wrong type, such as a number where text is wanted.",
        "Often quotes are missing: YAML reads 1.0 as a number.",
    ),
    "bad-name": Explanation(
        "A name is not spelt as names are.",
        "Use lower-case letters, digits and single hyphens.",
    ),
    "bad-range": Explanation(
        "A range of versions cannot be understood.",
        "Write it as npm does: 1.0.0, ~1.0, ^1 or >=1.0 <2.",
    ),
    "path-escape": Explanation(
        "A path or a link leads out of the folder that it belongs to.",
        "Put the file inside; definitions must not depend on what is around them.",
    ),
    "stray-file": Explanation(
        "A file in the tests folder is none that is read.", "Rename it to *.yaml, or move it."
    ),
    "folder-name": Explanation(
        "The folder of a definition does not say its name and version.",
        "Rename it to NAME/VERSION: people look for it there.",
    ),
}
