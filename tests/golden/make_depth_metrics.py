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


def counted(shape, crop):
    """The pixels within the crop of Eigen et al., which is of 480 x 640."""
    (height, width), inside = shape, numpy.zeros(shape, bool)
    rows, columns = ([int(numpy.floor(at * side / whole + 0.5)) for at in ends]
                     for ends, side, whole in (((45, 471), height, 480), ((41, 601), width, 640)))
    inside[rows[0]:rows[1], columns[0]:columns[1]] = True
    return inside if crop else numpy.ones(shape, bool)


def aligned_depth(p, q, estimate_kind, truth_kind, align):
    """Depth of the estimate on the truth's scale, None where there is none."""
    if truth_kind == "disparity":
        return None
    if align == "scale-shift":
        scale, shift = numpy.linalg.lstsq(numpy.stack([p, numpy.ones(p.size)], 1), q, rcond=None)[0]
        if scale < 0:
            scale, shift = 0, q.mean()
        return 1 / numpy.maximum(scale * p + shift, q.min())
    if align == "median":
        return None if estimate_kind == "disparity" else 1 / p * numpy.median(1 / q) / numpy.median(1 / p)
    return 1 / p if estimate_kind == truth_kind else None


def metrics(estimate, estimate_kind, truth, truth_kind, align, crop, least, most):
    p = 1 / estimate if estimate_kind == "metres" else estimate
    q = 1 / truth if truth_kind == "metres" else truth
    counts = counted(truth.shape, crop) & numpy.isfinite(p) & numpy.isfinite(q)
    if truth_kind == "metres":
        with numpy.errstate(invalid="ignore"):
            counts &= (truth > least) & (truth < most)
    found = {"pixels": int(counts.sum()),
             "spearman": float(numpy.corrcoef(ranks(p[counts]), ranks(q[counts]))[0, 1])}
    depth = aligned_depth(p[counts], q[counts], estimate_kind, truth_kind, align)
    if depth is None:
        return found
    expected = 1 / q[counts]
    if truth_kind == "metres":
        depth = numpy.clip(depth, least, most)
        found["sq_rel_m"] = numpy.mean((depth - expected) ** 2 / expected)
        found["rmse_m"] = numpy.sqrt(numpy.mean((depth - expected) ** 2))
    found["abs_rel"] = numpy.mean(abs(depth - expected) / expected)
    found["rmse_log"] = numpy.sqrt(numpy.mean((numpy.log(depth) - numpy.log(expected)) ** 2))
    found["log10"] = numpy.mean(abs(numpy.log10(depth) - numpy.log10(expected)))
    for power in (1, 2, 3):
        within = numpy.maximum(depth / expected, expected / depth) < 1.25 ** power
        found[f"delta{power}"] = numpy.mean(within)
    maps = [numpy.full(truth.shape, numpy.nan) for _ in range(2)]
    maps[0][counts], maps[1][counts] = 1 / depth, q[counts]
    found["boundary_f1"] = boundary_f1(*maps)
    return {name: value if name == "pixels" else float(value) for name, value in found.items()}


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
    metric = (1 / (0.7 * blurred)).astype(numpy.float32)
    metric[5, 3:8] = numpy.nan
    metric[12, 18] = 40
    pairs = {
        "noisy, shifted, against metres with holes": (noisy, "disparity", metres, "metres"),
        "ties against metres": (coarse, "disparity", metres, "metres"),
        "metric with holes against metres": (metric, "metres", metres, "metres"),
        "metric against pixels of disparity": (metric, "metres", 30 * disparity, "disparity-px"),
        "a ramp against pixels of disparity": ((y + 0.5) / height, "disparity", 30 * disparity, "disparity-px"),
        "far is near": (-noisy, "disparity", metres, "metres"),
        "against disparity without a scale": (noisy, "disparity", 5 * disparity - 1, "disparity"),
    }
    protocols = [(align, crop, least, most) for align in ("scale-shift", "median", "none")
                 for crop, least, most in ((False, 0, numpy.inf), (True, 1e-3, 10), (False, 1.25, 4), (True, 1.5, 3))]
    cases = []
    for name, (estimate, estimate_kind, truth, truth_kind) in pairs.items():
        estimate, truth = (a.astype(numpy.float32) for a in (estimate, truth))
        as_list = lambda a: [None if numpy.isnan(v) else float(v) for v in a.ravel()]  # noqa: E731
        exact = estimate.astype(float), estimate_kind, truth.astype(float), truth_kind
        runs = [{"align": align, "crop": crop, "min": least, "max": most if numpy.isfinite(most) else None,
                 "metrics": metrics(*exact, align, crop, least, most)} for align, crop, least, most in protocols]
        cases.append({"name": name, "width": width, "height": height,
                      "estimate_kind": estimate_kind, "estimate": as_list(estimate),
                      "truth_kind": truth_kind, "truth": as_list(truth), "runs": runs})
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "depth_metrics" / "cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
