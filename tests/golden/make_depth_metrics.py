#!/usr/bin/env python3
"""Writes depth_metrics/cases.json: pairs of small depth maps and their measures, worked out by NumPy from the
definitions, not by the program that is tested.

  make_depth_metrics.py        needs NumPy alone
"""
import json
import pathlib

import numpy

HERE = pathlib.Path(__file__).parent


def ranks(values):
    """Mean ranks of ties."""
    below = (values[:, None] > values[None]).sum(1)
    equal = (values[:, None] == values[None]).sum(1)
    return below + (equal - 1) / 2


def edges(disparity, threshold):
    """Where the next pixel rightwards, leftwards, downwards, upwards is nearer by more than the threshold."""
    left, right, upper, lower = disparity[:, :-1], disparity[:, 1:], disparity[:-1], disparity[1:]
    with numpy.errstate(invalid="ignore"):
        return [right / left > threshold, left / right > threshold, lower / upper > threshold, upper / lower > threshold]


def boundary_f1(estimate, truth):
    thresholds = numpy.linspace(1.05, 1.25, 10)
    scores = []
    for threshold in thresholds:
        pairs = list(zip(edges(estimate, threshold), edges(truth, threshold)))
        precision = numpy.mean([(e & t).sum() / max(e.sum(), 1) for e, t in pairs])
        recall = numpy.mean([(e & t).sum() / max(t.sum(), 1) for e, t in pairs])
        scores.append(2 * precision * recall / (precision + recall) if precision + recall else 0)
    return float(numpy.average(scores, weights=thresholds))


def metrics(estimate, estimate_kind, truth, truth_kind):
    p = 1 / estimate if estimate_kind == "metres" else estimate
    q = 1 / truth if truth_kind == "metres" else truth
    known = numpy.isfinite(p) & numpy.isfinite(q)
    p, q = numpy.where(known, p, numpy.nan), numpy.where(known, q, numpy.nan)
    found = {"pixels": int(known.sum()),
             "spearman": float(numpy.corrcoef(ranks(p[known]), ranks(q[known]))[0, 1])}
    if truth_kind == "disparity":
        return found
    columns = numpy.stack([p[known], numpy.ones(known.sum())], 1)
    scale, shift = numpy.linalg.lstsq(columns, q[known], rcond=None)[0]
    if scale < 0:
        scale, shift = 0, q[known].mean()
    aligned = numpy.maximum(scale * p + shift, q[known].min())
    depth, expected = 1 / aligned[known], 1 / q[known]
    found["abs_rel"] = float(numpy.mean(abs(depth - expected) / expected))
    found["delta1"] = float(numpy.mean(numpy.maximum(depth / expected, expected / depth) < 1.25))
    found["boundary_f1"] = boundary_f1(aligned, q)
    if truth_kind == "metres":
        found["rmse_m"] = float(numpy.sqrt(numpy.mean((depth - expected) ** 2)))
    return found


def main():
    random = numpy.random.default_rng(5)
    height, width = 14, 20
    y, x = numpy.mgrid[:height, :width]
    metres = 2.0 + 3.0 * (1 - y / height)
    metres[4:10, 6:13] = 1.3
    metres[8:, 14:18] = 1.9
    metres[1:3, 2:5] = numpy.nan
    disparity = 1 / numpy.where(numpy.isnan(metres), 3.0, metres)
    noisy = 40 * disparity - 7 + random.normal(0, 1.2, disparity.shape)
    coarse = numpy.round(8 * disparity) + 1  # With many ties.
    blurred = (disparity + numpy.roll(disparity, 1, 1) + numpy.roll(disparity, -1, 1)) / 3
    pairs = {
        "noisy, shifted, against metres with holes": (noisy, "disparity", metres, "metres"),
        "ties against metres": (coarse, "disparity", metres, "metres"),
        "metric against metres": (1 / (0.9 * blurred), "metres", metres, "metres"),
        "a ramp against pixels of disparity": ((y + 0.5) / height, "disparity", 30 * disparity, "disparity-px"),
        "far is near": (-noisy, "disparity", metres, "metres"),
        "against disparity without a scale": (noisy, "disparity", 5 * disparity - 1, "disparity"),
    }
    cases = []
    for name, (estimate, estimate_kind, truth, truth_kind) in pairs.items():
        estimate, truth = (a.astype(numpy.float32) for a in (estimate, truth))
        as_list = lambda a: [None if numpy.isnan(v) else float(v) for v in a.ravel()]  # noqa: E731
        cases.append({"name": name, "width": width, "height": height,
                      "estimate_kind": estimate_kind, "estimate": as_list(estimate),
                      "truth_kind": truth_kind, "truth": as_list(truth),
                      "metrics": metrics(estimate.astype(float), estimate_kind, truth.astype(float), truth_kind)})
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "depth_metrics" / "cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
