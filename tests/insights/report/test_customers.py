"""The report of a shop of a few months: all is there in both languages, and nothing is fetched from elsewhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from features.errors import StamkundError
from features.texts.catalogue import LANGUAGES
from insights.differing.tables import DIFFERING
from insights.findings.tables import FINDINGS
from insights.journeys.tables.steps import STEPS
from insights.loss.following import FOLLOWING
from insights.loss.tables import LOSSES
from insights.metrics.tables.figures import CELLS
from insights.report import customers_report
from insights.report.cells import Shown
from insights.report.sections import metric_sections
from insights.report.segments import segments_section
from insights.revisions import Revisions
from insights.segments.audiences import AUDIENCES
from insights.segments.tables import SEGMENTS, TRAITS
from insights.stages.tables import MOVES
from insights.tables import Tables
from insights.words import Row, Words
from insights.worth.tables import WORTH

CELL = {
    "metric": "revenue", "grain": "month", "dimension": "", "group": None, "n": 50.0, "customers": 50, "open": False,
    "suppressed": False, "change": None, "change_low": None, "change_high": None, "change_stands": False, "compared": 2,
}  # fmt: skip
MONTHS = [("2024-01", 900.0), ("2024-02", 1000.0), ("2024-03", 1500.0), ("2024-04", 20.0)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    months = [
        CELL
        | {"period": period, "start": place, "end": place + 1, "value": value, "low": value - 10, "high": value + 10}
        for place, (period, value) in enumerate(MONTHS)
    ]
    months[2] |= {"change": 500.0, "change_low": 400.0, "change_high": 600.0, "change_stands": True}
    months[3] |= {"open": True}
    groups = [
        months[2] | {"dimension": "channel", "group": group, "value": value, "low": value - 5, "high": value + 5}
        for group, value in (("web", 1000.0), ("<b>store</b>", 500.0))
    ]
    hidden = {"dimension": "channel", "group": "tiny", "value": None, "low": None, "high": None, "suppressed": True}
    finding = {
        "place": 0, "code": "late", "unit": "share", "value": 0.25, "low": 0.2, "high": 0.31, "n": 400.0, "people": 100,
        "counts": [("late", 100), ("regulars", 400)], "money": [("spent", 12345.6)],
    }  # fmt: skip
    worth = [
        {"name": "nps", "unit": "point", "yearly": 9000.0, "n": 900.0,
         "spend": 2.5, "spend_low": 1.0, "spend_high": 4.0, "kept": 0.01, "kept_low": 0.0,
         "kept_high": 0.02, "naive": 6.0, "yearly_low": 2500.0, "yearly_high": 15000.0},
        {"name": "support_answered", "unit": "day", "n": 12.0, "refusal": "worth_needs_answers",
         "params": [("answers", 12), ("least", 400)]},
    ]  # fmt: skip
    steps = [
        {"journey": "checkout", "dimension": "", "place": place, "step": step, "suppressed": False, "entered": 900,
         "reached": reached, "open": 40, "share": share, "low": share - 0.02, "high": share + 0.02}
        for place, (step, reached, share) in enumerate([("cart", 900, 1.0), ("order", 300, 0.35)])
    ]  # fmt: skip
    losses = [
        {"journey": "checkout", "step": "cart", "went": 300, "dropped": 560, "lost": 123_400.0, "lost_low": 50_000.0,
         "lost_high": 200_000.0, "gross": 400_000.0, "params": "{}"},
        {"journey": "checkout", "step": "order", "refusal": "loss_no_overlap",
         "params": json.dumps({"outside": 0.4, "allowed": 0.05})},
    ]  # fmt: skip
    following = [
        {"journey": "checkout", "step": "cart", "next": "visit", "entries": 500, "known": 400, "brought": 1234}
    ]
    monthly = [
        {**step, "period": period, "share": share, "low": share - 0.1, "high": share + 0.1, "reached": reached,
         "entered": 100}
        for period, reached, share in [("2024-01", 100, 0.3), ("2024-02", 100, 0.4), ("2024-03", 50, 0.2)]
        for step in steps[:2]
    ]  # fmt: skip
    differing = [
        {"journey": "checkout", "step": "cart", "trait": trait, "group": group, "unit": unit, "went": went,
         "dropped": dropped, "effect": 1.0, "stands": stands, "compared": 60}
        for trait, group, unit, went, dropped, stands in [
            ("money_28d", None, "money", 40.0, 12.5, True), ("channel", "app", "share", 0.5, 0.25, True),
            ("view_84d", None, "count", 3.0, 2.0, False),
        ]
    ]  # fmt: skip
    moves = [
        {"period": period, "before": before, "stage": stage, "customers": count, "of": 200, "share": count / 200,
         "low": 0.1, "high": 0.3, "suppressed": False}
        for period, before, stage, count in [
            ("2024-02", "new", "lapsed", 77), ("2024-03", "active", "lapsed", 41), ("2024-03", "active", "active", 159),
        ]
    ]  # fmt: skip
    texts = json.dumps({"en": "Good ones", "sv": "Goda kunder"})
    segments = [
        {"segment": name, "text": texts, "month": month, "day": day, "customers": 400, "members": members,
         "entered": entered, "left": left, "rule_changed": month == "2024-02"}
        for name, month, day, members, entered, left in [
            ("buys_teas", "2024-01", "2024-02-01", 50, 0, 0), ("buys_teas", "2024-02", "2024-03-01", 55, 12, 7),
            ("buys_teas", "2024-03", "2024-04-01", 60, 9, 4), ("rare", "2024-03", "2024-04-01", 4, 0, 0),
        ]
    ]  # fmt: skip
    traits = [
        {"segment": "buys_teas", "name": name, "word": word, "unit": unit, "value": value, "other_value": other,
         "difference": value - other, "low": low, "high": high, "effect": 1.0, "compared": 272}
        for name, word, unit, value, other, low, high in [
            ("features.spend_90d", None, "money", 478.82, 148.41, 279.59, 381.23),
            ("features.stage", "at risk", "share", 0.52, 0.086, 0.359, 0.508),
        ]
    ]  # fmt: skip
    steps_out = [(60, "in_segment", None), (60, "identified", "no_identifier"), (45, "consented", "no_permission"),
                 (43, "under_caps", "capped"), (30, "reachable", "no_address")]  # fmt: skip
    audiences = [
        {"segment": "buys_teas", "channel": "email", "step": step, "left": left, "reason": reason}
        for left, step, reason in steps_out
    ]
    found = Tables(tmp_path_factory.mktemp("insights"))
    revisions: Revisions = {"erased": 3, "withdrawn": 1200, "ruled_on": 2}
    with found.writing(as_of=1_712_000_000_000_000, build="b1", revisions=revisions) as draft:
        draft.write("findings", pa.Table.from_pylist([finding], FINDINGS))
        draft.write("worth", pa.Table.from_pylist(worth, WORTH))
        draft.write("journeys", pa.Table.from_pylist(steps, STEPS))
        draft.write("losses", pa.Table.from_pylist(losses, LOSSES))
        draft.write("stage_moves", pa.Table.from_pylist(moves, MOVES))
        draft.write("journey_next", pa.Table.from_pylist(following, FOLLOWING))
        draft.write("journey_months", pa.Table.from_pylist(monthly, STEPS))
        draft.write("differing", pa.Table.from_pylist(differing, DIFFERING))
        draft.write("segments", pa.Table.from_pylist(segments, SEGMENTS))
        draft.write("segment_traits", pa.Table.from_pylist(traits, TRAITS))
        draft.write("audiences", pa.Table.from_pylist(audiences, AUDIENCES))
        draft.write("metrics", pa.Table.from_pylist([{"metric": "revenue", "unit": "money", "missing": None}]))
        draft.write("cells", pa.Table.from_pylist([*months, *groups, {**months[2], **hidden}], CELLS))
    return found


class Reader(HTMLParser):
    """What a reader sees, and what the page refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))


