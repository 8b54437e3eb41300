"""Commands about people's rights: what is held of a person, its erasure, and an inventory of all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import Output, output

if TYPE_CHECKING:
    from serving.store.erasures.receipts import Receipt

Person = Annotated[str, typer.Argument(metavar="ID_TYPE:ID", help="Whom, such as user_id:1042.")]


def export(
    person: Person,
    config: Config = YAML,
    to: Annotated[Path | None, typer.Option("--out", help="A JSON file; the terminal when left out.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Everything that is held of a person, for them to read and to take elsewhere."""
    from features.files import write_text
    from features.privacy.pseudonyms import stored_node
    from serving.http.answers.profiles import profile_of
    from serving.http.reception.envelope import json_text
    from serving.privacy.inventory import access
    from serving.store.engine import opened_store

    with output(as_json=as_json) as out:
        settings, profile = settings_of(config), profile_of(person)
        with opened_store(settings) as store:
            held = access(settings, store, stored_node(settings, profile.id_type, profile.id))
        if to is None:
            out.say(json_text(held))
        else:
            write_text(to, json_text(held))
            out.say(f"Written to {to}. It holds personal data: delete it once it is handed over.")
        out.answer(held)


def erase(
    people: Annotated[list[str], typer.Argument(metavar="ID_TYPE:ID", help="Whom, such as user_id:1042.")],
    config: Config = YAML,
    *,
    suppress: Annotated[bool, typer.Option("--suppress", help="Refuse what comes of them later, too.")] = False,
    as_json: Json = False,
) -> None:
    """Erase people: hidden at the next request, gone from every file after the next build."""
    from features.privacy.pseudonyms import stored_node
    from serving.http.answers.privacy import receipt_answer
    from serving.http.answers.profiles import profile_of
    from serving.privacy.erasure import erase as erase_people

    with output(as_json=as_json) as out:
        settings, profiles = settings_of(config), [profile_of(person) for person in people]
        nodes = [stored_node(settings, profile.id_type, profile.id) for profile in profiles]
        receipts = erase_people(settings, nodes, suppress=suppress)
        for receipt in receipts:
            _say(receipt, out)
        if any(receipt.status == "hidden" for receipt in receipts):
            out.say("Next: `stamkund build`, which takes them out of every file.")
        out.answer({"receipts": [receipt_answer(receipt) for receipt in receipts]})


def _say(receipt: Receipt, out: Output) -> None:
    """Tell what an erasure did."""
    counts = ", ".join(f"{where} {count:,}" for where, count in receipt.counts.items() if count)
    out.say(f"Receipt {receipt.erasure_id}: {receipt.status}. Rows: {counts or 'none were held'}.")
    for model, versions in receipt.models.items():
        out.say(f"The model {model} had learnt from them, version {', '.join(map(str, versions))}: train it again.")
    for place in receipt.elsewhere:
        out.say(f"Written elsewhere, where you must look yourself: {place}.")


def inventory(
    config: Config = YAML,
    to: Annotated[Path | None, typer.Option("--out", help="A Markdown file; the terminal when left out.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """A page of what is held of people, where, why and how long, for whoever answers for the protection of data."""
    from features.files import write_text
    from serving.privacy.inventory import inventory as page_of
    from serving.store.engine import opened_store

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with opened_store(settings) as store:
            page = page_of(settings, store)
        if to is None:
            out.say(page)
        else:
            write_text(to, page)
            out.say(f"Written to {to}.")
        out.answer({"inventory": page, "out": None if to is None else str(to)})
