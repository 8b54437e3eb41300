"""The receipt of an erasure: whoever asks again gets it, by whichever identifier of the person, until they are back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from features.config.settings import Settings
from features.hashes import keyed_hash
from features.privacy.tombstones import privacy_key
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.privacy.erasure import erase
from serving.store.engine import open_store
from serving.store.erasures.receipts import receipts
from serving.store.tables.schema import SCHEMA
from tests.serving.clients import client_of
from tests.serving.http.errors import Json
from tests.serving.privacy.shop import AS_OF, WHO
from tests.serving.privacy.test_traces import DEVICE, MAIL, built
from tests.serving.store.migrations.earlier import back_to_unversioned

NODES = (WHO, f"email:{MAIL.lower()}", f"anonymous_id:{DEVICE}")
KEYS = (f"user_id:{WHO}", f"email:{MAIL}", f"anonymous_id:{DEVICE}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return built(tmp_path)


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    state = load_state(settings, folder=settings.folder, lenient=True)
    current = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


def visit(http: TestClient, name: str, **whose: object) -> Json:
    message = {"messageId": name, "type": "track", "event": "Product Viewed", "properties": {}, **whose}
    answer: Json = http.post("/v1/batch", json={"batch": [message]}).json()["results"][0]
    return answer


@pytest.mark.parametrize("first", KEYS)
def test_erasing_again_by_any_identifier_answers_the_first_receipt(
    settings: Settings, http: TestClient, first: str
) -> None:
    hidden = http.delete(f"/v1/profiles/{first}").json()
    assert hidden["counts"]["lake events"] == 20
    assert [http.delete(f"/v1/profiles/{key}").json() for key in KEYS] == [hidden] * 3
    build_all(settings, as_of=AS_OF)
    done = hidden | {"status": "erased"}
    assert [http.delete(f"/v1/profiles/{key}").json() for key in KEYS] == [done] * 3
    assert {receipt.erasure_id for receipt in erase(settings, NODES)} == {hidden["erasure_id"]}  # the command line's


def test_who_is_back_is_erased_again(settings: Settings, http: TestClient) -> None:
    (first,) = erase(settings, [WHO])
    build_all(settings, as_of=AS_OF)
    assert visit(http, "back", anonymousId=DEVICE)["status"] == "accepted"
    again = http.delete(f"/v1/profiles/{KEYS[2]}").json()
    assert (again["erasure_id"] != first.erasure_id, again["counts"]["event_log"]) == (True, 1)
    assert http.delete(f"/v1/profiles/{KEYS[2]}").json() == again
    assert http.delete(f"/v1/profiles/{KEYS[1]}").json()["erasure_id"] == first.erasure_id


def test_to_refuse_the_erased_for_ever_is_no_erasure_of_its_own(settings: Settings, http: TestClient) -> None:
    (first,) = erase(settings, [WHO])
    assert erase(settings, NODES[1:2], suppress=True) == [first]
    assert {visit(http, key, **{key: name})["code"] for key, name in (("userId", WHO), ("anonymousId", DEVICE))} == {
        "erased"
    }


def test_receipts_of_an_earlier_version_are_found(settings: Settings) -> None:
    (first,) = erase(settings, [WHO])
    store, key = open_store(settings.store_url), privacy_key(settings)
    back_to_unversioned(store)
    with store.begin() as connection:
        for change in (
            "ALTER TABLE tombstones DROP COLUMN erasure_id",
            "ALTER TABLE erasures ADD COLUMN person TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX ix_erasures_person ON erasures (person)",
            "DROP TABLE households",
        ):
            connection.execute(sa.text(change))
        connection.execute(sa.text("UPDATE erasures SET person = :hash"), {"hash": keyed_hash(key, WHO)})
    store.dispose()
    assert erase(settings, [WHO]) == [first]
    store = open_store(settings.store_url)
    assert receipts(store) == [first]
    columns = {column["name"] for column in sa.inspect(store).get_columns("erasures")}
    assert columns == set(SCHEMA.tables["erasures"].columns.keys())
    store.dispose()
