# ruff: noqa: E501, S608  (one line for each mistake in a table of them)
from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from features.config.sections.targets.targets import LapseSettings, RedemptionSettings, SpendSettings
from features.config.settings import read_settings
from features.errors import StamkundError
from features.moments import micros
from features.units import DAY, HOUR, WEEK, duration, size

HEAD = "name: Shop\n"
ORDERS = """\
sources:
  orders:
    from: orders.csv
    kind: order
    columns: {id: customer, time: day, value: amount}
"""
VIEWS = ORDERS.replace("orders:", "views:").replace("kind: order", "kind: view").replace("value: amount", "order_id: o")
TWO = """\
sources:
  a: {from: a.csv, kind: order, columns: &same {id: id, time: at, order_id: o}, same_as: [b]}
  b:
    from: b.csv
    kind: refund
    columns: *same
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "stamkund.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> StamkundError:
    with pytest.raises(StamkundError) as caught:
        read_settings(written(folder, text))
    return caught.value


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, HEAD + "store: sqlite:///here.db\n" + ORDERS))
    assert settings.home == tmp_path / ".stamkund"
    assert settings.lake == tmp_path / ".stamkund" / "lake"
    assert settings.sources["orders"].origin == str(tmp_path / "orders.csv")
    assert settings.store_url == f"sqlite:///{tmp_path}/here.db"
    assert settings.registry_url == f"sqlite:///{tmp_path}/.stamkund/mlflow.db"


def test_targets_are_told_apart_by_their_type(tmp_path: Path) -> None:
    targets = """\
targets:
  lapse: {type: lapse, horizon: 4w, active: 56d}
  spend: {type: spend}
  coupons: {type: redemption, response: redeem, horizon: 12h}
"""
    read = read_settings(written(tmp_path, HEAD + ORDERS + targets)).targets
    assert read == {
        "lapse": LapseSettings(type="lapse", horizon="28d", active="8w"),  # type: ignore[arg-type]
        "spend": SpendSettings(type="spend"),
        "coupons": RedemptionSettings(type="redemption", horizon="12h"),  # type: ignore[arg-type]
    }
    assert read["lapse"].horizon == 28 * DAY


def test_kinds_are_known_by_all_their_names(tmp_path: Path) -> None:
    said = """\
targets:
  a: {type: spend, event: Order Completed}
  b: {type: redemption, contact: Mail Sent, response: redemptions}
features:
  add:
    x: {take: ratio, kind: [Purchase, Yoga Class], over: {kind: visits}}
