"""Whether an expression may be wrong as a whole, so that it must be compiled to tell."""

from __future__ import annotations

from conformance_cli.fhir.path.grammar import Node as Tree
from conformance_cli.fhir.path.texts import identifier, type_specifier

#: The functions of nearly all constraints, with the arguments that they take.
_USUAL = {
    **dict.fromkeys(
        ("empty", "not", "count", "children", "hasValue", "first", "last", "tail", "resolve"),
        (0, 0),
    ),
    **dict.fromkeys(
        ("isDistinct", "distinct", "descendants", "toInteger", "toString", "length"), (0, 0)
    ),
    **dict.fromkeys(
        ("where", "all", "select", "startsWith", "endsWith", "contains", "matches", "extension"),
        (1, 1),
    ),
    **dict.fromkeys(("memberOf", "intersect", "combine"), (1, 1)),
    "exists": (0, 1),
    "trace": (1, 2),
    "substring": (1, 2),
    "iif": (2, 3),
    "replaceMatches": (2, 2),
    "htmlChecks": (0, 0),
}
_TYPED = frozenset({"is", "as", "ofType"})


def is_doubtful(tree: Tree) -> bool:
    """Whether a syntax tree holds anything that compiling it might refuse."""
    open_ = [tree]
    while open_:
        node = open_.pop()
        children = node.get("children", ())
        open_.extend(children)
        if node["type"] in ("DateTimeLiteral", "TimeLiteral"):
            return True
        if node["type"] == "Functn" and _is_unusual(children):
            return True
        if node["type"] == "TypeExpression" and type_specifier(children[1]) is None:
            return True
    return False


def _is_unusual(children: list[Tree]) -> bool:
    name = identifier(children[0])
    given = children[1]["children"] if len(children) > 1 else []
    if name in _TYPED:
        return len(given) != 1 or type_specifier(given[0]) is None
    fewest, most = _USUAL.get(name, (0, -1))
    return not fewest <= len(given) <= most
