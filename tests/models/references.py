"""The reference implementations, built without their weights: the repositories' own modules, timm's, geffnet's and those
of the transformers library."""
import contextlib
import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import re
import sys
import types

import numpy
import torch

import formula

HERE = pathlib.Path(__file__).parent
CONFIGURATIONS = {  # Of the heads of Depth Anything, from run.py of V2.
    "vits": dict(features=64, out_channels=[48, 96, 192, 384]),
    "vitb": dict(features=128, out_channels=[96, 192, 384, 768]),
    "vitl": dict(features=256, out_channels=[256, 512, 1024, 1024]),
}
WIDTHS = {"vits": (384, 6, 12), "vitb": (768, 12, 12), "vitl": (1024, 16, 24)}  # Width, heads, blocks.
TAPS_V2 = {"vits": [2, 5, 8, 11], "vitb": [2, 5, 8, 11], "vitl": [4, 11, 17, 23]}


class Anything(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (cls,), {})


class Unneeded(metaclass=Anything):
    """Whatever the references import from a package that their networks do not need."""

    def __init__(self, *_, **__):
        pass


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    PACKAGES = {"torchvision", "imageio"}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.PACKAGES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: getattr(Unneeded, name)
        return module

    def exec_module(self, module):
        pass


def prepare():
    """Before the first reference is imported: initial weights are not drawn, for all of them are overwritten."""
    # First the transformers library, which asks whether torchvision is there; what stands in for it below is not meant for that library.
    from transformers import BitConfig, DepthAnythingForDepthEstimation, Dinov2Config, DPTForDepthEstimation  # noqa: F401

    for name in dir(torch.nn.init):
        if name.endswith("_") and not name.startswith("_"):
            setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)
    sys.meta_path.append(Replaced())
    import timm.models.layers.weight_init as weight_init
    weight_init._no_grad_trunc_normal_ = lambda tensor, *_, **__: tensor
    import geffnet
    torch.hub.load = lambda repository, name, **options: getattr(geffnet, name)(**options)


@contextlib.contextmanager
def repository(folder, *packages):
    """Imports of packages come from this folder, also where another repository names its own alike."""
    def forget():
        for name in list(sys.modules):
            if name.split(".")[0] in packages:
                del sys.modules[name]

    here = os.getcwd()
    forget()
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.path.remove(str(folder))
        forget()


def only_blocks(transformer, count):
    transformer.blocks = transformer.blocks[:count]
    transformer.n_blocks = count


def midas_small(folder):
    with repository(folder, "midas"):
        from midas.midas_net_custom import MidasNet_small
        # As model_loader.py does, but for the backbone, which the path would keep from being downloaded.
        import midas.blocks
        made = midas.blocks._make_pretrained_efficientnet_lite3
        midas.midas_net_custom._make_encoder.__globals__["_make_pretrained_efficientnet_lite3"] = (
            lambda use_pretrained, exportable: made(False, exportable))
        return MidasNet_small(None, features=64, backbone="efficientnet_lite3", exportable=True, non_negative=True,
                              blocks={"expand": True})


def dpt(folder, backbone, blocks=None):
    with repository(folder, "midas"):
        from midas.backbones.utils import get_activation
        from midas.dpt_depth import DPTDepthModel
        model = DPTDepthModel(backbone=backbone, non_negative=True)
        transformer = model.pretrained.model
        if blocks:
            for block in transformer.blocks:
                block._forward_hooks.clear()
            only_blocks(transformer, blocks)
            for tap in range(4):
                transformer.blocks[blocks - 4 + tap].register_forward_hook(get_activation(str(tap + 1)))
        return model


def depth_anything(folder, encoder, blocks=None):
    """V1. It taps the last four blocks."""
    hub = folder / "torchhub" / "facebookresearch_dinov2_main"
    with repository(folder, "depth_anything", "dinov2", "vision_transformer", "hubconf"), repository(hub):
        import hubconf
        loaded, torch.hub.load = torch.hub.load, lambda _, name, **__: getattr(hubconf, name)(pretrained=False)
        os.chdir(folder)
        from depth_anything.dpt import DPT_DINOv2
        model = DPT_DINOv2(encoder, **CONFIGURATIONS[encoder])
        torch.hub.load = loaded
    if blocks:
        only_blocks(model.pretrained, blocks)
    return model


