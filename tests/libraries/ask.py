"""Sends events, reads a profile, scores and decides by a generated client: `python ask.py ADDRESS KEY`."""

from __future__ import annotations

import sys

from stamkund_client import AuthenticatedClient
from stamkund_client.api.answers import post_decisions, post_scores
from stamkund_client.api.messages import post_batch, post_track
from stamkund_client.api.profiles import get_profile
from stamkund_client.models import (
    BatchMessage,
    BatchMessageType,
    BatchRequest,
    DecisionAnswer,
    DecisionRequest,
    ErrorAnswer,
    MessagesAnswer,
    PlacementRequest,
    Profile,
    ProfileAnswer,
    ScoredProfile,
    ScoresAnswer,
    ScoresRequest,
    Track,
    TrackProperties,
    UnscoredProfile,
)


def ask(address: str, key: str) -> list[object]:
    """What each question was answered."""
    client = AuthenticatedClient(base_url=address, token=key)
    bought = TrackProperties.from_dict({"order_id": "python", "revenue": 9})
    tracked = post_track.sync(
        client=client, body=Track(event="Order Completed", message_id="python-1", user_id="1", properties=bought)
    )
    assert isinstance(tracked, MessagesAnswer)
    page = BatchMessage(type_=BatchMessageType.PAGE, message_id="python-2", user_id="1")
    sent = post_batch.sync(client=client, body=BatchRequest(batch=[page]))
    assert isinstance(sent, MessagesAnswer)
    profile = get_profile.sync("user_id:1", client=client)
    assert isinstance(profile, ProfileAnswer)
    scores = post_scores.sync(client=client, body=ScoresRequest(customers=["1", "nobody"]))
    assert isinstance(scores, ScoresAnswer)
    known, unknown = scores.scores
    assert isinstance(known, ScoredProfile)
    assert isinstance(unknown, UnscoredProfile)
    asked = DecisionRequest(profile=Profile(id="1"), placements=[PlacementRequest(id="home")])
    decided = post_decisions.sync(client=client, body=asked)
    assert isinstance(decided, DecisionAnswer)
    refused = post_scores.sync(client=client, body=ScoresRequest(customers=[]))
    assert isinstance(refused, ErrorAnswer)
    return [
        tracked.accepted,
        sent.results[0].status,
        profile.as_of.isoformat(),
        known.churn_probability is not None,
        unknown.error.code,
        decided.placements[0].items[0].offer_id,
        refused.error.code,
    ]


if __name__ == "__main__":
    sys.stdout.writelines(f"{told}\n" for told in ask(*sys.argv[1:]))
