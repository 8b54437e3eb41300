"""A made-up world of people who leave identifiers on devices and in forms, with the truth beside it.

One device in a hundred is shared by two to five people; cookies rotate; one value in two hundred that is filled in is
junk that hundreds give, another one has a typing mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.units import DAY

START, DAYS = 1_640_995_200_000_000, 730  # 2022 and 2023
PEOPLE, EVENTS, SEED = 300_000, 5_000_000, 20_260_101
ACCOUNTS, SECOND_DEVICE, SHARED_DEVICES = 0.85, 0.15, 0.01
JUNK, TYPOS, PER_JUNK = 0.005, 0.005, 300
ROTATION = 1_400 * DAY  # how long a cookie lives at most
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class World:
    """The ``events``, and of which people each identifier is (``node``, ``person``); junk is nobody's."""

    events: pl.DataFrame
    truth: pl.DataFrame


def world(people: int = PEOPLE, events: int = EVENTS, *, seed: int = SEED) -> World:
    """A world of so many people and events."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, people, events)
    time = START + rng.integers(0, DAYS * DAY, events)
    users = pl.Series(np.char.add("u", np.arange(people).astype(str)))
    has_account = rng.random(people) < ACCOUNTS
    device = _devices(rng, person, people)
    age = time + (device * 7_919_000_003) % ROTATION  # each device's cookies begin anew at moments of its own
    cookie = pl.DataFrame({"d": device, "n": age // ROTATION}).select(pl.format("c{}-{}", "d", "n")).to_series()
    share = rng.random(events)
    account = has_account[person]
    logged_in = account & (share < 0.40)
    mail = (logged_in & (share < 0.06)) | ((share >= 0.40) & (share < 0.43 + 0.07 * ~account))
    phone = logged_in & (share >= 0.06) & (share < 0.07)
    offline = share >= 0.96  # an order by e-mail alone
    frame = pl.DataFrame(
        {
            "person": person,
            "time": time,
            "user": users.gather(person),
            "cookie": cookie,
            "email": _filled(rng, person, pl.format("p{}@mail.example", "p"), mail | offline),
            "phone": _filled(rng, person, pl.format("07{}", pl.col("p") + 10_000_000), phone),
            "logged_in": logged_in,
            "offline": offline,
        }
    )
    return World(_events(frame), _truth(frame))


def _devices(rng: np.random.Generator, person: Ints, people: int) -> Ints:
    """The device of each event: the person's first one or, for some, a second; shared ones are somebody else's."""
    second = rng.random(people) < SECOND_DEVICE
    own = person * 2 + (second[person] & (rng.random(len(person)) < 0.4))
    # Two to five neighbours use the first device of one of them for half of what they do.
    size = rng.integers(2, 6, people)
    head = np.arange(people) // 5 * 5
    households = rng.random(people) < SHARED_DEVICES * 5 * (1 + SECOND_DEVICE)
    shares = households[head[person]] & (person - head[person] < size[head[person]])
    return np.where(shares & (rng.random(len(person)) < 0.5), head[person] * 2, own)


def _filled(rng: np.random.Generator, person: Ints, value: pl.Expr, where: np.ndarray) -> pl.Series:
    """What people fill in where they are asked: their own value, one with a typing mistake, or junk."""
    n = len(person)
    asked, lot = int(where.sum()), rng.random(n)
    junk = rng.integers(0, max(1, int(asked * JUNK / PER_JUNK)), n)
    frame = pl.DataFrame({"p": person, "where": where, "lot": lot, "junk": junk, "slip": rng.integers(0, 1_000, n)})
    own = (
        pl.when(pl.col("lot") < JUNK)
        .then(pl.format("junk{}@none.example", "junk"))
        .otherwise(pl.when(pl.col("lot") < JUNK + TYPOS).then(value + pl.format("x{}", "slip")).otherwise(value))
    )
    return frame.select(pl.when("where").then(own).alias("value")).to_series()


def _events(frame: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(None, pl.String)
    cookie = pl.lit('"anonymous_id":"') + pl.col("cookie") + '"'
    mail, phone = pl.lit('"email":"') + pl.col("email") + '"', pl.lit('"phone":"') + pl.col("phone") + '"'
    logged_in = pl.concat_str(cookie, mail, phone, separator=",", ignore_nulls=True)
    others = "{" + pl.when("logged_in").then(logged_in).when(~pl.col("offline")).then(mail) + "}"
    own = pl.when("logged_in").then("user").when("offline").then("email").otherwise("cookie")
    of_type = pl.when("logged_in").then(pl.lit("user_id")).when("offline").then(pl.lit("email"))
    return frame.select(
        pl.format("e{}", pl.int_range(pl.len())).alias("event_id"),
        pl.lit("site").alias("source"),
        of_type.otherwise(pl.lit("anonymous_id")).alias("id_type"),
        own.alias("id"),
        others.alias("ids"),
        "time",
        none.cast(pl.Int64).alias("known_at"),
        pl.lit("visit").alias("kind"),
    )


def _truth(frame: pl.DataFrame) -> pl.DataFrame:
    """Which people each identifier is of, by what they did; junk is left out."""
    logged_in = pl.col("logged_in")
    used = [
        frame.filter(logged_in).select(node="user", person="person"),
        frame.filter(logged_in | ~pl.col("offline")).select(node="anonymous_id:" + pl.col("cookie"), person="person"),
        *(
            frame.filter(pl.col(name).is_not_null()).select(node=f"{name}:" + pl.col(name), person="person")
            for name in ("email", "phone")
        ),
    ]
    return pl.concat(used).filter(~pl.col("node").str.contains(":junk")).unique()
