"""What `init` proposes to predict of subscriptions, and of tables that say what came of customers."""

from __future__ import annotations

from pathlib import Path

import yaml

from features.config.settings import read_settings
from features.onboarding.propose import propose


def proposed(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    text = propose([folder / name], home=folder).text
    (folder / "stamkund.yaml").write_text(text, encoding="utf-8")
    read_settings(folder / "stamkund.yaml")
    return text


def subscriptions(*, reason: str) -> list[str]:
    rows = [
        f"s{n},a{n % 12},2024-01-{1 + n % 28:02},49," + (f"2024-06-{1 + n % 28:02},{reason}{n % 2}" if n % 3 else ",")
        for n in range(60)
    ]
    return ["subscription_id,account_id,start_date,mrr_amount,end_date,cancel_reason", *rows]


def test_subscriptions_are_asked_when_they_end_and_for_which_reason(tmp_path: Path) -> None:
    text = proposed(tmp_path, "subscriptions.csv", *subscriptions(reason="why"))
    document = yaml.safe_load(text)
    assert document["targets"] == {"churn": {"type": "subscription_end", "horizon": "28d"}}
    assert document["sources"]["subscriptions_ends"]["columns"]["status"] == "cancel_reason"
    assert "# Every end counts; with `reason: why" in text


def test_ends_whose_reasons_are_all_different_or_numbers_tell_no_reason(tmp_path: Path) -> None:
    lines = subscriptions(reason="")
    text = proposed(tmp_path, "subscriptions.csv", *lines)
    assert "status" not in yaml.safe_load(text)["sources"]["subscriptions_ends"]["columns"]


def people(outcome: str, *, yes: str = "Yes", no: str = "No") -> list[str]:
    rows = [f"{n:04},{30 + n},{'gold' if n % 2 else 'free'},{n * 1.5},{yes if n % 3 else no}" for n in range(40)]
    return [f"customerID,tenure,plan,TotalCharges,{outcome}", *rows]


def test_a_table_of_people_with_what_came_of_them_is_predicted(tmp_path: Path) -> None:
    text = proposed(tmp_path, "telco.csv", *people("Churn"))
    document = yaml.safe_load(text)
    assert document["sources"]["telco"]["table"] == "customers"
    assert document["targets"] == {"left": {"type": "outcome", "column": "churn"}}
    assert "# ? is Churn what is to be predicted?" in text


def test_no_outcome_is_seen_in_what_is_called_otherwise_or_says_no_yes(tmp_path: Path) -> None:
    for name, yes in (("Married", "Yes"), ("Churn", "maybe")):
        assert "type: outcome" not in proposed(tmp_path, "people.csv", *people(name, yes=yes))
