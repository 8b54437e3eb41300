"""What insights say of journeys, stages, segments and worth, and why there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INSIGHTS: Final[Mapping[str, str]] = {
    "error.no_insights": "There are no tables of insights at {folder}. Run `stamkund insights refresh`.",
    "error.unknown_segment": "Unknown segment '{name}'. Known: {known}.",
    "error.unknown_segment.near": "Unknown segment '{name}'; did you mean '{near}'? Known: {known}.",
    "error.no_condition": "A segment needs a condition: send a `rule`, `conditions`, or both.",
    # what a point of satisfaction is worth
    "error.worth_needs_answers": "{answers} answers have windows before and after them, and {least} are needed to tell "
    "what a point is worth. Wait for more, or compare shorter windows.",
    "error.worth_needs_response": "{response} % of those asked answered, and {least} % are needed to tell what a point "
    "is worth: the others may feel differently. Ask at a better moment, or fewer people more often.",
    "error.worth_fails_placebo": "What a point is worth is not told: the answer also goes with how spending changed "
    "long before it (p = {p}, needed {least}), so that something else moves both.",
    "error.worth_score_constant": "All answers of a month are the same, so nobody can be compared.",
    "error.no_insights.table": (
        "The tables of insights at {folder} have no {table}: another version wrote them. Run `stamkund insights "
        "refresh`."
    ),
    "error.other_insights_format": (
        "The tables of insights at {folder} are of another version. Run `stamkund insights refresh`."
    ),
    "error.insights_busy": "Another refresh is writing to {folder}. Wait for it to end, then try again.",
    "error.unknown_metric": "There is no metric '{name}'. `stamkund insights metrics` lists them.",
    "error.unknown_metric.near": "There is no metric '{name}'; did you mean '{near}'?",
    "error.unknown_dimension": "There is no dimension '{name}' of these figures. Known: {known}.",
    "error.unknown_dimension.near": "There is no dimension '{name}' of these figures; did you mean '{near}'?",
    # journeys, for people
    "error.journey_needed": "Whom to list is not clear: name the journey, as in `journeys purchase --list view`.",
    "journeys.step": "step",
    "journeys.reached": "reached",
    "journeys.share": "share",
    "journeys.interval": "95 % interval",
    "journeys.dropped": "dropped after",
    "journeys.open": "not over yet",
    "journeys.hours": "hours until half came",
    "journeys.nothing": "nothing in time",
    "journeys.next": "After {step}, those who were dropped went on to: {went}",
    "journeys.loss": (
        "Lost after {step}: {lost} {currency} ({lost_low} to {lost_high}) that those who were dropped would have "
        "brought; they did bring {anyway}, and as much as the others it had been {gross}. One percentage point more "
        "going on is associated with {point}."
    ),
    "journeys.no_loss": "Lost after {step}: {why}",
    "journeys.listed": "{count} entries",
    "journeys.customer": "customer",
    "journeys.entered": "entered",
    "journeys.last": "last step",
    "journeys.next_event": "next",
    "journeys.winnable": "Of the {dropped} customers dropped after {step}, {customers} could still be won ({how}); "
    "{back} came back since, and of {unscored} there is no score.",
    "journeys.winnable.worth": "They are worth {worth} {currency}; the chance of each counted, {expected}. Who would "
    "have come anyway is in it: only a control group tells what an offer brings.",
    "journeys.win.answers": "how they answer an offer says the model {model}",
    "journeys.win.comes": "whether they come says the model {model}",
    "journeys.win.stays_away": "whether they stay away says the model {model}",
    "journeys.winners": "{count} customers who could still be won",
    "journeys.chance": "chance",
    "journeys.worth": "worth, {currency}",
    "journeys.expected": "chance × worth, {currency}",
    "error.nobody_scored": "Who could still be won is not known: no customer was scored by a model of this step, or "
    "of how offers are answered. Run `stamkund score` and then `stamkund insights refresh`.",
    "journeys.came": "Of all who entered, had come to {step} after: {came}",
    "journeys.after.hours": "{count} h",
    "journeys.after.days": "{count} d",
    "journeys.differ": "After {step}: what those who went on differ in, of {compared} comparisons in all",
    "journeys.differ.none": "After {step} nothing differs by more than chance; {compared} were compared.",
    "journeys.trait": "what",
    "journeys.went": "went on",
    "journeys.were_dropped": "were dropped",
    "journeys.difference": "difference",
    "journeys.differ.caution": "At most one in ten of these is chance. They go together with going on; that they "
    "cause it is not shown.",
    "trait.days_known": "days known",
    "trait.days_since_order": "days since the last order",
    "trait.count.all": "{kind}: so far",
    "trait.count.28d": "{kind}: in the 28 days before",
    "trait.count.84d": "{kind}: in the 84 days before",
    "trait.money.all": "net spending so far",
    "trait.money.28d": "net spending in the 28 days before",
    "trait.money.84d": "net spending in the 84 days before",
    # ways to a touchpoint and from it on
    "error.touchpoint_needed": "Whose way to list is not clear: name the touchpoint, as in `paths order --list to`.",
    "error.unknown_touchpoint": "No way from or to '{name}' is told. Known: {known}.",
    "error.unknown_touchpoint.near": "No way from or to '{name}' is told; did you mean '{near}'? Known: {known}.",
    "error.unknown_direction": "Ways are told {known} this touchpoint, not '{name}'.",
    "error.unknown_direction.near": "Ways are told {known} this touchpoint, not '{name}'.",
    "error.unknown_path": "There is no way in place {name}. Known: {known}.",
    "error.unknown_path.near": "There is no way in place {name}. Known: {known}.",
    "paths.from": "From the first {touchpoint} on",
    "paths.to": "To the last {touchpoint}",
    "paths.way": "way",
    "paths.none": "No way was taken by five customers.",
    # stages of life
    "error.move_needed": (
        "Whom to list is not clear: give --period, --before and --stage, as in `stages --period 2024-03 --before "
        "active --stage lapsed`."
    ),
    "error.unknown_stage": "There is no stage '{name}'. Known: {known}.",
    "error.unknown_stage.near": "There is no stage '{name}'; did you mean '{near}'? Known: {known}.",
    "stages.before": "stage before",
    "stages.stage": "stage after the month",
    "stages.loss": "In {period} {dropped} left the stage {step} and {went} stayed. Lost: {lost} {currency} "
    "({lost_low} to {lost_high}) in the twelve weeks after, beyond the {anyway} that they did bring; if all had "
    "brought as much as those who stayed, {gross}. One percentage point fewer leaving is associated with {point}.",
    "stages.no_loss": "Lost where customers left the stage {step} in {period}: {why}",
    "stages.none": "No moves between stages are known: it takes two whole months of events and a build with the "
    "feature `stage`.",
    # journeys, and what is lost on them
    "error.unknown_journey": "There is no journey '{name}'. `stamkund insights journeys` lists them.",
    "error.unknown_journey.near": "There is no journey '{name}'; did you mean '{near}'?",
    "error.unknown_step": "The journey has no step '{name}'. Known: {known}.",
    "error.unknown_step.near": "The journey has no step '{name}'; did you mean '{near}'?",
    "error.loss_of_any_order": (
        "What is lost at a step of {journey} is not told: in any order no step comes before another. Declare it "
        "`order: loose` or `strict`."
    ),
    "loss.loss_too_few": (
        "not told: {went} went on and {dropped} were dropped; {needed} of each are needed for a fair comparison"
    ),
    "loss.loss_no_overlap": (
        "not told: {outside} of those who were dropped have hardly anybody like them who went on; at most "
        "{allowed} may be so"
    ),
    "loss.loss_no_money": "not told: nobody's events have any money in the time after it",
    "loss.loss_of_any_order": "not told: in any order no step comes before another",
    "error.unknown_experience": "There is no experience '{name}'. Known: {known}.",
    "error.unknown_experience.near": "There is no experience '{name}'; did you mean '{near}'? Known: {known}.",
    "error.unknown_finding": "There is no finding '{name}' now. Known: {known}.",
    "error.unknown_finding.near": "There is no finding '{name}' now; did you mean '{near}'? Known: {known}.",
    "error.unknown_grain": "There are no periods '{name}'. Known: {known}.",
    "error.unknown_grain.near": "There are no periods '{name}'; did you mean '{near}'?",
    "error.unknown_period": "There is no period '{name}' of months or quarters. Known: {known}.",
    "error.unknown_period.either": "'{name}' may be the month {month} or the quarter {quarter}: write which.",
    "error.unknown_period.beyond": (
        "'{name}' is beyond the year: its months are {year}-01 to {year}-12, its quarters {year}-Q1 to {year}-Q4."
    ),
    "error.unknown_period.near": "There is no period '{name}'; did you mean '{near}'?",
    "error.unknown_group": "There is no group '{name}'. Known: {known}.",
    "error.unknown_group.near": "There is no group '{name}'; did you mean '{near}'?",
    "error.group_of_nothing": "'{group}' is a group of no dimension: say by which, as in by=channel.",
    "error.two_groups_needed": "Two different groups are compared, as in compare=web&compare=store.",
    "error.figure_needed": (
        "Whom to list is not clear: name one metric and a period, as in `metrics revenue --list --period 2024-03`."
    ),
    # segments, for people
    "segments.segment": "segment",
    "segments.customers": "customers",
    "segments.share": "share",
    "segments.entered": "entered",
    "segments.left": "left",
    "segments.rule": "rule",
    "segments.all": "{customers} customers as of {moment}",
    "segments.none": (
        "No segments are declared: name some in `segments:` of stamkund.yaml, or try one with --count RULE."
    ),
    "segments.counted": "{members} of {customers} customers as of {moment}: {rule}",
    "segments.condition": "condition",
    "segments.failing": "keep out",
    "segments.unknown": "of them unknown",
    "segments.alone": "alone",
    "segments.remain": "left",
    "segments.nobody_came": "Nobody ever came to {name}: look at the `kind` and `where` of the journey's steps.",
    "segments.nobody_has": "Nobody's {name} is '{text}'.",
    "segments.nobody_has.near": "Nobody's {name} is '{text}'. Did you mean '{near}'?",
    "segments.two": "{members} in {segment}, {others} in {other}, {both} in both, as of {moment}",
    "segments.the_rule": "the rule",
    "segments.what": "what",
    "segments.difference": "difference",
    "segments.interval": "95 % interval",
    "segments.alike": "Nothing differs by more than chance.",
    "segments.stand": "{stands} of {compared} comparisons stand; at most one in ten of them is chance.",
    "segments.other": "and",
    "segments.both": "in both",
    "segments.is_in": "{customer} is in.",
    "segments.is_out": "{customer} is not in: {needs}.",
    "segments.in": "is in",
    "segments.written": "{members} members: {where}",
    # whom a channel reaches of a segment
    "audience.in_segment": "in the segment",
    "audience.no_identifier": "known by a browser or device only",
    "audience.no_permission": "do not allow it",
    "audience.capped": "got as many messages as caps allow",
    "audience.no_address": "have no address for it",
    "audience.reachable": "can be reached",
    "channel.email": "e-mail",
    "channel.sms": "text message",
    "channel.push": "push message",
}
