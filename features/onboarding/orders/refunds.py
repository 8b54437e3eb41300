"""Refunds among orders: rows of another kind, amounts below zero, or a column beside the amount."""

from __future__ import annotations

from dataclasses import dataclass

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import IGNORED, kind
from features.onboarding.meaning.states import one_of
from features.onboarding.orders.amounts import Amount
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.roles import Roles

_FEW = 0.3  # of the amounts are below zero where these are refunds without a doubt
_MOSTLY = 0.9


@dataclass(frozen=True)
class Refunds:
    """How refunds are told: the ``condition`` of their rows over the table, where they are rows among the others.

    ``setting`` is that condition as the settings say it; ``choice`` maps the kind, and leaves out what is neither an
    order nor a refund.
    """

    condition: str | None
    choice: Choice
    setting: str = ""

    def refer(self, roles: Roles, who: Column, order: str | None) -> Choice:
        """The settings of customer and ``order``, where the rows of refunds tell theirs in columns of their own."""
        number, original, recipient = (roles.get(role) for role in ("order", "original_order", "recipient"))
        found: dict[str, str] = {}
        if self.setting and recipient is not None:
            payer = f"lower({who.sql})" if who.is_email else who.sql
            found["id"] = f"CASE WHEN {self.setting} THEN lower({recipient.sql}) ELSE {payer} END"
        if self.setting and original is not None and number is not None and order == number.name:
            given = f"coalesce({original.sql}, {number.sql})"
            found["order_id"] = f"CASE WHEN {self.setting} THEN {given} ELSE {number.sql} END"
        return Choice(found)


def refunds(table: Table, roles: Roles, amount: Amount | None) -> Refunds:
    """What tells refunds from orders in a table."""
    typed = _by_kind(table, roles)
    if typed is not None:
        return typed
    return _by_sign(table, amount) if amount is not None else Refunds(None, Choice())


def _by_kind(table: Table, roles: Roles) -> Refunds | None:
    """By a column of kinds, if one knows the words for orders or refunds."""
    for column in roles.all("kind"):
        words = {word: kind(word) for word in column.common}
        found = set(words.values())
        if not {"order", "refund", IGNORED} & found or column.is_constant:
            continue
        back = [word for word, meaning in words.items() if meaning == "refund"]
        out = [word for word, meaning in words.items() if meaning == IGNORED]
        unknown = [word for word, meaning in words.items() if meaning is None]
        where = [f"NOT coalesce({one_of(column, out)}, false)"] if out else []
        notes = [f"rows whose {column.name} is {', '.join(out)} are left out"] if out else []
        questions = [_unknown(column, unknown)] if unknown else []
        columns = {"kind": f"CASE WHEN {one_of(column, back)} THEN 'refund' ELSE 'order' END"} if back else {}
        condition = _in(table, column, back) if back else None
        setting = one_of(column, back) if back else ""
        return Refunds(condition, Choice(columns, where, questions=questions, notes=notes), setting)
    return None


def _in(table: Table, column: Column, words: list[str]) -> str:
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"{table.text(column)} IN ({quoted})"


def _unknown(column: Column, words: list[str]) -> Question:
    text = f"are rows orders whose {column.name} is {', '.join(words[:8])}?"
    options = ["(they are orders: leave it so)", f"where: NOT coalesce({one_of(column, words)}, false)"]
    return Question("kind", text, options, "where")


def _by_sign(table: Table, amount: Amount) -> Refunds:
    """By the sign of the amount."""
    below, above = table.counts(f"count(*) FILTER ({amount.sql} < 0)", f"count(*) FILTER ({amount.sql} > 0)")
    if not below:
        return Refunds(None, Choice())
    negative = f"{amount.operand} < 0"
    columns = {"kind": f"CASE WHEN {negative} THEN 'refund' ELSE 'order' END", "value": f"abs({amount.operand})"}
    if below < _FEW * (below + above):
        note = f"the {below:,} rows with an amount below zero are refunds"
        return Refunds(f"({amount.sql}) < 0", Choice(columns, notes=[note]), negative)
    if below < _MOSTLY * (below + above):
        return Refunds(f"({amount.sql}) < 0", Choice(columns, questions=[_outgoing(amount, below, below + above)]))
    text = f"{below:,} of {below + above:,} amounts are below zero: are these the orders, or refunds?"
    positive = {"kind": f"CASE WHEN {amount.operand} > 0 THEN 'refund' ELSE 'order' END", "value": columns["value"]}
    options = [f"kind: {positive['kind']}", f"kind: {columns['kind']}"]
    question = Question("refund", text, options, "columns.kind")
    return Refunds(f"({amount.sql}) > 0", Choice(positive, questions=[question]))


def _outgoing(amount: Amount, below: int, rows: int) -> Question:
    """Of an account that money goes out of as well as into."""
    text = f"{below:,} of {rows:,} amounts are below zero: are these refunds, or payments to others that do not count?"
    options = ["(they are refunds: leave it so)", f"where: {amount.operand} > 0"]
    return Question("refund", text, options, "where")
