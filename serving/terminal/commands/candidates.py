"""Commands about candidates that people keep: see, write, pause and expire them, and what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from pydantic import BaseModel

from features.errors import StamkundError
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import Output, output

if TYPE_CHECKING:
    from serving.http.candidates.shop import Shop

Model = TypeVar("Model", bound=BaseModel)
WHO: Final = "command line"
Id = Annotated[str, typer.Argument(metavar="ID", help="The candidate's id.")]


def list_candidates(config: Config = YAML, *, as_json: Json = False) -> None:
    """Every candidate that people keep, by id."""
    from serving.http.candidates.answers import answer_candidates

    with output(as_json=as_json) as out, _shop(config) as shop:
        answer = answer_candidates(shop, after="", count=1_000_000)
        out.say(*map(_line, answer["candidates"]))
        out.say("" if answer["candidates"] else "None is kept here. Next: `stamkund candidates set ID FILE`.")
        out.answer({"candidates": answer["candidates"]})


def show(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """One candidate as it is kept now."""
    from serving.http.candidates.answers import answer_candidate
    from serving.http.reception.envelope import json_text

    with output(as_json=as_json) as out, _shop(config) as shop:
        answer = answer_candidate(shop, id_)
        out.say(_line(answer), json_text(answer["candidate"]))
        out.answer(answer)


def write(
    id_: Id,
    file: Annotated[
        Path | None, typer.Argument(help="The candidate as a whole, as `PUT /v1/candidates/ID` takes it.")
    ] = None,
    config: Config = YAML,
    field: Annotated[
        list[str] | None, typer.Option(help="In place of a file: `value=3.00`, `tags=red|new`, `ends=`. Repeat it.")
    ] = None,
    version: Annotated[int | None, typer.Option(help="Which version this changes; none, where it is new.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Keep a candidate, or change the version of it that you know; or only some fields of what is kept."""
    from serving.terminal.candidate_fields import fields_of

    if (file is None) == (not field):
        raise typer.BadParameter("give a file or some --field NAME=VALUE, one of the two", param_hint="FILE")
    with output(as_json=as_json) as out, _shop(config) as shop:
        if file is None:
            _tell(out, _changed(shop, id_, version, **fields_of(field or (), shop.settings)))
        else:
            _tell(out, _written(shop, id_, _read(file), version))


def pause(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """Let a candidate not be shown until it is written with `"paused": false`."""
    with output(as_json=as_json) as out, _shop(config) as shop:
        _tell(out, _changed(shop, id_, None, paused=True))


def expire(
    id_: Id,
    config: Config = YAML,
    at: Annotated[str | None, typer.Option(help="When it ends, such as 2024-05-31. Default: now.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """End a candidate."""
    from features.moments import iso

    with output(as_json=as_json) as out, _shop(config) as shop:
        _tell(out, _changed(shop, id_, None, ends=iso(shop.settings.now() - 1) if at is None else at))


def history(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """Every version of a candidate, the latest first: when, by whom, and what it changed."""
    from serving.http.candidates.answers import answer_history

    with output(as_json=as_json) as out, _shop(config) as shop:
        answer = answer_history(shop, id_)
        for each in answer["versions"]:
            out.say(f"{each['version']}  {each['changed_at']}  {each['changed_by'] or '–'}")
            out.say(*(f"   {name}: {one['before']} → {one['after']}" for name, one in each["changes"].items()))
        out.answer(answer)


def _changed(shop: Shop, id_: str, version: int | None, **fields: object) -> dict[str, Any]:
    """Change some fields of a version, or of whatever is kept."""
    from serving.http.candidates.answers import answer_fields
    from serving.http.candidates.etags import etag
    from serving.http.candidates.sheet import Fields

    if_match = "*" if version is None else etag(version)
    return answer_fields(shop, id_, _valid(Fields, fields), who=WHO, if_match=if_match)


def _written(shop: Shop, id_: str, content: object, version: int | None) -> dict[str, Any]:
    from serving.http.candidates.answers import answer_change
    from serving.http.candidates.etags import etag
    from serving.http.candidates.sheet import Sheet

    if_match = None if version is None else etag(version)
    return answer_change(shop, id_, _valid(Sheet, content), who=WHO, if_match=if_match)[0]


def _valid(model: type[Model], content: object) -> Model:
    from pydantic import ValidationError

    from serving.http.reception.envelope import invalid

    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise invalid([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


def _read(file: Path) -> object:
    import orjson

    from serving.http.reception.malformed import located, malformed_json
    from serving.reading.repeated_names import read_clearly

    content = b""
    try:
        content = file.read_bytes()
        return read_clearly(content)
    except orjson.JSONDecodeError as error:
        raise malformed_json(located(error, content)) from None
    except OSError as error:
        raise StamkundError("not_accessible", f"{file} cannot be read: {error.strerror}.", field="file") from None


def _tell(out: Output, answer: Mapping[str, Any]) -> None:
    out.say(_line(answer))
    out.answer(answer)


def _line(answer: Mapping[str, Any]) -> str:
    """A candidate in a line."""
    name = answer["candidate"]["name"] or answer["id"]
    files = f", in place of {len(answer['replaces'])} of your files or rules" if answer["replaces"] else ""
    return f"{answer['id']}  {answer['state']}  version {answer['version']}  {name}{files}"


@contextmanager
def _shop(config: Path) -> Iterator[Shop]:
    from serving.http.candidates.shop import shop_at_rest
    from serving.store.engine import opened_store

    settings = settings_of(config)
    with opened_store(settings) as store:
        yield shop_at_rest(settings, store)
