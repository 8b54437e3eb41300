"""What words in the cells of columns mean: states, kinds, yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args

from features.events.kinds import canonical_kind, snake_case
from features.onboarding.knowledge.documents import document
from features.onboarding.knowledge.vocabulary import fold

State = Literal["counts", "pending", "cancelled", "refunded", "partial"]
STATES: tuple[State, ...] = get_args(State)
IGNORED = "ignored"  # a kind of rows that are no events of customers


def state(word: str) -> State | None:
    """What a state means for an order, None for a word that is not known.

    >>> [state(word) for word in ("Completed", "wc-cancelled", "Återbetald", "in Bearbeitung", "blue")]
    ['counts', 'cancelled', 'refunded', 'counts', None]
    """
    plain = _plain(word)
    for spelling in (plain, plain.removeprefix("wc_"), plain.removeprefix("order_"), plain.removeprefix("payment_")):
        if spelling in _words("states"):
            return _words("states")[spelling]  # type: ignore[return-value]
    return None


def kind(word: str) -> str | None:
    """The kind of event that a word means, ``ignored`` where it is none of a customer's; None when it is not known.

    >>> [kind(word) for word in ("Placed Order", "add_to_cart", "Gutschrift", "Payout", "yoga")]
    ['order', 'cart', 'refund', 'ignored', None]
    """
    plain = _plain(word)
    return _words("kinds").get(plain)


def ticket_step(word: str) -> str | None:
    """The kind of event that a state of a ticket means; None for a word that is not known.

    >>> [ticket_step(word) for word in ("Solved", "Re-opened", "first response", "Stängd", "pending")]
    ['support_resolved', 'support_reopened', 'support_answered', 'support_resolved', None]
    """
    return _words("ticket_steps").get(_plain(word))


def is_yes(word: str) -> bool | None:
    """Whether a word means yes, or no; None when it is neither.

    >>> is_yes("JA"), is_yes("0"), is_yes("maybe")
    (True, False, None)
    """
    meaning = _words("booleans").get(_plain(word))
    return None if meaning is None else meaning == "yes"


def scale_in_name(name: str) -> str | None:
    """The scale of ratings that a name speaks of.

    >>> scale_in_name("NPS score"), scale_in_name("Zufriedenheit"), scale_in_name("score")
    ('nps', 'csat', None)
    """
    plain = _plain(name)
    return next((scale for word, scale in _words("scales").items() if word in plain), None)


def means_nobody(word: str) -> bool:
    """Whether an id is a word for somebody who is not known.

    >>> means_nobody("Guest"), means_nobody("Walk-in customer"), means_nobody("C-17")
    (True, True, False)
    """
    return _plain(word) in _words("nobody")


def is_total_of_today(name: str) -> bool:
    """Whether an attribute of customers is a total that grows with each order, by its name.

    >>> [is_total_of_today(name) for name in ("Total Spent", "Historic Customer Lifetime Value", "city")]
    [True, True, False]
    """
    words = _plain(name).split("_")
    ends = ["_".join(words[start:]) for start in range(len(words)) if start == 0 or len(words) - start > 1]
    return any(end in _words("totals_of_today") for end in ends)


def is_reason(name: str) -> bool:
    """Whether a column tells why something happened, by its name.

    >>> is_reason("cancel_reason"), is_reason("Kündigungsgrund"), is_reason("Grundpreis"), is_reason("season")
    (True, True, False, False)
    """
    words = tuple(_words("reasons"))
    return any(part.endswith(words) for part in _plain(name).split("_") if part != "season")


def is_outcome(name: str) -> bool:
    """Whether a column tells what came of a customer, by its name.

    >>> is_outcome("Churn"), is_outcome("has_churned"), is_outcome("Exited"), is_outcome("y"), is_outcome("married")
    (True, True, True, True, False)
    """
    words = _words("outcomes")
    plain = _plain(name)
    return plain in words or any(part in words for part in plain.split("_") if len(part) > 1)


def _plain(word: str) -> str:
    return snake_case(fold(word))


@cache
def _words(section: str) -> Mapping[str, str]:
    content = document("values")[section]
    groups = content if isinstance(content, dict) else {section: content}
    words = {_plain(word): group for group, lines in groups.items() for line in lines for word in line.split()}
    if section == "kinds":
        words |= {_plain(word): IGNORED for line in document("values")["ignored_kinds"] for word in line.split()}
        usual = {name: canonical_kind(name) for name in groups}
        return {word: usual.get(group, group) for word, group in words.items()}
    return words
