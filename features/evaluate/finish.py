"""How features are finished from terms: the last step of both evaluators."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from features.evaluate.plan import Group, Plan
from features.language.formulas.evaluation import band, evaluate, evaluate_one, nearest

FEW = 6  # features of some customers, up to which those of a formula are finished one by one


def finish(plan: Plan, terms: Ints, attributes: Floats, *, as_of: int) -> Floats:
    """The features of some customers, from integers: the one place where both evaluators finish.

    Args:
        plan: the features.
        terms: ``[term, customer]`` int64, in the order of ``plan.terms``.
        attributes: ``[attribute feature, customer]`` float64, what each comes to, or NaN.
        as_of: the moment looked from, in µs.

    Returns:
        ``[feature, customer]`` float64, in the order of ``plan.features``; NaN where a feature is undefined.
    """
    operands, customers = terms[plan.operands].astype(np.float64), terms.shape[1]
    finished = [attributes]
    for group in plan.groups:
        values = operands[group.operands].reshape(*group.shape, customers)
        if group.shape[1] * customers <= FEW:
            finished.append(_one_by_one(group, values, as_of))
        else:
            finished.append(evaluate(group.formula, values, group.parameters, as_of=as_of))
    finished.append(np.empty((len(plan.nearest), customers)))
    out: Floats = np.concatenate(finished)[plan.order]
    out /= plan.scale
    for at, cuts in plan.bands:
        out[at] = band(out[at], cuts)
    for at, inputs, parameters in plan.nearest:
        out[at] = nearest(np.ascontiguousarray(out[inputs].T), parameters)
    np.copyto(out, np.nan, where=np.isnan(out))  # one NaN: the sign of an undefined value differs by road and machine
    return out


def _one_by_one(group: Group, operands: Floats, as_of: int) -> Floats:
    """The features of a group from plain numbers, which is faster than by arrays when there are few."""
    values = [
        [evaluate_one(group.formula, numbers, parameters, as_of=as_of) for numbers in customers]
        for customers, parameters in zip(operands.transpose(1, 2, 0).tolist(), group.parameters_by_feature, strict=True)
    ]
    return np.array(values)
