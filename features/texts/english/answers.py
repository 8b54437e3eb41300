"""What answers say by codes: why an offer is not shown, why there is no score, which stage a customer is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANSWERS: Final[Mapping[str, str]] = {
    # why an offer is not shown, or a fallback is
    "no_permission": "The customer may not be written to on this channel.",
    "quiet_hours": "Nothing is sent on this channel at this hour.",
    "no_consent": "The customer does not allow offers to be chosen for them.",
    "expired": "It ended at {ends}.",
    "not_started": "It starts at {starts}.",
    "no_model": "No redemption model is registered, so nothing tells whether it would be taken.",
    "not_contacted": "Campaign {campaign_id} has not reached this customer.",
    "already_redeemed": "The customer has redeemed it already.",
    "no_value": "Its expected value is {expected}: it would cost at least what it brings.",
    "shown_elsewhere": "It is shown in placement {placement}.",
    "outranked": "Its expected value {expected} is below the {least} of the last one shown.",
    "wrong_placement": "Placement {placement} shows no {what}.",
    "wrong_channel": "It is not shown on the channel {channel}.",
    # a declared rule that does not hold, and what would have to change
    "rule": "Rule {rule} does not hold: {needs}.",
    "rule.told": "{text}: {needs}.",
    "rule.or": "or",
    "rule.need": "{name} is {value} and must be {needed}",
    "rule.unknown": "{name} is not known",
    "rule.nothing": "not known",
    "rule.true": "{name} is not so",
    "rule.false": "{name} must not be so",
    "rule.below": "below {value}",
    "rule.at_most": "at most {value}",
    "rule.above": "above {value}",
    "rule.at_least": "at least {value}",
    "rule.equal": "{value}",
    "rule.other": "other than {value}",
    "rule.among": "among {value}",
    "rule.none_of": "none of {value}",
    "rule.with": "with {value}",
    "rule.without": "without {value}",
    "rule.yes": "true",
    "rule.no": "false",
    "as_if_contacted": "The campaign has not reached the customer; the chance is as if it did so now.",
    "unknown_visitor": "Nobody is known under this identifier.",
    "nothing_eligible": "No offer may be shown to this customer.",
    # why a model says nothing of a customer
    "no_score.no_events": "Nothing has happened yet.",
    "no_score.no_model": "No model is in use yet.",
    "no_score.feature_set_mismatch": "The model was trained on features that are no longer at hand.",
    "no_score.outside_population": "The model is not about this customer, who was not active lately.",
    "no_score.not_contacted": "No running campaign has reached this customer.",
    "no_score.no_consent": "The customer does not allow scores.",
    # a customer's life with the company, and the road to the next order
    "stage.prospect": "prospect",
    "stage.new": "new",
    "stage.active": "active",
    "stage.loyal": "loyal",
    "stage.at risk": "at risk",
    "stage.lapsed": "lapsed",
    "stage.returning": "returning",
    "journey_stage.quiet": "quiet",
    "journey_stage.considering": "considering",
    "journey_stage.evaluating": "evaluating",
    "journey_stage.buying": "buying",
    "journey_stage.after the purchase": "after the purchase",
}
