"""The references with one mistake each, so that a test can see that it would find the mistake."""
import contextlib

import torch
from torch.nn import functional


def transformer_of(model):
    found = [module for module in model.modules() if hasattr(module, "pos_embed") and hasattr(module, "blocks")]
    assert len(found) == 1
    return found[0]


@contextlib.contextmanager
def replaced(owner, **attributes):
    before = {name: owner.__dict__[name] for name in attributes if name in owner.__dict__}
    owner.__dict__.update(attributes)
    try:
        yield
    finally:
        for name in attributes:
            del owner.__dict__[name]
        owner.__dict__.update(before)


@contextlib.contextmanager
def swapped_qk(model):
    """Queries and keys exchanged."""
    def swap():
        for block in transformer_of(model).blocks:
            for tensor in (block.attn.qkv.weight.data, block.attn.qkv.bias.data):
                q, k, v = tensor.chunk(3)
                tensor.copy_(torch.cat([k, q, v]))
    swap()
    yield
    swap()


@contextlib.contextmanager
def dropped_readout(model):
    """The class token left out of what the taps hand on; MiDaS calls it the readout "ignore"."""
    class Ignore(torch.nn.Module):
        def forward(self, tokens):
            return tokens[:, 1:]

    taps = [tap for tap in (getattr(model.pretrained, f"act_postprocess{k}") for k in (1, 2, 3, 4))
            if not isinstance(tap[0], torch.nn.Identity)]
    kept = [tap[0] for tap in taps]
    for tap in taps:
        tap[0] = Ignore()
    yield
    for tap, readout in zip(taps, kept):
        tap[0] = readout


def patches(transformer):
    return transformer.patch_size if isinstance(transformer.patch_size, int) else transformer.patch_size[0]


@contextlib.contextmanager
def positions(model, resize):
    """resize(grid 1 x channels x side x side, rows, columns) takes the place of the reference's."""
    transformer = transformer_of(model)

    def resized(rows, columns):
        token, grid = transformer.pos_embed[:, :1], transformer.pos_embed[:, 1:]
        side = round(grid.shape[1] ** 0.5)
        grid = resize(grid.reshape(1, side, side, -1).permute(0, 3, 1, 2), rows, columns)
        return torch.cat([token, grid.flatten(2).transpose(1, 2)], 1)

    side = patches(transformer)
    with replaced(transformer, _resize_pos_embed=lambda _, rows, columns: resized(rows, columns),
                  interpolate_pos_encoding=lambda _, height, width: resized(height // side, width // side)):
        yield


def unresized_positions(model):
    """The upper left corner of the grid of positions in place of the whole of it at the size of this image."""
    return positions(model, lambda grid, rows, columns: grid[:, :, :rows, :columns])


def exact_scale_positions(model):
    """DINOv2's positions resized to the size, without the 0.1 that it adds to the grid; the transformers library does."""
    return positions(model, lambda grid, rows, columns: functional.interpolate(grid, (rows, columns), mode="bicubic"))


@contextlib.contextmanager
def interpolation(model, was, becomes):
    original = functional.interpolate

    def changed(image, *arguments, mode="nearest", align_corners=None, **options):
        if mode == "bilinear" and align_corners is was:
            align_corners = becomes
        return original(image, *arguments, mode=mode, align_corners=align_corners, **options)

    with contextlib.ExitStack() as stack:
        stack.enter_context(replaced(functional, interpolate=changed))
        for module in model.modules():
            if "interp" in module.__dict__:
                stack.enter_context(replaced(module, interp=changed))
        yield


def align_corners(model):
    """The centres of the corner pixels not aligned, in the fusions and in the head."""
    return interpolation(model, True, False)


def align_corners_head(model):
    """The centres of the corner pixels aligned in the head of MiDaS small, which alone does not."""
    return interpolation(model, False, True)


@contextlib.contextmanager
def symmetric_padding(model):
    """As much padding on the left as on the right, where TensorFlow's "same" has one more on the right."""
    def padded(module):
        half = tuple((k - 1) // 2 for k in torch.nn.modules.utils._pair(module.kernel_size))
        if isinstance(module, torch.nn.MaxPool2d):
            return {"forward": lambda image: functional.max_pool2d(image, module.kernel_size, module.stride, half)}
        if hasattr(module, "same_pad"):
            return {"same_pad": False, "padding": half}
        return {"forward": lambda image: functional.conv2d(image, module.weight, module.bias, module.stride, half,
                                                           module.dilation, module.groups)}

    with contextlib.ExitStack() as stack:
        for module in model.modules():
            if "Same" in type(module).__name__:
                stack.enter_context(replaced(module, **padded(module)))
        yield


@contextlib.contextmanager
def plain_weights(model):
    """The convolutions of the ResNet with their weights as they are, not standardised."""
    with replaced(functional, batch_norm=lambda weight, *_, **__: weight):  # What timm standardises them by.
        yield


@contextlib.contextmanager
def other_taps(model):
    """The blocks that the other version of Depth Anything taps."""
    transformer = transformer_of(model)
    original = transformer.get_intermediate_layers
    blocks = len(transformer.blocks)
    last = list(range(blocks - 4, blocks))
    evenly = list(range(blocks // 4 - 1, blocks, blocks // 4))

    def tapped(image, taps, **options):
        return original(image, evenly if taps in (4, last) else last, **options)

    with replaced(transformer, get_intermediate_layers=tapped):
        yield


@contextlib.contextmanager
def unnormalised_taps(model):
    """The taps without the last layer norm."""
    norm = transformer_of(model).norm
    with replaced(norm, forward=lambda tokens: tokens):
        yield


@contextlib.contextmanager
def other_epsilon(model):
    """PyTorch's epsilon of batch norms, 1e-5, in place of TensorFlow's, 1e-3."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert norms and all(norm.eps == 1e-3 for norm in norms)
    with contextlib.ExitStack() as stack:
        for norm in norms:
            stack.enter_context(replaced(norm, eps=1e-5))
        yield
