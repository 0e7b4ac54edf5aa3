# SPDX-License-Identifier: BSL-1.0
"""The brackets of a C++ file as a tree, with a guess at what each pair of braces is."""

from typing import Iterator, List, Optional, Union

from cpp_text import Token, tokens

Item = Union[Token, "Group"]
CLOSER = {"(": ")", "[": "]", "{": "}"}
TYPE_WORDS = {"class", "struct", "union", "enum"}


class Group:
    """What stands between a pair of brackets.

    kind: "(" and "[" as written; for braces "init" (a braced list), "lambda" (the body of one),
    "class", "namespace", or "block" (any other: a function's body, a statement).
    """

    def __init__(self, kind: str, line: int, parent: Optional["Group"], head: List[Item]):
        self.kind = kind
        self.line = line
        self.parent = parent
        self.head = head  # what stands before it in its statement
        self.items: List[Item] = []

    @property
    def text(self):
        return self.kind

    @property
    def is_expression(self):
        return self.kind in ("(", "[", "init")

    def walk(self) -> Iterator["Group"]:
        """Itself and all groups inside."""
        yield self
        for item in self.items:
            if isinstance(item, Group):
                yield from item.walk()

    def statements(self) -> Iterator[List[Item]]:
        statement: List[Item] = []
        for item in self.items:
            if item.text == ";":
                yield statement
                statement = []
                continue
            statement.append(item)
            if ends_statement(item):
                yield statement
                statement = []
        if statement:
            yield statement


def ends_statement(item: Item) -> bool:
    return isinstance(item, Group) and item.kind in ("block", "class", "namespace")


def is_word(item: Optional[Item]) -> bool:
    return isinstance(item, Token) and item.kind == "word"


def parse(text: str) -> Group:
    root = group = Group("namespace", 1, None, [])
    for token in tokens(text):
        if token.kind == "other" and token.text in CLOSER:
            head = _statement_so_far(group)
            kind = _brace_kind(group, head) if token.text == "{" else token.text
            child = Group(kind, token.line, group, head)
            group.items.append(child)
            group = child
        elif token.kind == "other" and token.text in CLOSER.values():
            group = group.parent or group
        else:
            group.items.append(token)
    return root


def _statement_so_far(group: Group) -> List[Item]:
    start = len(group.items)
    while start > 0 and group.items[start - 1].text != ";" \
            and not ends_statement(group.items[start - 1]):
        start -= 1
    return group.items[start:]


def _brace_kind(parent: Group, head: List[Item]) -> str:
    if _lambda_head(head):
        return "lambda"
    previous = head[-1] if head else None
    if previous is None:
        return "init" if parent.is_expression else "block"
    if isinstance(previous, Group):
        return "block"
    first = _first_word(head)
    if first == "namespace" or [i.text for i in head[:1]] == ["extern"]:
        return "namespace"
    if first in TYPE_WORDS:
        return "class"
    if previous.text in ("else", "do", "try", "noexcept", "const", "override", "final", "mutable",
                         "requires", ":", "&", "&&"):
        return "block"
    if previous.kind == "word" and previous.text not in ("return", "co_return", "co_yield") \
            or previous.text == ">":
        return "block" if _function_head(head) else "init"
    return "init"


def _first_word(head: List[Item]) -> str:
    """The first word that is no specifier and no template parameter list."""
    depth = 0
    for item in head:
        if item.text == "<":
            depth += 1
        elif item.text == ">":
            depth -= 1
        elif depth == 0 and is_word(item) and item.text not in (
                "template", "typedef", "inline", "static", "constexpr", "friend", "export",
                "public", "private", "protected"):
            return item.text
    return ""


def _function_head(head: List[Item]) -> bool:
    """Whether it ends with a function's `-> type` or `requires`, after its parameters."""
    for i in range(len(head) - 1, 0, -1):
        if head[i].text in ("->", "requires"):
            before = head[i - 1]
            return before.text in ("(", "noexcept", "const", "mutable", "&", "&&")
        if head[i].text in ("=", "return", "co_return", "co_await"):
            return False
    return False


def _lambda_head(head: List[Item]) -> bool:
    """Whether it ends with `[...]`, `[...](...)`, `[...](...) mutable -> type` and the like."""
    for i in range(len(head) - 1, -1, -1):
        item = head[i]
        if item.text == "[":
            before = head[i - 1] if i else None
            subscript = before is not None and (
                before.text in ("(", "[", ">") or is_word(before)
                and before.text not in ("return", "co_return", "co_await", "co_yield"))
            return not subscript
        after_parameters = isinstance(item, Group) and item.kind == "("
        if not after_parameters and not is_word(item) \
                and item.text not in ("->", "::", "<", ">", "&", "*", ","):
            return False
    return False