def read(tables: Tables, language: str = "en") -> Reader:
    labels = {"features.spend_90d": "spend of 90 days"}
    return Reader(customers_report(tables, name="Åke & Co", currency="SEK", language=language, labels=labels))


def test_the_finding_is_first_with_number_interval_and_list(tables: Tables) -> None:
    page = read(tables)
    assert "100 of 400 regular customers (25.0 %) have stayed away" in page.text
    assert "They spent 12,346 SEK" in page.text
    assert "most likely in the range 20.0 – 31.0 %" in page.text
    assert "stamkund report people late" in page.text
    assert page.text.index("stamkund report people") < page.text.index("Revenue, net of returns")


def test_a_metric_is_told_by_its_last_month_that_is_over(tables: Tables) -> None:
    text = read(tables).text
    assert "1,500 SEK in 2024-03 (95 % interval 1,490 – 1,510 SEK)" in text
    assert "+500 SEK since the month before: more than chance (400 – 600 SEK)" in text
    assert text.count("<b>store</b>") > 1  # as a text, not as a mark, beside its bar and when pointed at
    assert "tiny" not in text
    assert "not shown: 1 figures" in text


def test_a_month_that_is_not_over_is_not_drawn_as_a_fall(tables: Tables) -> None:
    page = customers_report(tables, name="Shop", currency="SEK").split('id="journeys"')[0]
    assert page.count('class="dot"') == 3
    assert page.count('class="unfinished"') == 1


