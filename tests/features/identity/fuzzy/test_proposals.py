"""Who is proposed as one person, of made-up customers whose truth is known."""

from __future__ import annotations

import sys

import duckdb
import polars as pl
import pytest

from features.errors import StamkundError
from features.identity.fuzzy.model import Model
from features.identity.fuzzy.proposals import Proposals, propose
from tests.features.identity.fuzzy.twins import SETTINGS, twins

CUSTOMERS, TRUTH = twins()


@pytest.fixture(scope="module")
def proposals() -> Proposals:
    return propose(CUSTOMERS, SETTINGS)


def pairs(people: pl.DataFrame, *names: str) -> int:
    """How many pairs of customers are alike in these columns."""
    sizes = people.join(TRUTH, on="customer_id").group_by(names).len()["len"]
    return int((sizes * (sizes - 1) // 2).sum())


def test_most_twins_are_found_and_hardly_anybody_else(proposals: Proposals) -> None:
    right = pairs(proposals.people, "person", "truth")
    assert right / pairs(proposals.people, "person") > 0.98
    assert right / pairs(proposals.people, "truth") > 0.9
    assert proposals.people.height == CUSTOMERS.height


def test_links_join_exactly_the_proposed_people(proposals: Proposals) -> None:
    """One link for each customer beyond the first of a person."""
    made = proposals.links.filter(pl.col("probability") >= proposals.cut)
    joined = proposals.people.group_by("person").len().filter(pl.col("len") > 1)
    assert made.height == (joined["len"] - 1).sum()
    ends = made.join(proposals.people, left_on="a", right_on="customer_id").join(
        proposals.people, left_on="b", right_on="customer_id", suffix="_b"
    )
    assert (ends["person"] == ends["person_b"]).all()
    assert (made["a"] < made["b"]).all()


def test_probable_links_are_right_and_say_why(proposals: Proposals) -> None:
    links = SETTINGS.sure(proposals.links).join(TRUTH, left_on="a", right_on="customer_id")
    links = links.join(TRUTH, left_on="b", right_on="customer_id", suffix="_b")
    assert (links["truth"] == links["truth_b"]).mean() > 0.99  # type: ignore[operator]
    told = CUSTOMERS.select("customer_id", "zip")
    links = links.join(told, left_on="a", right_on="customer_id").join(
        told, left_on="b", right_on="customer_id", suffix="_b"
    )
    assert links.columns[4:8] == ["first, last", "born", "zip", "city"]


def test_evidence_speaks_for_what_agrees_and_against_what_does_not(proposals: Proposals) -> None:
    born = CUSTOMERS.select("customer_id", day=pl.col("born").str.to_lowercase())
    links = proposals.links.join(born, left_on="a", right_on="customer_id").join(
        born, left_on="b", right_on="customer_id", suffix="_b"
    )
    agree = links.filter(pl.col("day") == pl.col("day_b"))["born"]
    unknown = links.filter(pl.col("day").is_null() | pl.col("day_b").is_null())["born"]
    assert agree.min() > 3  # type: ignore[operator]
    assert unknown.unique().to_list() == [0.0]


def test_the_doubtful_are_those_that_are_not_accepted(proposals: Proposals) -> None:
    doubtful = SETTINGS.doubtful(proposals.links)
    assert doubtful["probability"].is_between(0.05, 0.99, closed="left").all()
    assert doubtful.height + SETTINGS.sure(proposals.links).height == proposals.links.height
    unstated = SETTINGS.model_copy(update={"accept": None})
    assert unstated.doubtful(proposals.links).height == proposals.links.height
    assert unstated.sure(proposals.links).is_empty()  # nothing is made without a stated threshold


def test_the_order_of_rows_changes_nothing(proposals: Proposals) -> None:
    assert propose(CUSTOMERS.reverse(), SETTINGS).people.equals(proposals.people)


def test_without_splink_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(StamkundError, match=r"pip install 'stamkund\[identity\]'") as refused:
        Model(duckdb.connect(), [])
    assert refused.value.code == "missing_extra"


def test_customers_who_agree_in_nothing_teach_nothing() -> None:
    rows = [(f"c{n}", f"a{n}", f"b{n}", f"19{n:02}-01-01", str(n), f"city{n}") for n in range(60)]
    with pytest.raises(StamkundError) as refused:
        propose(pl.DataFrame(rows, schema=["customer_id", *SETTINGS.columns], orient="row"), SETTINGS)
    assert refused.value.code == "nothing_to_learn"


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(StamkundError, match="Unknown column 'zip'") as refused:
        propose(CUSTOMERS.drop("zip"), SETTINGS)
    assert refused.value.code == "unknown_column"
