"""What the report on customers says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPORT: Final[Mapping[str, str]] = {
    "report.title": "{name}: how our customers are doing",
    "report.about": "As of {day}. Everything here can be read without a connection, and forwarded.",
    "report.written": "The report: {file}",
    "report.contents": "Contents",
    # findings
    "report.findings": "What to know first",
    "report.no_findings": "Nothing stands out: there are too few customers, or too short a history.",
    "report.sure": "{value}, most likely in the range {interval} (95 % interval; of {n} customers).",
    "report.list": "The {count} customers, those who spent most first:",
    "finding.late": "{late} of {regulars} regular customers ({value}) have stayed away three times as long as they "
    "usually do. They spent {money_spent} in the last year.",
    "finding.late.advice": "Reach out to them before they are gone: a reminder, a service call, a reason to return.",
    "finding.unanswered": "{silent} of {contacted} customers whom we contacted three times or more in the last year "
    "({value}) never answered: no message opened, no link followed, no offer redeemed.",
    "finding.unanswered.advice": "They spent {money_spent} all the same. Contact them less, or with something else.",
    "finding.tenth": "One customer in ten brings {value} of the revenue: the best {best} of {buyers} spent "
    "{money_spent} in the last year.",
    "finding.tenth.advice": "Know them by name: losing one of them costs as much as losing several others.",
    "finding.change.less": "Customers spend less than before: on average {value} less each in the last {weeks} weeks "
    "than in the {weeks} before ({customers} customers, {money_all} in all).",
    "finding.change.more": "Customers spend more than before: on average {value} more each in the last {weeks} weeks "
    "than in the {weeks} before ({customers} customers, {money_all} in all).",
    "finding.change.advice": "{halved} of them spend less than half of what they did. Seasons are not taken out.",
    # sections
    "report.satisfaction": "Satisfaction",
    "report.satisfaction.absent": "There are no answers to surveys. Map them as events of the kind survey, with a "
    "rating and its scale.",
    "report.retention": "Churn and retention",
    "report.retention.absent": "No metric of churn or retention is computed.",
    "report.value": "Customer lifetime value",
    "report.value.absent": "No metric of customer lifetime value is computed.",
    "report.sales": "What customers buy",
    "report.sales.absent": "There are no orders.",
    "report.contact": "Contact and support",
    "report.contact.absent": "There are no contacts, visits or support cases.",
    "report.own": "Your own metrics",
    "report.now": "{value} in {period} (95 % interval {interval}).",
    "report.dropped.list": "Whom it concerns, of those dropped after {step}:",
    "report.change": "{change} since the month before, within what chance alone does ({interval}).",
    "report.change.one_of_many": "{change} since the month before ({interval}): of {compared} changes that were "
    "compared, as large a one may come by chance.",
    "report.untold": "What is lost after {step}: {why}.",
    "report.change.stands": "{change} since the month before: more than chance ({interval}).",
    "report.unheard": "{share} of those asked are of a kind of whom nobody answered.",
    "report.without": "Not told:",
    "report.without.missing": "{metric}: the data tell nothing of {missing}.",
    "report.without.weights_too_uneven": "{metric}: all months' weights are so uneven that few would speak for all.",
    "report.without.hidden": "{metric}: in every month fewer than five customers are behind it.",
    "report.without.open": "{metric}: no month of it is over yet.",
    "report.without.nobody": "{metric}: nobody is behind it in any month.",
    "report.unweighted": "Weighted; without weights it is {unweighted}.",
    "report.target.reached": "The target of {target} is reached.",
    "report.target.missed": "The target of {target} is missed.",
    "report.target.unsure": "Whether the target of {target} is reached cannot be told: the interval holds it.",
    "report.by": "{metric}, by {dimension}, {period}",
    # journeys
    "report.journeys": "Journeys, and what is lost on them",
    "report.journeys.absent": "There is no journey that anybody entered.",
    "report.entered": "{count} entries; {open} of them may still go on.",
    "report.loss.after": "dropped after",
    "report.loss.dropped": "entries",
    "report.loss.lost": "revenue lost (95 % interval)",
    "report.loss.gross": "at most",
    "report.next": "Most of those dropped after {step} went on to (how many, and what each spent after it): {names}.",
    "report.nowhere": "nothing",
    "report.winnable": "{customers} of the {dropped} customers dropped after {step} could still be won: chance times "
    "worth comes to {expected}. They are listed, the best first, by",
    "report.months": "Of those who began in each month, came to {step}",
    "report.differing": "Those who went on from {step} differ from those dropped most in {traits}. {compared} were "
    "compared.",
    "report.trait": "{name} ({went} against {dropped})",
    "report.loss.caution": "Revenue lost is what those who were dropped would have spent more, had they gone on, "
    "compared with customers like them who did; that being dropped causes it is not shown. The most it can "
    "be is beside it.",
    # what a point is worth
    "report.stages": "Stages of life: who moved last month",
    "report.stages.absent": "No move of five customers or more between stages of life is known of a whole month.",
    "report.stages.move": "from → to",
    "report.stages.customers": "customers",
    "report.stages.lost": "What it costs that customers left a stage in {period}, in the twelve weeks after",
    "report.stages.left": "left the stage",
    "report.stages.share": "of those in the stage before (95 % interval)",
    "report.segments": "Segments: whom it concerns",
    "report.segments.absent": "No segment is counted. Declare some under `segments:` of stamkund.yaml, build, and "
    "refresh.",
    "report.segments.now": "{members} customers, {share} of all, on {day}.",
    "report.segments.few": "Fewer than five customers.",
    "report.segments.month": "month",
    "report.segments.entered": "entered",
    "report.segments.left": "left",
    "report.segments.rule": "The rule changed in {months}: some moved by that alone.",
    "report.segments.trait": "what they differ in most",
    "report.segments.in": "members",
    "report.segments.out": "others",
    "report.segments.difference": "difference",
    "report.segments.compared": "The difference is told by its 95 % interval. "
    "{compared} were compared; at most one in ten of those that stand is chance. What the "
    "rule itself asks is left out.",
    "report.segments.alike": "They differ from all others in nothing by more than chance, beside what the rule asks.",
    "report.segments.scores": "score of the model {name}",
    "report.segments.consent": "allow {name}",
    "report.audience.absent": "Whom you can write to is told here once a purpose of `consent:` or a cap of "
    "`decisions:` names a channel, or addresses are known.",
    "report.audience": "Who can be written to: {channel}",
    "report.audience.list": "Each member, and why some cannot be written to:",
    "report.worth": "What a better experience is worth",
    "report.worth.absent": "There are no answers, delays or failed deliveries that could be joined with what customers "
    "spent afterwards.",
    "report.worth.what": "What changes",
    "report.worth.point": "a point more of {name}",
    "report.worth.day": "a day longer until {name}",
    "report.worth.failure": "{name}",
    "report.worth.yearly": "mending it, a year",
    "experience.support_answered": "support answered",
    "experience.support_resolved": "support resolved the case",
    "experience.delivery_late": "a late delivery",
    "experience.delivery_failed": "a failed delivery",
    "experience.cancel": "a cancelled order",
    "report.worth.spend": "spending in the quarter after",
    "report.worth.kept": "customers who buy at all",
    "report.worth.naive": "plain comparison",
    "report.worth.answers": "known of",
    "report.worth.list": "Who went through the first of these, the worst first:",
    "report.worth.caution": "These go together; that one causes the other is not shown. The plain comparison mistakes "
    "good customers for pleased ones. A mood that nobody sees may move both: only asking or mending at random tells.",
    # how to read it
    "report.notes": "How to read this",
    "report.note.as_of": "All figures are as known on {day}, of customers whose consent allows it.",
    "report.note.interval": "An interval holds the true number 19 times out of 20.",
    "report.note.open": "Periods that are not over are shaded and not drawn, for they would look like a fall: {count} "
    "here.",
    "report.note.hidden": "Groups of fewer than five customers are not shown: {count} figures here.",
    "report.note.compared": "{compared} changes were compared and {found} of those shown stand out; about one in ten "
    "of these may be chance.",
    "report.note.money": "Money is net of returns and cancellations.",
}
