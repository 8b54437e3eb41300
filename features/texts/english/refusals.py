"""Why a model is not used: what came, what is needed, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LEAK: Final = (
    "Of the columns '{column}' tells most, alone {alone}. If it is only known with the outcome, say "
    "`leave_out: [{column}]` in the target and train again; if all is right, "
    "`stamkund models promote {target} VERSION --override REASON`."
)
_CHANGED: Final = "customers have changed, or there are too few of them; add history or train again later."
_LEVEL: Final = (
    "on the last labelled customers (90 % interval of the ratio: {low} to {high}), and may be off by {most}%. What "
    "customers do in all has changed; train again when the change is in the history."
)
_WORSE: Final = (
    "'{target}' orders the {rows} latest rows, which neither had learnt from, worse than the champion, version "
    "{champion}"
)
_CHALLENGER: Final = (
    "The champion is better in {confidence}% of resamples, and may be in less than {most}%. The model is registered as "
    "the challenger; a champion older than {days} days (gate.renew) makes way without a comparison. To have the "
    "challenger all the same: `stamkund models promote`."
)

REFUSALS: Final[Mapping[str, str]] = {
    "refusal.too_little_history": "'{target}' has {count} days of history up to as_of, and needs {least} ({horizons} "
    "horizons). Add older events, shorten the target's horizon, or train again later.",
    "refusal.too_little_history.one": "'{target}' has one day of history up to as_of, and needs {least} ({horizons} "
    "horizons). Add older events, shorten the target's horizon, or train again later.",
    "refusal.too_few_outcomes": "'{target}' has {count} outcomes of the rarer class among {customers} customers known "
    "at as_of, and needs {least}. Add customers or history, or declare a target that happens more often.",
    "refusal.too_few_outcomes.one": "'{target}' has one outcome of the rarer class among {customers} customers known "
    "at as_of, and needs {least}. Add customers or history, or declare a target that happens more often.",
    "refusal.too_few_outcomes.amounts": "'{target}' has {count} amounts above 0 among {customers} customers known at "
    "as_of, and needs {least}. Add customers or history, or declare a target that happens more often.",
    "refusal.too_few_outcomes.amounts.one": "'{target}' has one amount above 0 among {customers} customers known at "
    "as_of, and needs {least}. Add customers or history, or declare a target that happens more often.",
    "refusal.too_few_outcomes.arms": "'{target}' has {count} outcomes in the arm that has fewer, among {customers} "
    "customers of the experiment known at as_of, and needs {least}. Check the words of `treated`, `control` and "
    "`outcome`; else go on with the experiment, or declare an outcome that happens more often.",
    "refusal.too_few_outcomes.arms.one": "'{target}' has one outcome in the arm that has fewer, among {customers} "
    "customers of the experiment known at as_of, and needs {least}. Check the words of `treated`, `control` and "
    "`outcome`; else go on with the experiment, or declare an outcome that happens more often.",
    "refusal.confounded": "'{target}' was no experiment: what was known before tells who was treated (AUC {figure}, "
    "99 % interval {low} to {high}; chance is 0.5). Look for a rule that chose, for customers who are missing in one "
    "arm, or for arms of different days; then take only what was drawn at random.",
    "refusal.wrong_share": "'{target}' has {count} treated among {customers} customers, a share of {came}, where "
    "{share} was said: chance does not explain that. Look for customers who are missing in one arm, or correct "
    "`share`.",
    "refusal.no_better_than_chance": "'{target}' orders customers better than chance in {confidence}% of resamples, "
    "and needs {least}% (Qini coefficient: 90 % interval {low} to {high}). Being treated may change as much for "
    "everybody: contact all or nobody, or go on with the experiment.",
    "refusal.too_few_outcomes.to_test": "'{target}' has too few outcomes to set some aside for the test: it needs "
    "{least} of each class in the last labelled moments and {before} known before them. Add customers or history.",
    "refusal.no_rule": "'{target}' has no rule to be compared with: none of the features that a rule would use is in "
    "the feature set. Rebuild with `stamkund build --refit`, so that it has features of '{event}'.",
    "refusal.not_better_than_rule": "'{target}' beats the rule '{rule}' in {confidence}% of resamples of the last "
    "labelled customers, and needs {least}%. Use the rule, or add history or features.",
    "refusal.leak": "'{target}' is told too well to be believed: AUC {figure}, from {most} on (gate.leak) it is "
    f"refused. {_LEAK}",
    "refusal.leak.amounts": "'{target}' is told too well to be believed: normalised Gini {figure}, from {most} on "
    f"(gate.leak) it is refused. {_LEAK}",
    "refusal.reversed": "'{target}' has a calibration slope of {slope} on the last labelled customers: who got a "
    "higher score did so less often. What held before has turned round; look for a source that changed, or train again "
    "later.",
    "refusal.not_calibrated.extreme": "'{target}' has a calibration slope of {slope} on the last labelled customers, "
    f"and needs {{low}} to {{high}}. Its scores are too extreme: {_CHANGED}",
    "refusal.not_calibrated.timid": "'{target}' has a calibration slope of {slope} on the last labelled customers, "
    f"and needs {{low}} to {{high}}. Its scores are too timid: {_CHANGED}",
    "refusal.wrong_level.too_high": f"'{{target}}' has scores that are {{off}}% too high in all {_LEVEL}",
    "refusal.wrong_level.too_low": f"'{{target}}' has scores that are {{off}}% too low in all {_LEVEL}",
    "refusal.not_better_than_champion": f"{_WORSE}: AUC {{figure}} against {{rival}}. {_CHALLENGER}",
    "refusal.not_better_than_champion.amounts": f"{_WORSE}: normalised Gini {{figure}} against {{rival}}. "
    f"{_CHALLENGER}",
    "refusal.not_better_than_champion.uplifts": f"{_WORSE}: Qini coefficient {{figure}} against {{rival}}. "
    f"{_CHALLENGER}",
    "refusal.older_than_champion": "'{target}' has a champion trained at {champion}, later than this model's {own}. "
    "The model is registered and not promoted; to have it all the same: `stamkund models promote`.",
    "refusal.features_fitted_late": "'{target}' is tested at moments before the features were fitted. Set "
    "features.fitted_at to an earlier day, then `stamkund build --refit`.",
}
