"""What each part of a rule is, and that it is used as what it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from features.errors import StamkundError
from features.language.rules.literals import Type, time_of, type_of_literal
from features.language.rules.nodes import Node, mistake
from features.language.rules.patterns import check_pattern

_ARTICLES: Final[Mapping[Type, str]] = {
    "number": "a number", "text": "a text", "boolean": "true or false", "list": "a list", "moment": "a moment",
    "duration": "a duration",
}  # fmt: skip
_SUMS: Final[Mapping[tuple[str, Type, Type], Type]] = {
    **{(sign, "number", "number"): "number" for sign in "+-*/"},
    ("-", "moment", "moment"): "duration",
    ("+", "moment", "duration"): "moment",
    ("-", "moment", "duration"): "moment",
    ("+", "duration", "duration"): "duration",
    ("-", "duration", "duration"): "duration",
}
# How the types of parts are found that take what they are given, and what the others take and give.
_METHODS: Final = {
    "literal": "_type_of_literal", "name": "_type_of_name", "list": "_type_of_list", "has": "_has", "in": "_membership",
    "matches": "_pattern", "?": "_choice",
    **dict.fromkeys(("timestamp", "duration"), "_time"),
    **dict.fromkeys("+-*/", "_sum"),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), "_comparison"),
}  # fmt: skip
_OPERANDS: Final[Mapping[str, tuple[tuple[Type, ...], Type]]] = {
    **dict.fromkeys(("!", "&&", "||"), (("boolean",), "boolean")),
    **dict.fromkeys(("contains", "endsWith", "startsWith"), (("text",), "boolean")),
    "lowerAscii": (("text",), "text"),
    "size": (("list", "text"), "number"),
    "negative": (("number",), "number"),
}
_ORDERED: Final = ("number", "moment", "duration")
_CHOSEN: Final[tuple[Type, ...]] = ("number", "text", "boolean", "moment", "duration")

__all__ = ["Names", "Type"]


@dataclass(frozen=True)
class Names:
    """The names that rules may use, each with its type, by what they are names of; ``later`` are known after a build.

    ``words`` are all that a text can be, by its whole name, of those of which that is known.

    >>> names = Names({"candidate": {"value": "number"}}, later=frozenset({"features"}))
    >>> from features.language.rules.parse import parse
    >>> print(names.check("candidate.vale > 3 && features.orders_90d > 1", parse("candidate.vale > 3")))
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown name 'candidate.vale'; did you mean 'candidate.value'? ...
    """

    spaces: Mapping[str, Mapping[str, Type]]
    later: frozenset[str] = frozenset()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def check(self, text: str, node: Node, wanted: Type = "boolean") -> None:
        """Refuse what gives another type than is wanted, reads an unknown name, or uses something as what it is not."""
        found = self.type_of(text, node)
        if found not in {wanted, None}:
            whole = "A rule" if wanted == "boolean" else "A formula"
            raise mistake(
                "bad_type", f"{whole} is {_ARTICLES[wanted]}, and this is {_ARTICLES[found]}.", text, node.start
            )

    def type_of(self, text: str, node: Node) -> Type | None:
        """What a part is; None where only a build tells."""
        if node.op in _METHODS:
            return getattr(self, _METHODS[node.op])(text, node)  # type: ignore[no-any-return]
        types, result = _OPERANDS[node.op]
        for arg in node.args:
            self._wanted(text, arg, *types)
        return result

    def _type_of_literal(self, text: str, node: Node) -> Type:  # noqa: ARG002  (all have this form)
        return type_of_literal(node.value)

    def _type_of_list(self, text: str, node: Node) -> Type:
        types = {self.type_of(text, item) for item in node.args}
        if any(item.op != "literal" for item in node.args) or (len(types | {"text"}) > 1 and types != {"number"}):
            raise mistake("bad_type", "A list holds texts, or numbers, as they are.", text, node.start)
        return "list"

    def _has(self, text: str, node: Node) -> Type:
        (inner,) = node.args
        if inner.op != "name":
            raise mistake("bad_type", "has(…) asks of a name whether it is known.", text, inner.start)
        self.type_of(text, inner)
        return "boolean"

    def _time(self, text: str, node: Node) -> Type:
        """A moment or a span of time, from a text in quotes."""
        (inner,) = node.args
        try:
            time_of(node)
        except ValueError as error:
            raise mistake("bad_type", f"{node.op}(…): {error}".rstrip(".") + ".", text, inner.start) from None
        return "moment" if node.op == "timestamp" else "duration"

    def _type_of_name(self, text: str, node: Node) -> Type | None:
        if node.space in self.later:
            return None
        if node.space not in self.spaces:
            known = {*self.spaces, *self.later}
            near = get_close_matches(node.space, known, n=1)
            hint = f"; did you mean '{near[0]}.{node.name}'?" if near else "."
            problem = f"Rules speak of {', '.join(sorted(known))}, and not of '{node.space}'{hint}"
            raise mistake("unknown_name", problem, text, node.start)
        known_names = self.spaces[node.space]
        if node.name not in known_names:
            whole = [f"{node.space}.{name}" for name in known_names]
            unknown = StamkundError.unknown("unknown_name", "name", str(node.value), whole)
            raise mistake(unknown.code, f"{unknown}{_undeclared(node, known_names)}", text, node.start)
        return known_names[node.name]

    def _wanted(self, text: str, node: Node, *types: Type) -> Type | None:
        found = self.type_of(text, node)
        if found is not None and found not in types:
            wanted = " or ".join(_ARTICLES[each] for each in types)
            problem = f"`{text[node.start : node.end]}` is {_ARTICLES[found]}, where {wanted} is needed."
            raise mistake("bad_type", problem, text, node.start)
        return found

    def _membership(self, text: str, node: Node) -> Type:
        one, several = node.args
        self._wanted(text, several, "list")
        held = type_of_literal(several.args[0].value) if several.op == "list" and several.args else "text"
        self._wanted(text, one, held)
        self._possible(text, one, several.args)
        return "boolean"

    def _pattern(self, text: str, node: Node) -> Type:
        """Whether a text matches: the pattern stands there as it is, so that it is read with the rule."""
        one, pattern = node.args
        self._wanted(text, one, "text")
        if pattern.op != "literal" or not isinstance(pattern.value, str):
            problem = 'A pattern is a text in quotes, as in x.matches(r"^[0-9]+$").'
            raise mistake("bad_type", problem, text, pattern.start)
        try:
            check_pattern(pattern.value)
        except ValueError as error:
            problem = f"{pattern.value!r} is no pattern of RE2: {str(error).partition(': ')[2] or error}."
            raise mistake("bad_rule", problem, text, pattern.start) from None
        return "boolean"

    def _choice(self, text: str, node: Node) -> Type | None:
        which, yes, no = node.args
        self._wanted(text, which, "boolean")
        both = self._wanted(text, yes, *_CHOSEN), self._wanted(text, no, *_CHOSEN)
        found = [each for each in both if each is not None]
        if len({*found}) > 1:
            problem = (
                f"What stands around ':' is of one type, and here {_ARTICLES[found[0]]} and {_ARTICLES[found[1]]}."
            )
            raise mistake("bad_type", problem, text, yes.start)
        return found[0] if found else None

    def _sum(self, text: str, node: Node) -> Type | None:
        left, right = (self.type_of(text, arg) for arg in node.args)
        if left is None or right is None:
            return None
        if (node.op, left, right) not in _SUMS:
            problem = f"{_ARTICLES[left]} {node.op} {_ARTICLES[right]} means nothing."
            raise mistake("bad_type", problem[0].upper() + problem[1:], text, node.start)
        return _SUMS[node.op, left, right]

    def _possible(self, text: str, one: Node, others: Sequence[Node]) -> None:
        """Refuse a text that a name never is."""
        name = str(one.value)
        if one.op != "name" or name not in self.words:
            return
        words = self.words[name]
        for other in others:
            if other.op == "literal" and other.value not in words:
                unknown = StamkundError.unknown("unknown_name", f"value of {name}", str(other.value), words)
                raise mistake(unknown.code, str(unknown), text, other.start)

    def _comparison(self, text: str, node: Node) -> Type:
        left, right = (self.type_of(text, arg) for arg in node.args)
        known = [each for each in (left, right) if each is not None]
        if len(known) == 2 and left != right:
            problem = f"{_ARTICLES[known[0]]} is never compared with {_ARTICLES[known[1]]}."
            raise mistake("bad_type", problem[0].upper() + problem[1:], text, node.start)
        if node.op in {"==", "!="}:
            if "list" in known:
                raise mistake("bad_type", "Lists are not compared: ask with `in` what they hold.", text, node.start)
            for one, other in (node.args, node.args[::-1]):
                self._possible(text, one, [other])
        elif not {*known} <= {*_ORDERED}:
            problem = f"Only numbers and times have an order, and this is {_ARTICLES[known[0]]}."
            raise mistake("bad_type", problem, text, node.start)
        return "boolean"


def _undeclared(node: Node, known_names: Collection[str]) -> str:
    """What to do where a rule asks of a journey that insights tell of, and that nobody declared."""
    journey = node.name.partition(".")[0]
    if node.space != "journeys" or journey in {name.partition(".")[0] for name in known_names}:
        return ""
    return f" Rules ask of declared journeys alone: declare '{journey}' under `journeys:`."