"""
    settings = read_settings(written(tmp_path, HEAD + ORDERS.replace("kind: order", "kind: ORDERS") + said))
    (spend, redemption), added = settings.targets.values(), settings.features.add["x"]
    assert (settings.sources["orders"].kind, getattr(spend, "event", None)) == ("order", "order")
    assert redemption == RedemptionSettings(type="redemption", contact="mail_sent", response="redeem")
    assert (added.kind, added.over) == (["order", "yoga_class"], {"kind": "visit"})


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, HEAD + ORDERS))
    with pytest.raises(ValidationError):
        settings.name = "Other"


@pytest.mark.parametrize(
    ("text", "code", "field", "told"),
    [
        (HEAD + "clok: 2017-12-03\n" + ORDERS, "unknown_key", "clok", "stamkund.yaml:2: clok: Unknown key 'clok'; did you mean 'clock'?"),
        (HEAD + ORDERS.replace("value", "valeu"), "unknown_column", "sources.orders.columns.valeu", "did you mean 'value'?"),
        (HEAD + ORDERS.replace("kind:", "knid:"), "unknown_key", "sources.orders.knid", "did you mean 'kind'?"),
        (HEAD + ORDERS.replace("id: customer, ", ""), "missing_column", "sources.orders.columns", "`id`"),
        (HEAD + ORDERS.replace("    kind: order\n", ""), "missing_column", "sources.orders.columns", "`kind`"),
        (HEAD + ORDERS.replace("id: customer", "id: customer, kind: what"), "two_kinds", "sources.orders.columns.kind", "once"),
        (HEAD + ORDERS + "    timezone: Europe/Stockholms\n", "unknown_timezone", "sources.orders.timezone", "Europe/Stockholm"),
        (HEAD + ORDERS + "    table: event\n", "bad_setting", "sources.orders.table", "'events'"),
        (HEAD + ORDERS.replace("orders.csv", "postgresql://host/shop"), "missing_query", "sources.orders.query", "SQL"),
        (HEAD + ORDERS.replace("orders.csv", "{a: a.csv}"), "missing_query", "sources.orders.query", "several"),
        (HEAD + ORDERS.replace("orders.csv", "{lines: a.csv}\n    query: SELECT * FROM line"), "unknown_table", "sources.orders.query", "did you mean 'lines'?"),
        (HEAD + ORDERS + "    query: SELECT * FROM order_lines", "unknown_table", "sources.orders.query", "did you mean 'orders'?"),
        (HEAD + ORDERS.replace("orders.csv", "{a: a.csv}\n    query: SELEC 1"), "bad_query", "sources.orders.query", "syntax"),
        (HEAD + ORDERS.replace("  orders:", "  http:"), "bad_name", "sources.http", "`http`"),
        (HEAD + ORDERS + "    same_as: [shop]\n", "unknown_source", "sources.orders.same_as", "Known: http"),
        (HEAD + ORDERS + "    same_as: [orders]\n", "unknown_source", "sources.orders.same_as", "Known: http"),
        (HEAD + ORDERS + "    same_as: [http]\n", "missing_column", "sources.orders.same_as", "map `order_id`"),
        (HEAD + VIEWS + "    same_as: [http]\n", "no_orders", "sources.views.same_as", "is for refund"),
        (HEAD + TWO + "    same_as: [a]\n", "same_as_circle", "sources.a.same_as", "end the circle"),
        (HEAD + ORDERS + "targets: {lapse: {type: laps}}\n", "bad_setting", "targets.lapse", "'lapse'"),
        (HEAD + ORDERS + "targets: {lapse: {type: lapse, horizn: 2d}}\n", "unknown_key", "targets.lapse.horizn", "did you mean 'horizon'?"),
        (HEAD + ORDERS + "targets: {lapse: {type: lapse, horizon: 28}}\n", "bad_setting", "targets.lapse.horizon", "28d, 12h or 8w"),
        (HEAD + ORDERS + "serving: {body_limit: lots}\n", "bad_setting", "serving.body_limit", "1MB"),
        (HEAD + ORDERS + "currency: dollars\n", "bad_setting", "currency", "dollars"),
        (HEAD + ORDERS + "offers: {fallback: {offer: x}}\n", "unknown_key", "offers.fallback.offer", "did you mean 'offer_id'?"),
        ("sources: {}\n", "missing_key", "name", "required"),
        ("- a\n- b\n", "bad_setting", "", "dictionary"),
        ("", "bad_setting", "", "dictionary"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_key_and_nearest_name(tmp_path: Path, text: str, code: str, field: str, told: str) -> None:
    error = refused(tmp_path, text)
    assert (error.code, error.field or "") == (code, field)
    assert told in str(error)
    assert str(error).startswith("stamkund.yaml:")


def test_every_mistake_is_told(tmp_path: Path) -> None:
    error = refused(tmp_path, "nam: Shop\nclock: noon\n" + ORDERS)
    assert len(str(error).splitlines()) == 3  # name is missing, clock is no moment, nam is unknown


@pytest.mark.parametrize(
    ("text", "line"),
    [("name: a\nhome: [1\n", 3), ("name: a\nname: b\n", 2), ("name: 'a\n", 2), ("a: b: c\n", 1)],
)
def test_what_is_not_yaml_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    error = refused(tmp_path, text)
    assert error.code == "bad_yaml"
    assert str(error).startswith(f"stamkund.yaml:{line}:")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "stamkund.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(StamkundError, match="not YAML text"):
        read_settings(tmp_path / "stamkund.yaml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="stamkund init"):
        read_settings(tmp_path / "nowhere.yaml")


def test_secrets_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(written(tmp_path, HEAD + "store: postgresql://crm:${CRM_PASSWORD}@host/shop\n" + ORDERS))
    monkeypatch.setenv("CRM_PASSWORD", "s3cret")
    assert settings.store_url == "postgresql://crm:s3cret@host/shop"
    assert "s3cret" not in repr(settings)
    monkeypatch.delenv("CRM_PASSWORD")
    with pytest.raises(StamkundError, match="CRM_PASSWORD is not set"):
        _ = settings.store_url


def test_now_is_what_is_given_else_the_clock_else_this_moment(tmp_path: Path) -> None:
    text = HEAD + ORDERS
    fixed = read_settings(written(tmp_path, text + "clock: 2017-12-03T00:00:00\n"))
    assert fixed.now() == 1_512_259_200_000_000  # date -u -d 2017-12-03 +%s
    assert fixed.now(datetime(2017, 12, 4, tzinfo=UTC)) == fixed.now() + DAY
    assert fixed.now(5) == 5
    running = read_settings(written(tmp_path, text))
    assert abs(running.now() - micros(datetime.now(UTC))) < HOUR


def test_durations_and_sizes() -> None:
    assert (duration("12h"), duration("8w"), duration("90 s")) == (12 * HOUR, 8 * WEEK, 90_000_000)
    assert (size("500kB"), size("1MB"), size("10 b")) == (500_000, 1_000_000, 10)
    for text in ("0d", "-1d", "1.5d", "d", "28", 28, None):
        with pytest.raises(ValueError, match="is not a duration"):
            duration(text)


def test_the_example_reads() -> None:
    example = Path(__file__).parents[3] / "examples" / "completejourney" / "stamkund.yaml"
    settings = read_settings(example)
    assert set(settings.targets) == {"lapse", "spend", "redemption"}
    assert settings.offers.fallback.offer_id == "weekly_ad"


def test_days_of_a_company_are_those_of_its_time_zone(tmp_path: Path) -> None:
    """The zone is that of every source without one of its own, and of moments that tell none."""
    other = ORDERS.removeprefix("sources:\n").replace("orders:", "abroad:") + "    timezone: Asia/Tokyo\n"
    head = HEAD + "timezone: Europe/Berlin\nclock: 2024-06-01\nfeatures: {fitted_at: '2024-01-01'}\n"
    settings = read_settings(written(tmp_path, head + ORDERS + other))
    assert {name: source.timezone for name, source in settings.sources.items()} == {
        "orders": "Europe/Berlin",
        "abroad": "Asia/Tokyo",
    }
    assert settings.now() == micros(datetime(2024, 5, 31, 22, tzinfo=UTC))
    assert settings.now(date(2024, 1, 1)) == micros(datetime(2023, 12, 31, 23, tzinfo=UTC))
    assert settings.now(datetime(2024, 1, 1, tzinfo=UTC)) == settings.now(micros(date(2024, 1, 1)))
    assert settings.features.fitted_at == datetime.fromisoformat("2024-01-01")
    assert read_settings(written(tmp_path, HEAD + ORDERS)).sources["orders"].timezone == "UTC"
    assert refused(tmp_path, HEAD + "timezone: Europe/Stockholms\n" + ORDERS).code == "unknown_timezone"
