#!/usr/bin/env python3
"""The recipe of preset spatial-photo written plainly with NumPy, OpenCV and Pillow.

    python3 spatial_photo.py PHOTO DEPTH FOLDER [--threads N]

PHOTO is read as it is, DEPTH is a 16-bit PNG (bright = near) of its size. Writes what
`relievo all --preset spatial-photo` writes, but for the videos, and prints the seconds of each stage
as JSON. It is a peer to be compared with, not a part of the product.
"""
import argparse
import json
import os
import time

import cv2
import numpy as np
from PIL import Image

FRAMES = 30
FOREGROUND, BACKGROUND, STRENGTH = 10, 3, 1.5
KERNELS = (1, 7, 13, 19, 31)
DIVERGENCE = 0.02


def matte_of(depth):
    """Otsu, open, close, largest component, soft edge."""
    grey = (depth * 255).round().astype(np.uint8)
    _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    mask = np.where(labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax(), 255, 0).astype(np.uint8)
    return mask, cv2.GaussianBlur(mask, (21, 21), 0)


def fill(photo, mask):
    """Mean of Telea and Navier-Stokes, then a bilateral filter."""
    hole = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)), iterations=2)
    telea = cv2.inpaint(photo, hole, 3, cv2.INPAINT_TELEA)
    stokes = cv2.inpaint(photo, hole, 3, cv2.INPAINT_NS)
    smooth = cv2.bilateralFilter(cv2.addWeighted(telea, 0.5, stokes, 0.5, 0), 9, 75, 75)
    return np.where(hole[..., None] > 0, smooth, photo)


def bokeh(picture, depth, focus, f_number=2.8, strength=1.0):
    """Five blurs, blended per pixel by the distance from the focus."""
    level = np.clip(np.abs(depth - focus) * strength * 2.8 / f_number, 0, 1) * (len(KERNELS) - 1)
    tiers = [picture.astype(np.float32)]
    tiers += [cv2.GaussianBlur(picture, (k, k), 0).astype(np.float32) for k in KERNELS[1:]]
    out = np.zeros_like(tiers[0])
    for index, tier in enumerate(tiers):
        out += np.clip(1 - np.abs(level - index), 0, 1)[..., None] * tier
    return out.round().astype(np.uint8)


def shifted(picture, dx):
    matrix = np.float32([[1, 0, dx], [0, 1, 0]])
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


def frames_of(photo, background, matte, depth, focus):
    """Smoothstep there and back; each frame has depth of field."""
    for index in range(FRAMES):
        t = 1 - abs(2 * index / FRAMES - 1)
        x = (2 * (t * t * (3 - 2 * t)) - 1) * STRENGTH
        alpha = shifted(matte, FOREGROUND * x).astype(np.float32)[..., None] / 255
        front = shifted(photo, FOREGROUND * x)
        back = shifted(background, -BACKGROUND * x)
        frame = (front * alpha + back * (1 - alpha)).round().astype(np.uint8)
        yield bokeh(frame, shifted(depth, FOREGROUND * x), focus)


def stereo(photo, depth):
    """Every pixel moved by its depth, far ones first; holes by Telea."""
    height, width = depth.shape
    views = []
    rows = np.arange(height)[:, None]
    columns = np.arange(width)[None, :]
    order = np.argsort(depth.ravel(), kind="stable")
    for side in (0.5, -0.5):
        target = np.clip((columns + side * DIVERGENCE * width * (depth - 0.5)).round().astype(np.int64), 0, width - 1)
        flat = (rows * width + target).ravel()[order]
        view = np.zeros_like(photo)
        hole = np.full(height * width, 255, np.uint8)
        view.reshape(-1, 3)[flat] = photo.reshape(-1, 3)[order]
        hole[flat] = 0
        views.append(cv2.inpaint(view, hole.reshape(height, width), 3, cv2.INPAINT_TELEA))
    return views


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo")
    parser.add_argument("depth")
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=0, help="threads of OpenCV, 0 = all")
    arguments = parser.parse_args()
    if arguments.threads:
        cv2.setNumThreads(arguments.threads)
    os.makedirs(arguments.folder, exist_ok=True)
    seconds = {}

    def timed(name, work):
        begin = time.perf_counter()
        result = work()
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - begin
        return result

    def write(name, picture):
        timed("write", lambda: cv2.imwrite(os.path.join(arguments.folder, name), picture))

    photo = timed("read", lambda: cv2.imread(arguments.photo, cv2.IMREAD_COLOR))
    depth = cv2.imread(arguments.depth, cv2.IMREAD_UNCHANGED).astype(np.float32) / 65535
    mask, matte = timed("matte", lambda: matte_of(depth))
    background = timed("fill", lambda: fill(photo, mask))
    focus = float(np.median(depth[mask > 0]))
    picture = timed("bokeh", lambda: bokeh(photo, depth, focus))
    frames = timed("frames", lambda: list(frames_of(photo, background, matte, depth, focus)))
    left, right = timed("stereo", lambda: stereo(photo, depth))

    def gif():
        images = [Image.fromarray(frame[..., ::-1]) for frame in frames]
        images[0].save(os.path.join(arguments.folder, "parallax.gif"), save_all=True, append_images=images[1:],
                       duration=67, loop=0)

    timed("gif", gif)
    write("depth.png", (depth * 65535).astype(np.uint16))
    write("depth_image.jpg", cv2.applyColorMap((depth * 255).astype(np.uint8), cv2.COLORMAP_TURBO))
    write("matte.png", matte)
    write("background.png", background)
    write("bokeh.jpg", picture)
    write("stereo_left.png", left)
    write("stereo_right.png", right)
    seconds["all"] = sum(seconds.values())
    print(json.dumps({"opencv": cv2.__version__, "size": list(photo.shape[1::-1]), "seconds": seconds}, indent=1))


if __name__ == "__main__":
    main()