def depth_anything_v2(folder, encoder, blocks=None, max_depth=None):
    with repository(folder / "metric_depth" if max_depth else folder, "depth_anything_v2"):
        from depth_anything_v2.dpt import DepthAnythingV2
        more = dict(max_depth=max_depth) if max_depth else {}
        model = DepthAnythingV2(encoder, **CONFIGURATIONS[encoder], **more)
    if blocks:
        only_blocks(model.pretrained, blocks)
        model.intermediate_layer_idx[encoder] = list(range(blocks - 4, blocks))
    return model


class Mono(torch.nn.Module):
    """As api.py holds it: the names of the published file begin with "model."."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        result = self.model(image[:, None])
        return {"depth": result.depth[:, 0], "sky": result.sky[:, 0]}


def depth_anything_3(folder, blocks=None):
    with repository(folder / "src", "depth_anything_3"):
        from depth_anything_3.cfg import create_object, load_config
        model = create_object(load_config(str(folder / "src/depth_anything_3/configs/da3mono-large.yaml")))
    if blocks:
        only_blocks(model.backbone.pretrained, blocks)
        model.backbone.out_layers = list(range(blocks - 4, blocks))
    return Mono(model)


def transformers_depth_anything(encoder, taps, max_depth=None):
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config
    width, heads, blocks = WIDTHS[encoder]
    head = CONFIGURATIONS[encoder]
    backbone = Dinov2Config(hidden_size=width, num_attention_heads=heads, num_hidden_layers=blocks, image_size=518,
                            patch_size=14, out_indices=[tap + 1 for tap in taps], apply_layernorm=True,
                            reshape_hidden_states=False)
    kind = dict(depth_estimation_type="metric", max_depth=max_depth) if max_depth else {}
    return DepthAnythingForDepthEstimation(DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=width, patch_size=14, fusion_hidden_size=head["features"],
        neck_hidden_sizes=head["out_channels"], **kind))


def transformers_dpt(hybrid, blocks=None):
    from transformers import BitConfig, DPTConfig, DPTForDepthEstimation
    if hybrid:
        stem = BitConfig(global_padding="same", layer_type="bottleneck", depths=[3, 4, 9], embedding_dynamic_padding=True,
                         out_features=["stage1", "stage2", "stage3"])
        config = DPTConfig(is_hybrid=True, backbone_config=stem, backbone_featmap_shape=[1, 1024, 24, 24],
                           neck_ignore_stages=[0, 1], reassemble_factors=[1, 1, 1, 0.5], hidden_size=768,
                           neck_hidden_sizes=[256, 512, 768, 768])
    else:
        config = DPTConfig(hidden_size=1024, intermediate_size=4096, num_attention_heads=16,
                           num_hidden_layers=blocks or 24, neck_hidden_sizes=[256, 512, 1024, 1024],
                           backbone_out_indices=[blocks - 4 + tap for tap in range(4)] if blocks else [5, 11, 17, 23])
    return DPTForDepthEstimation(config)


def canonical(name, rows):
    """(canonical name, part or None) of a name of the transformers library."""
    for there, here, *part in rows:
        pattern = re.sub(r"\\{(\w)\\}", r"(?P<\1>\\d+)", re.escape(there)) + r"(?P<leaf>\.weight|\.bias)?"
        found = re.fullmatch(pattern, name)
        if found:
            numbers = {key: int(value) for key, value in found.groupdict().items() if key != "leaf" and value}
            if "k" in numbers:
                here = here.replace("{k+1}", str(numbers["k"] + 1)).replace("{4-k}", str(4 - numbers["k"]))
            return here.format(**numbers) + (found["leaf"] or ""), part[0] if part else None
    raise KeyError(f"No row of transformers_names.json names {name}.")


def transformers_rows(family):
    return json.loads((HERE / "transformers_names.json").read_text())[family]


def weights_of(model):
    """Name and shape of each tensor that a file of weights holds, without counters."""
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items() if tensor.dim()}


def fill(model, rows=None):
    """Gives each tensor the formula's values under its canonical name, and readies the network for inference."""
    state = model.state_dict()
    for name, shape in weights_of(model).items():
        if rows is None:
            values = formula.weight(name, shape)
        else:
            wanted, part = canonical(name, rows)
            whole = shape if part is None else (3 * shape[0], *shape[1:])
            values = formula.weight(wanted, whole)
            if part is not None:
                values = numpy.split(values, 3)[part]
        state[name] = torch.from_numpy(numpy.ascontiguousarray(values))
    model.load_state_dict(state)
    return model.eval()