def test_a_worth_is_told_with_the_plain_figure_beside_it_or_why_it_is_not(tables: Tables) -> None:
    text = read(tables).text
    assert (
        "a point more of nps 2.50 SEK (1.00 – 4.00 SEK) +1.0 pp (0.0 – 2.0) 6.00 SEK 9,000 SEK (2,500 – 15,000 SEK) 900"
        in text
    )
    assert (
        "a day longer until support answered: 12 answers have windows before and after them, and 400 are needed" in text
    )


def test_a_journey_tells_what_is_lost_and_where_they_went(tables: Tables) -> None:
    text = read(tables).text
    assert "900 entries; 40 of them may still go on." in text
    assert "cart 560 1,234 SEK (500 – 2,000) 4,000 SEK" in text  # of minor units
    assert "What is lost after order: not told: 40.0 % of those" in text
    assert "(how many, and what each spent after it): visit (500, 12.34 SEK)" in text
    assert (
        "net spending in the 28 days before (40.00 SEK against 12.50 SEK); channel: app (50.0 % against 25.0 %)" in text
    )
    assert "in the 84 days before" not in text  # what does not stand is not told


def test_months_that_are_not_over_are_shaded_and_not_drawn(tables: Tables) -> None:
    html = customers_report(tables, name="Shop", currency="SEK")
    plot = html.split("came to order", 1)[1].split("</svg>", 1)[0]
    assert (plot.count("unfinished"), plot.count("<circle")) == (1, 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_offline_and_is_whole(tables: Tables, language: str) -> None:
    page = read(tables, language)
    assert page.open == []  # each element is closed
    assert {link[0] for link in page.links} == {"#"}
    assert "Åke & Co" in page.text
    assert not re.search(r"[{}]|report\.|finding\.", re.sub(r"\{[^}]*\}", "", page.text.split("Åke & Co", 2)[2]))


def test_it_speaks_swedish(tables: Tables) -> None:
    text = read(tables, "sv").text
    assert "100 av 400 stamkunder (25,0 %) har varit borta" in text
    assert "finns inga enkätsvar" in text


def test_by_how_many_people_what_is_over_was_revised_is_told(tables: Tables, tmp_path: Path) -> None:
    assert "3 were erased so far, 1,200 have said no to insights, 2 were merged or split by hand." in read(tables).text
    assert "hittills är 3 raderade, 1 200 har sagt nej till insikter" in read(tables, "sv").text
    unknown = Tables(tmp_path)
    with unknown.writing(as_of=1, build="b") as draft:
        for name in ("findings", "worth", "metrics", "cells"):
            draft.write(name, tables.read(name).drop_columns(["as_of", "build"]))
    assert "erased so far" not in read(unknown).text


def test_before_the_first_refresh_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="stamkund insights refresh"):
        customers_report(Tables(tmp_path), name="Shop", currency="SEK")


def test_texts_are_there_in_both_languages() -> None:
    own = [code for code in LANGUAGES["en"] if code.startswith(("report.", "finding."))]
    assert len(own) > 40
    for code in own:
        fields = [set(re.findall(r"\{(\w+)\}", LANGUAGES[language][code])) for language in ("en", "sv")]
        assert fields[0] == fields[1], code


def test_moves_to_other_stages_in_the_last_month_are_told(tables: Tables) -> None:
    said = " ".join(Reader(customers_report(tables, name="Shop", currency="SEK", language="sv")).said)
    assert "aktiv → förlorad 41 20,5 % (10,0 – 30,0 %)" in re.sub(r"\s+", " ", said)
    assert "ny → förlorad" not in said
    assert "aktiv → aktiv" not in said


