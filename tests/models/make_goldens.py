#!/usr/bin/env python3
"""Runs the reference implementations on weights and images made by a formula and writes what they put out.

  make_goldens.py --midas DIR --depth-anything DIR --depth-anything-v2 DIR --depth-anything-3 DIR [PATTERN ...]

See README.md for the repositories, their commits and the packages. PATTERNs choose among the networks by name.
"""
import argparse
import contextlib
import fnmatch
import importlib.metadata
import json
import pathlib
import re
import subprocess
import time

import torch

import formula
import input_sizes
import mutants
import names
import references

HERE = pathlib.Path(__file__).parent
COMMITS = {
    "isl-org/MiDaS": "454597711a62eabcbf7d1e89f3fb9f569051ac9b",
    "LiheYoung/Depth-Anything": "1d03336771fe09c5398ffdd211441e33941a97dc",
    "DepthAnything/Depth-Anything-V2": "a561b849ebae10a6f5ef49e26c83cbbcd36c71bf",
    "ByteDance-Seed/Depth-Anything-3": "2c21ea849ceec7b469a3e62ea0c0e270afc3281a",
}
PACKAGES = ("torch", "timm", "geffnet", "transformers")

OUTPUT_VALUES = 300
CHECKPOINT_VALUES = 20
LEAST_SPREAD = 0.02  # std / max of an output; less would prove nothing.
LARGEST = 1e4  # Of any checkpoint.
LEAST_MISTAKE = 1e-3  # Largest difference that a mutant makes, over the largest value.
TRANSFORMERS_TOLERANCE = 1e-5


def networks(folders):
    """name -> (how to build it, repository, what it is, sizes, mutants at the last of the sizes)"""
    midas, v1, v2, v3 = (folders[repository] for repository in COMMITS)
    vit = [mutants.swapped_qk, mutants.unresized_positions, mutants.align_corners]
    dpt = vit + [mutants.dropped_readout]
    dino = vit + [mutants.unnormalised_taps, mutants.exact_scale_positions]
    encoders = references.CONFIGURATIONS

    def dinov2(encoder, blocks, taps, **more):
        width, heads, _ = references.WIDTHS[encoder]
        return dict(encoder=encoder, width=width, heads=heads, blocks=blocks, taps=taps, patch=14, **encoders[encoder],
                    **more)

    found = {
        "midas-small": (
            lambda: references.midas_small(midas), "isl-org/MiDaS", dict(backbone="tf_efficientnet_lite3", features=64),
            [(256, 256), (192, 256)], [mutants.align_corners, mutants.align_corners_head, mutants.symmetric_padding,
                                        mutants.other_epsilon]),
        "dpt-hybrid": (
            lambda: references.dpt(midas, "vitb_rn50_384"), "isl-org/MiDaS",
            dict(width=768, heads=12, blocks=12, taps=["stage 1", "stage 2", 8, 11], patch=16, features=256,
                 out_channels=[256, 512, 768, 768]),
            [(384, 384), (288, 384)], dpt + [mutants.symmetric_padding, mutants.plain_weights]),
        "dpt-large.blocks4": (
            lambda: references.dpt(midas, "vitl16_384", 4), "isl-org/MiDaS",
            dict(width=1024, heads=16, blocks=4, taps=[0, 1, 2, 3], patch=16, features=256,
                 out_channels=[256, 512, 1024, 1024]),
            [(192, 192), (160, 224)], dpt),
        "depth-anything-vits": (
            lambda: references.depth_anything(v1, "vits"), "LiheYoung/Depth-Anything",
            dinov2("vits", 12, [8, 9, 10, 11]), [(518, 518), (224, 280)], dino + [mutants.other_taps]),
        "depth-anything-v2-vits": (
            lambda: references.depth_anything_v2(v2, "vits"), "DepthAnything/Depth-Anything-V2",
            dinov2("vits", 12, [2, 5, 8, 11]), [(518, 518), (392, 518), (252, 336)], dino + [mutants.other_taps]),
        "depth-anything-v2-metric-indoor-vits": (
            lambda: references.depth_anything_v2(v2, "vits", max_depth=20.0), "DepthAnything/Depth-Anything-V2",
            dinov2("vits", 12, [2, 5, 8, 11], max_depth=20), [(518, 518), (252, 336)], vit),
        "depth-anything-v2-metric-outdoor-vits": (
            lambda: references.depth_anything_v2(v2, "vits", max_depth=80.0), "DepthAnything/Depth-Anything-V2",
            dinov2("vits", 12, [2, 5, 8, 11], max_depth=80), [(252, 336)], []),
        "depth-anything-3-mono-large.blocks4": (
            lambda: references.depth_anything_3(v3, 4), "ByteDance-Seed/Depth-Anything-3",
            dinov2("vitl", 4, [0, 1, 2, 3]), [(336, 252), (252, 336)], dino),
    }
    for encoder in ("vitb", "vitl"):
        found[f"depth-anything-{encoder}.blocks4"] = (
            lambda encoder=encoder: references.depth_anything(v1, encoder, 4), "LiheYoung/Depth-Anything",
            dinov2(encoder, 4, [0, 1, 2, 3]), [(224, 280)], [])
        found[f"depth-anything-v2-{encoder}.blocks4"] = (
            lambda encoder=encoder: references.depth_anything_v2(v2, encoder, 4), "DepthAnything/Depth-Anything-V2",
            dinov2(encoder, 4, [0, 1, 2, 3]), [(252, 336)], [])
    return found


