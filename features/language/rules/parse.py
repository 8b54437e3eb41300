"""A rule's text as a tree: a subset of the grammar of the Common Expression Language."""

from __future__ import annotations

import re
from typing import Final

from features.language.rules.nodes import Node, mistake
from features.language.rules.tokens import Token, tokens

_BINDING: Final = {
    "||": 1, "&&": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5,
}  # fmt: skip
FUNCTIONS: Final = ("duration", "has", "size", "timestamp")
METHODS: Final = ("contains", "endsWith", "lowerAscii", "matches", "startsWith")
_BARE: Final = ("lowerAscii",)  # of a text alone
_WORDS: Final = ("true", "false", "null", "in")
_SIGNS: Final = {"!": "_negation", "-": "_negation", "(": "_bracket", "[": "_list"}
DEEPEST: Final = 40  # brackets in brackets


def parse(text: str) -> Node:
    """The tree of a rule.

    >>> tree = parse('features.orders_90d >= 3 && !("wine" in candidate.tags)')
    >>> tree.op, tree.args[0].op, tree.args[1].op, sorted(tree.spaces())
    ('&&', '>=', '!', ['candidate', 'features'])
    """
    parser = _Parser(text)
    tree = parser.expression(0)
    parser.expect("", "what stands before it is a whole rule")
    return tree


class _Parser:
    """Reads a text from left to right; operators bind by their strength."""

    def __init__(self, text: str) -> None:
        self.text, self.words, self.at, self.depth = text, list(tokens(text)), 0, 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def next(self) -> Token:
        self.at += 1
        return self.words[self.at - 1]

    def expect(self, sign: str, why: str) -> Token:
        if self.word.text != sign or self.word.kind in {"text", "number"}:
            found = repr(self.word.text) if self.word.text else "the end"
            wanted = repr(sign) if sign else "the end"
            raise mistake("bad_rule", f"{found} stands where {wanted} is expected: {why}.", self.text, self.word.start)
        return self.next()

    def expression(self, least: int) -> Node:
        """What operators of at least a strength bind."""
        left = self._bound(least)
        is_question = not least and self.word.kind == "sign" and self.word.text == "?"
        return self._choice(left) if is_question else left

    def _choice(self, which: Node) -> Node:
        """One of two values, by what stands before the question mark."""
        self._deeper(self.next())
        yes = self.expression(0)
        self.expect(":", "a question mark has a value for yes and one for no, as in a > 3 ? 1 : 2")
        no = self.expression(0)
        self.depth -= 1
        return Node("?", (which, yes, no), None, which.start, no.end)

    def _deeper(self, word: Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise mistake("bad_rule", f"A rule has at most {DEEPEST} brackets in brackets.", self.text, word.start)

    def _bound(self, least: int) -> Node:
        left = self.operand()
        while self.word.kind in {"sign", "name"} and (strength := _BINDING.get(self.word.text, 0)) > least:
            sign = self.next()
            right = self.expression(strength)
            if strength == 3 and _BINDING.get(self.word.text) == 3:
                problem = f"{sign.text!r} and {self.word.text!r} stand in a row: put && between two comparisons."
                raise mistake("bad_rule", problem, self.text, self.word.start)
            left = Node(sign.text, (left, right), None, left.start, right.end)
        return left

    def operand(self) -> Node:
        """A value, a name, a list, or something in brackets, with what is negated of it."""
        self._deeper(self.word)
        word = self.next()
        node = self._operand(word)
        while self.word.text == "." and self.word.kind == "sign":
            node = self._method(node)
        self.depth -= 1
        return node

    def _operand(self, word: Token) -> Node:
        if word.kind == "name" and word.text not in _WORDS:
            return self._name(word)
        if word.kind == "sign" and word.text in _SIGNS:
            return getattr(self, _SIGNS[word.text])(word)  # type: ignore[no-any-return]
        if word.kind in {"number", "text"} or word.text in {"true", "false"}:
            return Node("literal", (), _literal(word), word.start, word.end)
        if word.text == "null":
            problem = "null is compared with nothing: ask with has(…) whether a value is known."
            raise mistake("bad_rule", problem, self.text, word.start)
        found = repr(word.text) if word.text else "The end"
        raise mistake("bad_rule", f"{found} stands where a value is expected.", self.text, word.start)

    def _negation(self, word: Token) -> Node:
        inner = self.operand()
        return Node("!" if word.text == "!" else "negative", (inner,), None, word.start, inner.end)

    def _bracket(self, word: Token) -> Node:
        inner = self.expression(0)
        end = self.expect(")", "a bracket is closed").end
        return Node(inner.op, inner.args, inner.value, word.start, end)

    def _name(self, word: Token) -> Node:
        """A name of a space, or a function of something."""
        if self.word.text == "(":
            if word.text not in FUNCTIONS:
                known = ", ".join([*FUNCTIONS, *(f"x.{name}" for name in METHODS)])
                raise mistake("bad_rule", f"{word.text!r} is no function. Known: {known}.", self.text, word.start)
            self.next()
            inner = self.expression(0)
            end = self.expect(")", f"{word.text}(…) is closed").end
            return Node(word.text, (inner,), None, word.start, end)
        self.expect(".", f"a name says of what it is, such as features.{word.text}")
        name = self.next()
        if name.kind != "name":
            raise mistake("bad_rule", f"Behind {word.text}. stands a name.", self.text, name.start)
        parts = [word.text, name.text]
        while self._goes_on():
            self.next()
            name = self.next()
            parts.append(name.text)
        return Node("name", (), ".".join(parts), word.start, name.end)

    def _goes_on(self) -> bool:
        """Whether a name has one more part, as in ``journeys.checkout.cart``; a method has a bracket behind it."""
        following = [(each.kind, each.text) for each in self.words[self.at : self.at + 3]]
        return following[:1] == [("sign", ".")] and following[1][0] == "name" and following[2] != ("sign", "(")

    def _method(self, node: Node) -> Node:
        self.next()
        name = self.next()
        if name.text not in METHODS or self.word.text != "(":
            problem = f"{name.text!r} is nothing that can be asked of a value. Known: {', '.join(METHODS)}."
            raise mistake("bad_rule", problem, self.text, name.start)
        self.next()
        inner = () if name.text in _BARE else (self.expression(0),)
        end = self.expect(")", f"{name.text}(…) is closed").end
        return Node(name.text, (node, *inner), None, node.start, end)

    def _list(self, word: Token) -> Node:
        items: list[Node] = []
        while self.word.text != "]" or self.word.kind != "sign":
            items.append(self.expression(0))
            if self.word.text != "," or self.word.kind != "sign":
                break
            self.next()
        end = self.expect("]", "a list is closed").end
        return Node("list", tuple(items), None, word.start, end)


def _literal(word: Token) -> float | str | bool:
    """What a number, a text or a truth says.

    >>> _literal(Token("text", "'tea'", 0, 5)), _literal(Token("number", "3", 0, 1))
    ('tea', 3.0)
    """
    match word.kind:
        case "number":
            return float(word.text)
        case "text":
            raw = word.text.startswith("r")
            return word.text[2:-1] if raw else re.sub(r"\\(.)", r"\1", word.text[1:-1])
    return word.text == "true"
