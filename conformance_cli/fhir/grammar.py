"""Reads FHIRPath into the syntax tree that ``fhirpathpy`` evaluates, and refuses the rest.

The parser of ``fhirpathpy`` repairs what it cannot read and stops before text that it
does not understand, both in silence: ``name.first() )`` is ``name.first()`` to it.  Here
the same generated grammar runs with listeners that refuse, up to the end of the text.
"""

from __future__ import annotations

from typing import Any, NoReturn

from conformance_cli.fhir.errors import FhirPathError

#: Characters of one expression, and how deep its brackets may nest.
MAX_LENGTH = 8192
MAX_DEPTH = 40

#: A node of the syntax tree, as ``fhirpathpy`` has it.
Node = dict[str, Any]


def syntax_tree(expression: str) -> Node:
    """The syntax tree of an expression.  Raises ``FhirPathError`` on any syntax error."""
    if not expression.strip():
        raise FhirPathError(expression, "an expression is missing")
    if len(expression) > MAX_LENGTH:
        raise FhirPathError(expression, f"longer than {MAX_LENGTH} characters")
    if _bracket_depth(expression) > MAX_DEPTH:
        raise FhirPathError(expression, f"brackets nest more than {MAX_DEPTH} deep")
    try:
        return _parsed(expression)
    except RecursionError:
        raise FhirPathError(expression, "nests too deep") from None


def _bracket_depth(expression: str) -> int:
    """The deepest nesting; brackets inside texts count too, which only makes it stricter."""
    depth = deepest = 0
    for character in expression:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _parsed(expression: str) -> Node:
    from antlr4 import CommonTokenStream, InputStream, Token  # type: ignore[import-untyped]
    from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
    from antlr4.tree.Tree import ParseTreeWalker  # type: ignore[import-untyped]
    from fhirpathpy.parser.ASTPathListener import ASTPathListener
    from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
    from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

    class Refuse(ErrorListener):  # type: ignore[misc]
        """Turns every complaint of the parser into an error."""

        def syntaxError(self, *details: Any) -> NoReturn:  # noqa: N802 - the listener's name
            _, _, line, column, message, error = details
            place = f"line {line}, " if "\n" in expression.strip() else ""
            problem = str(message).partition(" expecting ")[0].replace("<EOF>", "the end")
            raise FhirPathError(expression, f"{place}column {column + 1}: {problem}") from error

    lexer = FHIRPathLexer(InputStream(expression))
    lexer.removeErrorListeners()
    lexer.addErrorListener(Refuse())
    tokens = CommonTokenStream(lexer)
    parser = FHIRPathParser(tokens)
    parser.removeErrorListeners()
    parser.addErrorListener(Refuse())
    tree = parser.expression()
    rest = tokens.LT(1)
    if rest.type != Token.EOF:
        raise FhirPathError(
            expression, f"column {rest.column + 1}: {rest.text!r} does not belong there"
        )
    listener = ASTPathListener()  # type: ignore[no-untyped-call]
    ParseTreeWalker().walk(listener, tree)
    root: Node = listener.parentStack[0]
    return root