@contextlib.contextmanager
def watched(model):
    """What passes the points of the network that the goldens name."""
    passed, hooks = {}, []

    def keep(name):
        def hook(module, inputs, output=None):
            passed[name] = (inputs[0] if output is None else output).detach().clone()
        return hook

    for name, module in model.named_modules():
        leaf = name.split(".")[-1]
        if name.endswith("scratch." + leaf):
            if leaf.startswith("layer"):
                hooks.append(module.register_forward_pre_hook(keep("layer_" + leaf[5])))
            elif leaf.startswith("refinenet"):
                hooks.append(module.register_forward_hook(keep("path_" + leaf[9])))
        elif name.endswith("patch_embed.backbone.stem"):
            hooks.append(module.register_forward_hook(keep("stem")))
        elif name.endswith("patch_embed.backbone.stages.2"):
            hooks.append(module.register_forward_hook(keep("stage_3")))
        elif name == "pretrained.layer1.3":
            hooks.append(module.register_forward_pre_hook(keep("stem")))
        elif leaf == "blocks" and hasattr(module[0], "attn"):
            hooks.append(module[0].register_forward_pre_hook(keep("tokens")))
            hooks.append(module[0].register_forward_hook(keep("first_block")))
            hooks.append(module[-1].register_forward_hook(keep("last_block")))
    yield passed
    for hook in hooks:
        hook.remove()


def run(model, size, dtype=torch.float32):
    with torch.no_grad():
        output = model(torch.from_numpy(formula.image(*size)).to(dtype))
    return output if isinstance(output, dict) else {"depth": output}


def short(value):
    return float(f"{float(value):.9g}")


