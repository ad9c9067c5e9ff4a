"""The published grammar of FHIRPath, as the oracle for our own reading of it."""

from __future__ import annotations

from typing import Any

from antlr4 import CommonTokenStream, InputStream, Token  # type: ignore[import-untyped]
from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
from antlr4.tree.Tree import ParseTreeWalker  # type: ignore[import-untyped]
from fhirpathpy.parser.ASTPathListener import ASTPathListener
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser


class Refused(Exception):  # noqa: N818 - an answer, not an error of the test
    """The grammar does not know the text."""


class _Refuse(ErrorListener):  # type: ignore[misc]
    def syntaxError(self, *_: Any) -> None:  # noqa: N802 - the listener's name
        raise Refused


def published_tree(expression: str) -> dict[str, Any] | None:
    """The tree that the generated parser makes of a text; ``None`` where it refuses it."""
    lexer = FHIRPathLexer(InputStream(expression))
    lexer.removeErrorListeners()
    lexer.addErrorListener(_Refuse())
    tokens = CommonTokenStream(lexer)
    parser = FHIRPathParser(tokens)
    parser.removeErrorListeners()
    parser.addErrorListener(_Refuse())
    try:
        tree = parser.expression()
    except Refused:
        return None
    if tokens.LT(1).type != Token.EOF:
        return None
    listener = ASTPathListener()  # type: ignore[no-untyped-call]
    ParseTreeWalker().walk(listener, tree)
    (root,) = listener.parentStack[0]["children"]
    return dict(root)