def test_a_segment_tells_its_size_who_came_and_went_and_what_its_customers_differ_in(tables: Tables) -> None:
    text = read(tables).text
    assert "Buys teas Good ones 60 customers, 15.0 % of all, on 2024-04-01." in text
    assert "month entered left 2024-02 12 7 2024-03 – fewer than 5 The rule changed in 2024-02" in text
    assert "spend of 90 days (SEK) 479 148 280 – 381" in text
    assert "stage: at risk 52.0 % 8.6 % 35.9 – 50.8" in text
    assert "Rare Good ones Fewer than five customers." in text
    swedish = read(tables, "sv").text
    assert "Goda kunder 60 kunder, 15,0 % av alla" in swedish
    assert "stage: i riskzonen 52,0 %" in swedish


@pytest.mark.parametrize(
    ("entered", "left", "told"),
    [(9, 5, "9 5"), (9, 4, "– fewer than 5"), (1, 9, "fewer than 5 –"), (9, 0, "9 0"), (0, 3, "– fewer than 5")],
)
def test_of_few_who_came_to_a_segment_or_left_it_no_number_is_told(entered: int, left: int, told: str) -> None:
    months = [
        {"segment": "tea", "text": "{}", "month": f"2024-0{month}", "day": f"2024-0{month}-28", "customers": 400,
         "members": members, "entered": came, "left": went, "rule_changed": False}
        for month, members, came, went in [(1, 20, 0, 0), (2, 3, 0, 17), (3, 8, entered, left)]
    ]  # fmt: skip
    tables = {"segments": months, "segment_traits": [], "audiences": []}
    html = "".join(segments_section(tables, {}, Words("en", "EUR")).blocks)
    assert f"2024-02 0 17 2024-03 {told} " in Reader(html).text
    assert re.findall(r"<title>2024-\d\d: (\d+)</title>", html) == ["20", "8"]


def test_a_segment_tells_whom_a_channel_reaches_and_why_it_does_not_reach_the_others(tables: Tables) -> None:
    text = read(tables).text
    assert "Who can be written to: e-mail customers in the segment 60 do not allow it −15 got as many" in text
    assert "as caps allow −2 have no address for it −13 can be reached 30 (50.0 %)" in text
    assert "known by a browser" not in text  # nobody
    assert "stamkund insights segments buys_teas --channel email --list" in text
    assert "tillåter det inte −15" in read(tables, "sv").text


def test_answers_are_told_apart_by_touchpoint_first_and_not_by_category_too() -> None:
    row: Row = {"period": "2024-01", "open": False, "low": 0.1, "high": 0.9, "suppressed": False, "verdict": None,
           "change": None, "unweighted": None, "unheard": None, "target": None, "customers": 9, "n": 9.0}  # fmt: skip
    groups: list[Row] = [{**row, "group": name, "value": value} for name, value in (("checkout", 0.4), ("wifi", 0.6))]
    shown = Shown(
        "csat", "share", [{**row, "value": 0.5}], dict.fromkeys(("category", "channel", "touchpoint"), groups)
    )
    html = "".join(next(metric_sections({"csat": shown}, Words("en", "SEK"))).blocks)
    assert re.findall(r", by (\w+), 2024-01</h3>", html) == ["touchpoint", "channel"]


@pytest.mark.parametrize(
    ("month", "missing", "why"),
    [
        ({"refusal": "weights_too_uneven"}, None, "weights are so uneven"),
        ({"suppressed": True}, None, "fewer than five"),
        ({"open": True}, None, "no month of it is over"),
        ({}, None, "nobody is behind it"),
        ({}, "margin", "the data tell nothing of margin"),
    ],
)
def test_a_metric_without_a_figure_is_named_with_its_reason(
    month: dict[str, object], missing: str | None, why: str
) -> None:
    row = {"open": False, "value": None, "refusal": None, "suppressed": False} | month
    shown = Shown("my_nps", "points", [row], missing=missing)
    (section,) = [
        each for each in metric_sections({"my_nps": shown}, Words("en", "EUR")) if each.anchor == "satisfaction"
    ]
    assert "My nps" in "".join(section.blocks)
    assert why in "".join(section.blocks).replace("&#x27;", "'")
