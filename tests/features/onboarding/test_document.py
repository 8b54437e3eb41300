from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from features.config.settings import read_settings
from features.errors import StamkundError
from features.onboarding.propose import propose
from tests.features.onboarding.newcomers import outcome, table

NAMES = st.one_of(
    st.sampled_from(
        ["customer_id", "order id", "Datum", "amount", "Menge", "status", "type", "email", "a,b", 'x"y', "it's"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=","), min_size=1, max_size=8),
)
CELLS = st.one_of(
    st.sampled_from(
        ["c1", "2024-01-05", "05.01.2024", "12,50", "-3", "paid", "cancelled", "refund", "", "a@b.se", "{", "# ?"]
    ),
    st.integers(-5, 2000).map(str),
)


def written(rows: list[list[str]]) -> str:
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows) + "\n"


@given(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower), st.data())
def test_whatever_the_file_the_settings_can_be_read(names: list[str], data: st.DataObject) -> None:
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, min_size=2, max_size=12))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "some file.csv").write_text(written([names, *rows]), encoding="utf-8")
        try:
            text = propose([folder / "some file.csv"], home=folder).text
        except StamkundError:
            return  # said to be no table
        (folder / "stamkund.yaml").write_text(text, encoding="utf-8")
        read_settings(folder / "stamkund.yaml")


def test_an_answer_stands_beside_its_key_ready_to_be_used(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},0{1 + n % 9}/0{1 + n // 10}/2024,10" for n in range(60)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,total", *rows)})
    assert found.topics == ["time_format"]
    lines = found.text.splitlines()
    place = next(n for n, line in enumerate(lines) if "# ? several formats fit" in line)
    taken = yaml.safe_load(lines[place + 2])
    other = yaml.safe_load(lines[place + 1].replace("# ", "", 1))
    assert taken == {"formats": {"order_date": "%d/%m/%Y"}}  # nine days of six months, not six days of nine
    assert other == {"formats": {"order_date": "%m/%d/%Y"}}


def test_another_column_tells_which_comes_first(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},0{1 + n % 9}/0{1 + n // 10}/2024,{13 + n % 9}/01/2024,10" for n in range(60)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,shipped,total", *rows)})
    assert found.settings.sources["orders"].formats == {"order_date": "%d/%m/%Y"}
    assert found.topics == []


def test_a_file_without_a_place_leaves_a_skeleton(tmp_path: Path) -> None:
    found = outcome(
        tmp_path, {"notes.csv": "x,y\nup,down\nleft,right\n", "orders.csv": "customer_id,day,amount\n1,2024-01-05,3\n"}
    )
    assert found.topics == ["unplaced"]
    assert "  # notes:\n" in found.text
    assert set(found.settings.sources) == {"orders"}


@pytest.mark.parametrize(("days", "horizon"), [(3, 7), (25, 28), (300, 364)])
def test_windows_fit_the_rhythm(tmp_path: Path, days: int, horizon: int) -> None:
    rows = [f"c{n % 3},{date(2015, 1, 1) + timedelta(days=n // 3 * days)},5" for n in range(30)]
    found = outcome(tmp_path, {"orders.csv": table("customer_id,date,amount", *rows)})
    assert f"lapse: {{type: lapse, event: order, horizon: {horizon}d, active: {2 * horizon}d}}" in found.text
    last = date(2015, 1, 1) + timedelta(days=9 * days)
    assert f"clock: {last + timedelta(days=1)}" in found.text


def test_the_currency_is_that_of_signs_or_names(tmp_path: Path) -> None:
    rows = [f"c{n % 3},2024-01-{1 + n:02},£5.{n:02}" for n in range(20)]
    found = outcome(tmp_path, {"orders.csv": table("customer_id,date,amount", *rows)})
    assert found.settings.currency == "GBP"
    assert found.rejected == 0
