"""Lists of the weights that the files of a network hold, folded so that a person can read them."""
import collections
import re

import torch

import formula
import references


def unused(model, size):
    """Names of weights that have no say in what the network puts out."""
    outputs = model(torch.from_numpy(formula.image(*size)))
    outputs = outputs.values() if isinstance(outputs, dict) else [outputs]
    sum(output.sum() for output in outputs).backward()
    return {name for name, weight in model.named_parameters() if weight.grad is None}


def folded(shapes, dropped):
    """One line for each run of blocks: NAME with {first..last}, its shape, and "unused" where nothing asks for it."""
    runs = collections.OrderedDict()
    for name, shape in shapes.items():
        found = re.fullmatch(r"(.*\b(?:blocks|layer|layers)\.)(\d+)(\..*)", name)
        before, number, after = (found[1], int(found[2]), found[3]) if found else (name, None, "")
        runs.setdefault((before, after, shape, name in dropped), []).append(number)
    for (before, after, shape, is_dropped), numbers in runs.items():
        while numbers:
            count = next((n for n in range(1, len(numbers)) if numbers[n] != numbers[0] + n), len(numbers))
            run, numbers = numbers[:count], numbers[count:]
            number = "" if run[0] is None else str(run[0]) if count == 1 else f"{{{run[0]}..{run[-1]}}}"
            yield f"{before}{number}{after} {'x'.join(map(str, shape))}{' unused' if is_dropped else ''}"


def write_all(folder, folders):
    midas, v1, v2, v3 = folders["isl-org/MiDaS"], folders["LiheYoung/Depth-Anything"], \
        folders["DepthAnything/Depth-Anything-V2"], folders["ByteDance-Seed/Depth-Anything-3"]
    folder.mkdir(exist_ok=True)

    def write(name, shapes, dropped):
        (folder / f"{name}.txt").write_text("\n".join(folded(shapes, dropped)) + "\n")

    def one(name, full, reduced, size, family=None, theirs=None):
        shapes = references.weights_of(full())
        dropped = unused(references.fill(reduced()), size)
        assert not any(".blocks." in weight for weight in dropped) and dropped <= set(shapes)
        write(name, shapes, dropped)
        if family is None:
            return shapes
        # A network of the transformers library holds the same tensors, but for a classifier that DPT has left over.
        rows = references.transformers_rows(family)
        their_shapes, parts = references.weights_of(theirs()), {}
        for weight, shape in their_shapes.items():
            there, part = references.canonical(weight, rows)
            parts.setdefault(there, []).append((part, shape))
        for there, found in parts.items():
            first = sum(shape[0] for _, shape in found)
            assert [part for part, _ in found] in ([None], [0, 1, 2]) and shapes[there] == (first, *found[0][1][1:]), there
        assert {weight for weight in set(shapes) - set(parts) if ".head." not in weight} == set()
        write(f"{name}.transformers", their_shapes,
              {weight for weight in their_shapes if references.canonical(weight, rows)[0] in dropped})
        return shapes

    one("midas-small", lambda: references.midas_small(midas), lambda: references.midas_small(midas), (64, 64))
    one("dpt-hybrid", lambda: references.dpt(midas, "vitb_rn50_384"), lambda: references.dpt(midas, "vitb_rn50_384"),
        (64, 64), "dpt", lambda: references.transformers_dpt(True))
    one("dpt-large", lambda: references.dpt(midas, "vitl16_384"), lambda: references.dpt(midas, "vitl16_384", 4), (64, 64),
        "dpt", lambda: references.transformers_dpt(False))
    for encoder in references.CONFIGURATIONS:
        # V1, V2 and its metric kind have one list of names.
        shapes = one(f"depth-anything-{encoder}", lambda: references.depth_anything(v1, encoder),
                     lambda: references.depth_anything(v1, encoder, 4), (56, 56), "depth-anything",
                     lambda: references.transformers_depth_anything(encoder, references.TAPS_V2[encoder]))
        assert shapes == references.weights_of(references.depth_anything_v2(v2, encoder))
        assert shapes == references.weights_of(references.depth_anything_v2(v2, encoder, max_depth=20.0))
    one("depth-anything-3-mono-large", lambda: references.depth_anything_3(v3), lambda: references.depth_anything_3(v3, 4),
        (56, 56))
