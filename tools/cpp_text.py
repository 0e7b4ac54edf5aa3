# SPDX-License-Identifier: BSL-1.0
"""Just enough C++ lexing for tools that read our sources: no macro expansion, no types."""

import re
from typing import List, NamedTuple

_LEXEME = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<string>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")
      | (?P<char>(?:u8|[uUL])?'(?:[^'\\\n]|\\.)*')
      | (?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<space>\s+)
      | (?P<other>::|->|\+\+|--|&&|\|\||[<>=!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


class Token(NamedTuple):
    kind: str  # raw, string, char, number, word or other
    text: str
    line: int  # from 1


class Directive(NamedTuple):
    text: str  # "#if defined(X)", as written, without comments
    line: int
    depth: int  # conditional sections around it


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """The same lines and columns, with spaces for comments."""
    return _LEXEME.sub(lambda m: _spaces(m[0]) if m.lastgroup == "comment" else m[0], text)


def without_literals(text: str) -> str:
    """The same lines and columns, with spaces for comments and what stands in quotes."""
    dull = ("comment", "raw", "string", "char")
    return _LEXEME.sub(lambda m: _spaces(m[0]) if m.lastgroup in dull else m[0], text)


def tokens(text: str) -> List[Token]:
    """The tokens of the text, without comments and preprocessor directives."""
    blanked = without_literals(text)
    code = list(text)
    for directive in _DIRECTIVE.finditer(blanked):
        code[directive.start():directive.end()] = _spaces(directive[0])
    result, line = [], 1
    for match in _LEXEME.finditer("".join(code)):
        if match.lastgroup not in ("comment", "space"):
            result.append(Token(match.lastgroup, match[0], line))
        line += match[0].count("\n")
    return result


def directives(text: str) -> List[Directive]:
    """The preprocessor directives. The depth of an #if, #else or #endif is that around it."""
    readable, blanked = without_comments(text), without_literals(text)
    result, depth = [], 0
    for match in _DIRECTIVE.finditer(blanked):
        source = readable[match.start():match.end()].strip()
        name = re.match(r"#\s*(\w*)", source)[1]
        if name.startswith(("el", "end")):
            depth -= 1
        result.append(Directive(source, text.count("\n", 0, match.start()) + 1, depth))
        if name.startswith(("if", "el")):
            depth += 1
    return result
