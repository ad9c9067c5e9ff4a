"""Functions over what is known of their input."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from conformance_cli.fhir.path.shortcuts.codes import (
    ALWAYS,
    CHILDREN,
    UNKNOWN,
    Bounds,
    Code,
    Items,
    Value,
    boolean,
    both,
    either,
)
from conformance_cli.fhir.path.shortcuts.places import Context

#: Reads an argument as an operand of the function's own focus.
Argument = Callable[[], Code]
#: Reads an argument as a criterion: of a variable and its type.
Criterion = Callable[[str, str], Code]

#: Functions that yield nothing for nothing, if their arguments are literals; each with how
#: many it takes.
_STRICT = {
    **dict.fromkeys(("last", "single", "distinct", "resolve"), (0, 0)),
    **dict.fromkeys(("descendants", "upper", "lower", "toDecimal"), (0, 0)),
    **dict.fromkeys(("toString", "toBoolean", "toDate", "toDateTime", "toQuantity"), (0, 0)),
    **dict.fromkeys(("matchesFull", "indexOf", "skip", "take", "memberOf"), (1, 1)),
    "substring": (1, 2),
    "replaceMatches": (2, 2),
}


def called(name: str, focus: Code, arguments: Arguments, context: Context) -> Code:
    """What is known of a function call; of those not looked into, when they yield nothing."""
    rule, (fewest, most) = _RULES.get(name, (None, (0, -1)))
    if rule is not None and fewest <= arguments.count <= most:
        return rule(focus, arguments, context)
    fewest, most = _STRICT.get(name, (0, -1))
    if fewest <= arguments.count <= most and arguments.are_literals():
        return Code(empty=focus.empty)
    return UNKNOWN


class Arguments:
    """The arguments of a call, read when a function asks for them."""

    def __init__(self, count: int, operand: Callable[[int], Code], criterion: Criterion) -> None:
        self.count = count
        self.operand = operand
        self.criterion = criterion

    def are_literals(self) -> bool:
        """Whether none depends on data, so that none can fail."""
        values = (self.operand(index).value for index in range(self.count))
        return all(value is not None and value.literal is not None for value in values)

    def text(self) -> str | None:
        """The first argument, if it is a literal text and the only one."""
        if self.count != 1:
            return None
        value = self.operand(0).value
        found = value.literal if value is not None else None
        return found if isinstance(found, str) else None


def _exists(focus: Code, arguments: Arguments, context: Context) -> Code:
    if arguments.count:
        focus = _where(focus, arguments, context)
    return boolean(focus.some, focus.empty, ALWAYS if focus.calm else "")


def _empty(focus: Code, _: Arguments, __: Context) -> Code:
    return boolean(focus.empty, focus.some, ALWAYS if focus.calm else "")


def _not(focus: Code, _: Arguments, __: Context) -> Code:
    return boolean(focus.false, focus.true, focus.safe, focus.empty)


def _where(focus: Code, arguments: Arguments, context: Context) -> Code:
    """A filter; nothing further is known of the items that it keeps."""
    found = _over(focus, arguments, context)
    if found is None:
        return Code(empty=focus.empty)
    item, code, criterion = found
    is_calm = criterion.safe == ALWAYS
    kept = f"any({criterion.true} for {item} in {code})" if is_calm and criterion.true else ""
    fails = either(criterion.false, criterion.empty)
    dropped = f"all({fails} for {item} in {code})" if fails else ""
    return Code(
        empty=either(focus.empty, dropped),
        some=kept,
        calm=focus.calm and is_calm,
    )


def _select(focus: Code, arguments: Arguments, context: Context) -> Code:
    """What a projection yields for all items; nothing further is known of it."""
    found = _over(focus, arguments, context)
    if found is None:
        return Code(empty=focus.empty)
    item, code, projection = found
    some = f"any({projection.some} for {item} in {code})" if projection.some else ""
    none = f"all({projection.empty} for {item} in {code})" if projection.empty else ""
    return Code(
        empty=either(focus.empty, none),
        some=some if projection.calm else "",
        calm=focus.calm and projection.calm,
    )


def _all(focus: Code, arguments: Arguments, context: Context) -> Code:
    found = _over(focus, arguments, context)
    if found is None:
        return boolean(focus.empty, "", "")
    item, code, criterion = found
    every = f"all({criterion.true} for {item} in {code})" if criterion.true else ""
    is_calm = focus.calm and criterion.safe == ALWAYS
    return boolean(either(focus.empty, every), "", ALWAYS if is_calm else "")


def _over(focus: Code, arguments: Arguments, context: Context) -> tuple[str, str, Code] | None:
    """A variable for each item, Python that yields all of them, and the criterion for one."""
    if focus.items is None or arguments.count != 1 or not focus.items.type:
        return None
    item = context.name()
    return item, focus.items.code, arguments.criterion(item, focus.items.type)


def _count(focus: Code, _: Arguments, __: Context) -> Code:
    return Code(some=ALWAYS, calm=focus.calm, bounds=focus.size)


def _children(focus: Code, _: Arguments, context: Context) -> Code:
    """The children of the focus: only how many there are at least."""
    items = focus.items
    if items is None or items.code != f"({context.root},)":
        return Code(empty=focus.empty)
    return Code(calm=True, size=Bounds(f"{CHILDREN}{context.root}", ""))


def _has_value(focus: Code, _: Arguments, __: Context) -> Code:
    value = focus.value
    is_object = value is None and focus.items is not None and focus.items.code.startswith("(")
    false = ALWAYS if is_object else focus.empty
    true = value.given if value else ""
    if value and value.kind in ("string", "time"):
        true = both(true, f"{value.code} != ''")
    return boolean(true, false, ALWAYS if focus.calm else "")


def _first(focus: Code, _: Arguments, __: Context) -> Code:
    return Code(
        empty=focus.empty,
        some=focus.some,
        safe=focus.safe,
        calm=focus.calm,
        value=focus.value,
        items=_part(focus, "[:1]"),
    )


def _tail(focus: Code, _: Arguments, __: Context) -> Code:
    items = _part(focus, "[1:]")
    none, some = (f"not {items.code}", items.code) if items else ("", "")
    return Code(empty=either(focus.empty, none), some=some, calm=focus.calm, items=items)


def _part(focus: Code, part: str) -> Items | None:
    return focus.items and Items(f"{focus.items.code}{part}", focus.items.type)


def extension(member: Code, arguments: Arguments, context: Context) -> Code:
    """The extensions of a member with a URL."""
    url, item = arguments.text(), context.name()
    if url is None or member.items is None:
        return Code(empty=member.empty)
    code = member.items.code
    return Code(
        empty=either(member.empty, f"all({item}.get('url') != {url!r} for {item} in {code})"),
        some=f"any({item}.get('url') == {url!r} for {item} in {code})",
        calm=member.calm,
    )


def _of_text(template: str) -> Callable[[Code, Arguments, Context], Code]:
    """A question about a text and a literal text."""

    def rule(focus: Code, arguments: Arguments, _: Context) -> Code:
        value, part = focus.value, arguments.text()
        if value is None or value.kind != "string" or part is None:
            return boolean("", "", "", focus.empty)
        asked = template.format(value=value.code, part=repr(part))
        return boolean(both(value.given, asked), both(value.given, f"not {asked}"), "", focus.empty)

    return rule


def _matches(focus: Code, arguments: Arguments, context: Context) -> Code:
    value, pattern = focus.value, arguments.text()
    if value is None or value.kind != "string" or pattern is None:
        return boolean("", "", "", focus.empty)
    from conformance_cli.fhir.path.patterns import PatternError, compile_pattern

    try:
        compiled = compile_pattern(pattern, flags=re.DOTALL)
    except PatternError:
        return boolean("", "", "", focus.empty)
    search = context.constant(compiled.compiled.search)
    given = both(value.given, f"len({value.code}) <= {compiled.longest}")
    asked = f"{search}({value.code})"
    return boolean(
        both(given, f"{asked} is not None"), both(given, f"{asked} is None"), "", focus.empty
    )


def _length(focus: Code, _: Arguments, __: Context) -> Code:
    value = focus.value
    if value is None or value.kind != "string":
        return Code(empty=focus.empty)
    return Code(empty=focus.empty, value=Value(value.given, f"len({value.code})", "number"))


def _to_integer(focus: Code, _: Arguments, __: Context) -> Code:
    value = focus.value
    if value is None or value.kind != "string":
        return Code(empty=focus.empty)
    text = value.code
    digits = f"{text}.isascii() and {text}.isdecimal() and len({text}) < 18"
    given = both(value.given, digits)
    return Code(empty=focus.empty, value=Value(given, f"int({text})", "number"))


def _iif(_: Code, arguments: Arguments, __: Context) -> Code:
    test, then = arguments.operand(0), arguments.operand(1)
    other = arguments.operand(2) if arguments.count == 3 else UNKNOWN
    if not test.is_boolean and (test.value is None or test.value.kind != "boolean"):
        return UNKNOWN
    fails = either(test.false, test.empty)
    return Code(
        true=either(both(test.true, then.true), both(fails, other.true)),
        false=either(both(test.true, then.false), both(fails, other.false)),
    )


def _is_distinct(focus: Code, _: Arguments, __: Context) -> Code:
    """Nothing, or one item, is distinct; texts are where a set of them is as large."""
    few = f"({focus.size.most}) < 2" if focus.size and focus.size.most else ""
    true = either(focus.empty, few)
    if focus.items is not None and focus.value is not None and focus.value.kind == "string":
        true = either(true, f"differ({focus.items.code})")
    return boolean(true, "", ALWAYS if focus.calm else "")


_Rule = Callable[[Code, Arguments, Context], Code]
_RULES: Mapping[str, tuple[_Rule, tuple[int, int]]] = {
    "exists": (_exists, (0, 1)),
    "empty": (_empty, (0, 0)),
    "not": (_not, (0, 0)),
    "where": (_where, (1, 1)),
    "select": (_select, (1, 1)),
    "all": (_all, (1, 1)),
    "count": (_count, (0, 0)),
    "children": (_children, (0, 0)),
    "hasValue": (_has_value, (0, 0)),
    "first": (_first, (0, 0)),
    "tail": (_tail, (0, 0)),
    "startsWith": (_of_text("{value}.startswith({part})"), (1, 1)),
    "endsWith": (_of_text("{value}.endswith({part})"), (1, 1)),
    "contains": (_of_text("{part} in {value}"), (1, 1)),
    "matches": (_matches, (1, 1)),
    "length": (_length, (0, 0)),
    "toInteger": (_to_integer, (0, 0)),
    "iif": (_iif, (2, 3)),
    "isDistinct": (_is_distinct, (0, 0)),
}
