"""The commands about who is who, as people and machines use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from stamkund import app

DAYS = "2024-01-{:02}"
VISITS = [  # a user, an e-mail that came along, and the day; the browser serves a second user on day 4
    *(("", f"v{n}@x.se", "", n % 27 + 1) for n in range(40)),
    ("1", "a@x.se", "f00", 1),
    ("2", "b@x.se", "f01", 2),
    ("", "c@x.se", "f01", 3),
    ("2", "", "f00", 4),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    lines = ["user,mail,cookie,day"] + [f"{u},{m},{c},{DAYS.format(d)}" for u, m, c, d in VISITS]
    users, mails = ([row for row in lines[1:] if bool(row.split(",")[0]) is named] for named in (True, False))
    (tmp_path / "users.csv").write_text("\n".join([lines[0], *users]))
    (tmp_path / "mails.csv").write_text("\n".join([lines[0], *mails]))
    (tmp_path / "stamkund.yaml").write_text(
        "name: Shop\nclock: 2024-02-01\nidentity:\nsources:\n"
        "  users:\n"
        "    {kind: visit, from: users.csv, columns: {id: user, time: day}, ids: {email: mail, anonymous_id: cookie}}\n"
        "  mails:\n"
        "    {kind: visit, from: mails.csv, columns: {id: mail, time: day}, id_type: email,\n"
        "     ids: {anonymous_id: cookie}}\n"
    )
    assert run(tmp_path, "build").exit_code == 0
    return tmp_path


def run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", str(shop / "stamkund.yaml")])


def answer(shop: Path, *arguments: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run(shop, "identity", *arguments, "--json").stdout)
    return content


def test_the_report_counts_merges_refusals_and_shared_values(shop: Path) -> None:
    told = answer(shop, "report")
    # Links: 1-a, 1-f00, a-f00; 2-b, 2-f01, b-f01; c-f01; 2-f00.
    assert (told["links"], told["merges"], told["shared_values"]) == (8, 5, 1)
    assert told["refused"] == [{"limit": "per_person", "id_type": "user_id", "links": 1, "events": 1}]
    assert told["shared"][0]["fragment"] == "anonymous_id:f00"
    assert told["largest"][0] == {"customer_id": "2", "identifiers": 4}
    assert "5 merges from 8 links; 1 values are shared." in run(shop, "identity", "report").stdout


def test_an_explanation_names_the_events_that_joined_somebody_and_those_that_did_not(shop: Path) -> None:
    told = answer(shop, "explain", "email:C@x.se")
    assert (told["customer_id"], told["identifiers"]) == (
        "2",
        ["2", "anonymous_id:f01", "email:b@x.se", "email:c@x.se"],
    )
    assert ("email:c@x.se", "anonymous_id:f01") in [(row["a"], row["b"]) for row in told["merges"]]
    assert [(row["a"], row["b"], row["limit"]) for row in told["refused"]] == [("2", "anonymous_id:f00", "per_person")]


def test_the_report_tells_since_when_a_blocked_value_is_nobodys(shop: Path) -> None:
    file = shop / "stamkund.yaml"
    file.write_text(file.read_text().replace("identity:\n", "identity: {block: [c@x.se]}\n"))
    assert run(shop, "build").exit_code == 0
    told = run(shop, "identity", "report")
    assert (told.exit_code, "email:c@x.se" in told.stdout, "always" in told.stdout) == (0, True, True)


def test_an_explanation_names_ids_whole_however_narrow_the_terminal_is(shop: Path) -> None:
    told, shown = answer(shop, "explain", "2"), run(shop, "identity", "explain", "2").stdout
    rows = [*told["merges"], *told["refused"]]
    assert len(rows) == 4
    for row in rows:
        assert f"{row['a']} and {row['b']}" in shown
        assert f"in {row['event_id'].strip(chr(31))} of {row['source']}" in shown
    assert "one person would hold too many of user_id" in run(shop, "identity", "review").stdout


def test_a_merge_is_shown_first_then_kept_and_the_next_build_goes_by_it_until_it_is_split(shop: Path) -> None:
    words = ("merge", "1", "2", "--reason", "one person")
    shown = answer(shop, *words, "--dry-run")
    assert (shown["joined"], shown["kept"]) == ({"1": ["1", "2"]}, False)
    assert shown["largest"] == {"user_id": 2, "anonymous_id": 1, "email": 3}  # f00 is nobody's
    assert answer(shop, "explain", "2")["customer_id"] == "2"
    assert answer(shop, *words)["kept"]
    assert run(shop, "build").exit_code == 0
    assert answer(shop, "explain", "2")["customer_id"] == "1"
    assert answer(shop, "split", "1", "2", "--reason", "no: sisters")["split"] == {"1": ["1", "2"]}
    assert run(shop, "build").exit_code == 0
    assert answer(shop, "explain", "2")["customer_id"] == "2"


def test_what_a_build_with_other_settings_would_do_is_shown_before_it(shop: Path) -> None:
    assert run(shop, "identity", "report", "--dry-run").stdout == "Nobody would be joined or split.\n"
    file = shop / "stamkund.yaml"
    file.write_text(file.read_text().replace("identity:\n", "identity: {block: [c@x.se]}\n"))
    assert answer(shop, "report", "--dry-run")["split"] == {}
    file.write_text(file.read_text().replace("block: [c@x.se]", "types: {user_id: {}, email: {}, anonymous_id: {}}"))
    assert answer(shop, "report", "--dry-run")["joined"] == {"1": ["1", "2"]}


def test_the_review_lists_what_was_refused(shop: Path) -> None:
    assert [(row["a"], row["b"]) for row in answer(shop, "review")["refused"]] == [("2", "anonymous_id:f00")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("explain", "card:7"), "unknown_id_type"),
        (("explain", "nobody"), "unknown_customer"),
        (("merge", "1", "1", "--reason", "x"), "too_few_ids"),
    ],
)
def test_what_cannot_be_is_told_with_a_code(shop: Path, arguments: tuple[str, ...], code: str) -> None:
    assert answer(shop, *arguments)["error"]["code"] == code


def test_without_the_section_there_is_nothing_to_tell(shop: Path) -> None:
    file = shop / "stamkund.yaml"
    file.write_text(file.read_text().replace("identity:\n", ""))
    assert answer(shop, "report")["error"]["code"] == "no_identity"
