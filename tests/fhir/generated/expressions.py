"""Random FHIRPath: expressions that can be read, most of which mean little."""

from __future__ import annotations

from random import Random

_NAMES = (
    "id", "name", "family", "given", "identifier", "system", "value", "code", "coding", "text",
    "status", "extension", "url", "contained", "reference", "item", "linkId", "meta", "birthDate",
    "component", "valueQuantity", "subject", "effective", "period", "start", "entry", "resource",
)  # fmt: skip
_ROOTS = (
    "$this",
    "%resource",
    "%context",
    "%rootResource",
    "%ucum",
    "`name`",
    "Patient.name",
    "%`vs-a`",
)
_LITERALS = (
    "1", "0", "-1", "1.5", "2147483647", "99999999999999999999", "0.000000000000000000001",
    "true", "false", "{}", "''", "'a'", "'\\u0041'", "'" + "x" * 200 + "'", "@2020-02-29",
    "@2020", "@2020-01-01T10:00:00Z", "@T14:30", "@2020-01-01T25:00", "4 days", "1 'mg'",
    "3 'wk'", "7 years", "1 '[in_i'", "'http://hl7.org/fhir/StructureDefinition/Patient'",
    "'http://loinc.org'", "'(a|b)*'",
)  # fmt: skip
#: Functions, by the number of arguments.
_FUNCTIONS = (
    (
        "empty", "exists", "not", "count", "first", "last", "tail", "single", "distinct",
        "isDistinct", "children", "descendants", "resolve", "hasValue", "getValue", "allTrue",
        "anyFalse", "toInteger", "toDecimal", "toString", "toDate", "toDateTime", "toTime",
        "toQuantity", "toBoolean", "length", "upper", "lower", "toChars", "trim", "abs",
        "ceiling", "floor", "exp", "ln", "sqrt", "truncate", "round", "now", "today",
        "htmlChecks", "elementDefinition", "lowBoundary", "highBoundary", "precision",
        "convertsToDate", "convertsToQuantity", "type", "isModifier", "comparable",
    ),
    (
        "where", "all", "exists", "select", "repeat", "ofType", "as", "is", "take", "skip",
        "union", "combine", "intersect", "exclude", "subsetOf", "supersetOf", "startsWith",
        "endsWith", "contains", "indexOf", "matches", "extension", "memberOf", "conformsTo",
        "subsumes", "power", "log", "round", "trace", "encode", "decode", "escape", "split",
        "join", "substring", "aggregate", "iif", "comparable", "lowBoundary", "slice",
        "checkModifiers", "lastIndexOf", "matchesFull",
    ),
    ("iif", "replace", "replaceMatches", "substring", "aggregate", "trace", "slice"), ("iif",),
)  # fmt: skip
_OPERATORS = (
    "=", "!=", "~", "!~", "<", ">", "<=", ">=", "and", "or", "xor", "implies", "|", "+", "-", "*",
    "/", "div", "mod", "&", "in", "contains", "is", "as",
)  # fmt: skip
_TYPES = ("Patient", "string", "FHIR.Quantity", "System.String", "Resource", "Nothing", "boolean")


def expression(source: Random, depth: int = 4) -> str:
    """An expression; the deeper, the longer."""
    how = source.randrange(8) if depth else 0
    if how < 2:
        return source.choice((*_LITERALS, *_ROOTS, *_NAMES))
    if how < 4:
        operator = source.choice(_OPERATORS)
        right = source.choice(_TYPES) if operator in ("is", "as") else expression(source, depth - 1)
        return f"({expression(source, depth - 1)} {operator} {right})"
    if how < 5:
        return f"{_path(source)}[{expression(source, 0)}]"
    return f"{_path(source)}.{_call(source, depth - 1)}"


def _path(source: Random) -> str:
    steps = [source.choice((*_ROOTS, *_NAMES))]
    steps += [source.choice(_NAMES) for _ in range(source.randint(0, 3))]
    return ".".join(steps)


def _call(source: Random, depth: int) -> str:
    count = source.choice((0, 0, 1, 1, 1, 2, 3))
    name = source.choice(_FUNCTIONS[count])
    if name in ("ofType", "as", "is"):
        return f"{name}({source.choice(_TYPES)})"
    arguments = ", ".join(expression(source, depth) for _ in range(count))
    call = f"{name}({arguments})"
    return f"{call}.{_call(source, depth - 1)}" if depth and source.randint(0, 2) == 0 else call
