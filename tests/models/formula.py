"""Weights and images made by a formula, so that two programs can hold the same network without a file of weights.

Everything follows from u(name, i): the bits of splitmix64(fnv1a64(name) + i), as an exact float32 in [-1, 1).
"""
import math

import numpy

TOKENS = ("pos_embed", "cls_token", "mask_token", "register_tokens", "camera_token")


def fnv1a64(name):
    digest = 0xCBF29CE484222325
    for byte in name.encode():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return digest


def uniform(name, count):
    """u(name, 0..count-1), float32 in [-1, 1)."""
    values = numpy.empty(count, numpy.float32)
    for start in range(0, count, 1 << 20):  # In pieces that stay in the cache.
        stop = min(count, start + (1 << 20))
        z = numpy.arange(start, stop, dtype=numpy.uint64)
        z += numpy.uint64((fnv1a64(name) + 0x9E3779B97F4A7C15) % 2**64)
        z ^= z >> numpy.uint64(30)
        z *= numpy.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> numpy.uint64(27)
        z *= numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
        values[start:stop] = (z >> numpy.uint64(40)).astype(numpy.float32) * numpy.float32(2.0**-23) - numpy.float32(1)
    return values


def weight(name, shape):
    """The weight of this canonical name; the name and the shape decide on the scale."""
    u = uniform(name, math.prod(shape))
    if any(token in name for token in TOKENS):
        u *= numpy.float32(0.5)
    elif len(shape) >= 2:
        # The convolution that puts out the one channel is weak, its bias strong: what it puts out is mostly above zero,
        # where a rectifier lets it through, and within the slope of a sigmoid.
        gain = 0.25 if shape[0] == 1 else 1
        u *= numpy.float32(gain * math.sqrt(3 / math.prod(shape[1:])))
    elif tuple(shape) == (1,):
        u = numpy.float32(1) + numpy.float32(0.125) * u
    elif name.endswith(".gamma"):
        u = numpy.float32(0.5) + numpy.float32(0.25) * u
    elif name.endswith((".weight", ".running_var")):
        u = numpy.float32(1) + numpy.float32(0.125) * u
    else:
        u *= numpy.float32(0.125)
    return u.reshape(shape)


def image(height, width):
    """What a network is given: 1 x 3 x height x width, noise on a ramp, already normalised."""
    noise = numpy.float32(0.75) * uniform("input", 3 * height * width).reshape(1, 3, height, width)
    x, y = numpy.arange(width) / (width - 1), numpy.arange(height)[:, None] / (height - 1)
    return noise + (1.5 * x - 0.75 * y).astype(numpy.float32)