def summary(tensor, count):
    flat = tensor.reshape(-1)
    at = [k * (flat.numel() - 1) // (count - 1) for k in range(count)]
    return {"shape": list(tensor.shape), "max_abs": short(flat.abs().max()), "mean": short(flat.double().mean()),
            "values": [short(flat[i]) for i in at]}


def difference(outputs, others):
    return max(float((outputs[name].double() - others[name].double()).abs().max() / outputs[name].abs().max())
               for name in outputs)


def write(path, content):
    # One line for each list of numbers.
    text = re.sub(r"\[\n([^\[\]{}]*)\n *\]", lambda m: "[" + " ".join(m[1].split()) + "]", json.dumps(content, indent=1))
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n")


def check(true, sentence):
    if not true:
        raise SystemExit(f"relievo: {sentence}")


def make_case(name, build, repository, what, sizes, mistakes):
    model = references.fill(build())
    about = {"network": name, "repository": repository, "commit": COMMITS[repository], "config": what}
    kept, goldens = {}, {}
    for size in sizes:
        label = f"{name}.{size[0]}x{size[1]}"
        with watched(model) as checkpoints:
            outputs = kept[size] = run(model, size)
        for key, output in outputs.items():
            spread = float(output.std() / output.max())
            print(f"  {label} {key}: min {output.min():.4g} mean {output.mean():.4g} max {output.max():.4g} "
                  f"std/max {spread:.3f}, {(output > 0).float().mean():.1%} above zero", flush=True)
            check(spread > LEAST_SPREAD, f"The output {key} of {label} hardly varies.")
        for key, tensor in checkpoints.items():
            check(tensor.abs().max() < LARGEST, f"{key} of {label} reaches {tensor.abs().max():g}.")
        goldens[size] = dict(
            about, input=list(size), outputs={k: summary(v, OUTPUT_VALUES) for k, v in outputs.items()},
            checkpoints={k: summary(v, CHECKPOINT_VALUES) for k, v in sorted(checkpoints.items())})
    for mistake in mistakes:
        size = sizes[-1]
        label = f"{name}.{size[0]}x{size[1]}.mutant-{mistake.__name__}"
        with mistake(model):
            wrong = run(model, size)
        far = difference(kept[size], wrong)
        print(f"  {label}: {far:.3g}", flush=True)
        check(far > LEAST_MISTAKE, f"{label} differs from the reference by {far:g} of the largest value only.")
        write(HERE / "goldens" / f"{label}.json", dict(
            about, mutant=mistake.__name__, mistake=mistake.__doc__.strip(), difference=short(f"{far:.3g}"),
            input=list(size), outputs={k: summary(v, OUTPUT_VALUES) for k, v in wrong.items()}))
    check(difference(kept[sizes[-1]], run(model, sizes[-1])) == 0, f"A mutant of {name} left something behind.")
    model.double()
    for size in sizes:
        label = f"{name}.{size[0]}x{size[1]}"
        rounding = difference(run(model, size, torch.float64), kept[size])
        print(f"  {label}: float32 strays from float64 by {rounding:.2g}", flush=True)
        goldens[size]["rounding"] = short(f"{rounding:.2g}")
        write(HERE / "goldens" / f"{label}.json", goldens[size])
    return kept


def compare_transformers(kept):
    """The transformers library puts out the same, given the same weights under its own names."""
    cases = [
        ("dpt-hybrid", (384, 384), "dpt", lambda: references.transformers_dpt(True)),
        ("dpt-large.blocks4", (192, 192), "dpt", lambda: references.transformers_dpt(False, 4)),
        ("depth-anything-vits", (518, 518), "depth-anything",
         lambda: references.transformers_depth_anything("vits", [8, 9, 10, 11])),
        ("depth-anything-v2-vits", (518, 518), "depth-anything",
         lambda: references.transformers_depth_anything("vits", [2, 5, 8, 11])),
        ("depth-anything-v2-metric-indoor-vits", (518, 518), "depth-anything",
         lambda: references.transformers_depth_anything("vits", [2, 5, 8, 11], 20)),
        # Here the library resizes the positions otherwise; see exact_scale_positions.
        ("depth-anything-v2-vits", (252, 336), None,
         lambda: references.transformers_depth_anything("vits", [2, 5, 8, 11])),
    ]
    for name, size, family, build in cases:
        if name not in kept:
            continue
        model = references.fill(build(), references.transformers_rows(family or "depth-anything"))
        with torch.no_grad():
            depth = model(torch.from_numpy(formula.image(*size))).predicted_depth
        far = difference(kept[name][size], {"depth": depth})
        print(f"  transformers {name} {size[0]}x{size[1]}: {far:.2g}", flush=True)
        check(family is None or far < TRANSFORMERS_TOLERANCE, f"transformers' {name} differs by {far:g}.")


def make_sky(folder):
    """What Depth Anything 3 does to the depth of the sky, on maps from the formula."""
    with references.repository(folder / "src", "depth_anything_3"):
        from addict import Dict
        from depth_anything_3.model.da3 import DepthAnything3Net
        shape = (1, 1, 60, 80)
        depth = 2 + torch.from_numpy(formula.uniform("sky_depth", 4800)).reshape(shape)
        sky = torch.from_numpy(formula.uniform("sky", 4800)).reshape(shape)
        result = DepthAnything3Net._process_mono_sky_estimation(None, Dict(depth=depth.clone(), sky=sky)).depth
    check(not torch.equal(result, depth), "The sky changes nothing.")
    write(HERE / "goldens" / "depth-anything-3-sky.json", {
        "repository": "ByteDance-Seed/Depth-Anything-3", "commit": COMMITS["ByteDance-Seed/Depth-Anything-3"],
        "depth": "2 + u(\"sky_depth\", i)", "sky": "u(\"sky\", i)",
        "outputs": {"depth": summary(result[0], OUTPUT_VALUES)}})


def make_formula():
    """The formula itself, at the ends of a few tensors, for whoever writes it anew."""
    tensors = {
        "pretrained.cls_token": (1, 1, 384), "pretrained.blocks.11.attn.qkv.weight": (1152, 384),
        "pretrained.blocks.11.attn.qkv.bias": (1152,), "pretrained.blocks.0.ls1.gamma": (384,),
        "pretrained.norm.weight": (384,), "pretrained.layer1.1.running_var": (32,), "pretrained.layer1.1.running_mean": (32,),
        "depth_head.resize_layers.0.weight": (48, 48, 4, 4), "depth_head.scratch.output_conv2.2.weight": (1, 32, 1, 1),
        "depth_head.scratch.output_conv2.2.bias": (1,),
    }

    def ends(values):
        flat = values.reshape(-1)
        return {"shape": list(values.shape), "first": [short(v) for v in flat[:4]], "last": short(flat[-1])}

    write(HERE / "goldens" / "formula.json", {
        "hashes": {name: f"{formula.fnv1a64(name):016x}" for name in ("", "input", *tensors)},
        "weights": {name: ends(formula.weight(name, shape)) for name, shape in tensors.items()},
        "images": {f"{height}x{width}": ends(formula.image(height, width)) for height, width in ((192, 256), (518, 518))}})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for repository, option in zip(COMMITS, ("midas", "depth-anything", "depth-anything-v2", "depth-anything-3")):
        parser.add_argument(f"--{option}", dest=repository, required=True, metavar="DIR",
                            type=lambda text: pathlib.Path(text).resolve(), help=f"a checkout of {repository}")
    parser.add_argument("pattern", nargs="*", default=["*"], help="networks to make, all where none is given")
    arguments = vars(parser.parse_args())
    for repository, commit in COMMITS.items():
        if (arguments[repository] / ".git").exists():
            head = subprocess.check_output(["git", "-C", arguments[repository], "rev-parse", "HEAD"], text=True).strip()
            check(head == commit, f"{arguments[repository]} is at {head}; the goldens are made from {commit}.")
    torch.set_num_threads(1)
    references.prepare()
    started, kept = time.time(), {}
    print(", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES))
    for name, case in networks(arguments).items():
        if any(fnmatch.fnmatch(name, pattern) for pattern in arguments["pattern"]):
            print(f"{name} ({time.time() - started:.0f} s)", flush=True)
            kept[name] = make_case(name, *case)
    compare_transformers(kept)
    if arguments["pattern"] == ["*"]:
        make_formula()
        make_sky(arguments["ByteDance-Seed/Depth-Anything-3"])
        names.write_all(HERE / "names", arguments)
        write(HERE / "goldens" / "input_sizes.json", input_sizes.table(arguments))
    print(f"{time.time() - started:.0f} s in all")


if __name__ == "__main__":
    main()
