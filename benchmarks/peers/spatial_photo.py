"""Recipe A (preset spatial-photo) in plain Python: matte, fill, bokeh, 30 frames, GIF and stereo pair.

    python spatial_photo.py --photo PHOTO --depth DEPTH --size N [--out FOLDER]

The photo is scaled to N x N (0 = as it is); the depth is a picture, brighter = nearer. Prints seconds a stage as JSON.
"""
import argparse
import json
import os
import tempfile
import time

import cv2
import numpy as np
from PIL import Image

KERNELS = (1, 7, 13, 19, 31)


def ellipse(size):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def make_matte(depth):
    levels = np.round(depth * 255).astype(np.uint8)
    _, mask = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, ellipse(5))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, ellipse(11))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count > 1:
        mask = np.where(labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA]), 255, 0).astype(np.uint8)
    return cv2.GaussianBlur(mask, (21, 21), 0)


def make_background(photo, matte):
    hole = cv2.dilate((matte > 127).astype(np.uint8) * 255, ellipse(7), iterations=2)
    telea = cv2.inpaint(photo, hole, 3, cv2.INPAINT_TELEA)
    fluid = cv2.inpaint(photo, hole, 3, cv2.INPAINT_NS)
    smooth = cv2.bilateralFilter(cv2.addWeighted(telea, 0.5, fluid, 0.5, 0), 9, 75, 75)
    return np.where(hole[..., None] > 0, smooth, photo)


def bokeh(photo, depth, focus, strength=1.0, f_number=2.8):
    tiers = [photo] + [cv2.GaussianBlur(photo, (k, k), 0) for k in KERNELS[1:]]
    level = 4 * np.clip(np.abs(depth - np.float32(focus)) * np.float32(strength * 2.8 / f_number), 0, 1)
    out = np.zeros(photo.shape, np.float32)
    for i, tier in enumerate(tiers):
        weight = np.clip(1 - np.abs(level - i), 0, 1)
        out += tier * weight[..., None]
    return np.clip(out + 0.5, 0, 255).astype(np.uint8)


def frame(front, matte, depth, back, t, focus):
    height, width = matte.shape
    eased = 2 * t * t * (3 - 2 * t) - 1

    def shifted(picture, by):
        move = np.float32([[1, 0, by], [0, 1, 0]])
        return cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    alpha = shifted(matte, 15 * eased)[..., None].astype(np.float32) / 255
    mixed = shifted(front, 15 * eased) * alpha + shifted(back, -4.5 * eased) * (1 - alpha)
    return bokeh(np.clip(mixed + 0.5, 0, 255).astype(np.uint8), shifted(depth, 15 * eased), focus)


def stereo(photo, depth, matte, back, divergence=0.02):
    height, width = depth.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    views = []
    for side in (0.5, -0.5):
        shift = (depth - np.float32(0.5)) * np.float32(side * divergence * width)
        alpha = cv2.remap(matte, x - shift, y, cv2.INTER_LINEAR)[..., None].astype(np.float32) / 255
        front = cv2.remap(photo, x - shift, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        views.append(np.clip(front * alpha + back * (1 - alpha) + 0.5, 0, 255).astype(np.uint8))
    return views


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photo", required=True)
    parser.add_argument("--depth", required=True)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--out")
    args = parser.parse_args()
    out = args.out or tempfile.mkdtemp()
    os.makedirs(out, exist_ok=True)
    seconds = {}
    clock = time.perf_counter()

    def done(stage):
        nonlocal clock
        now = time.perf_counter()
        seconds[stage], clock = now - clock, now

    photo = cv2.imread(args.photo, cv2.IMREAD_COLOR)
    depth = cv2.imread(args.depth, cv2.IMREAD_GRAYSCALE)
    if args.size:
        photo = cv2.resize(photo, (args.size, args.size), interpolation=cv2.INTER_AREA)
    depth = cv2.resize(depth, photo.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    depth = (depth - depth.min()) / max(float(np.ptp(depth)), 1e-6)
    done("read")
    matte = make_matte(depth)
    done("matte")
    back = make_background(photo, matte)
    done("fill")
    focus = float(np.median(depth[matte > 127])) if (matte > 127).any() else 1.0
    cv2.imwrite(os.path.join(out, "bokeh.png"), bokeh(photo, depth, focus))
    done("bokeh")
    frames = [frame(photo, matte, depth, back, i / 15, focus) for i in range(16)]
    loop = frames + frames[-2:0:-1]
    done("frames")
    pages = [Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)) for picture in loop]
    pages[0].save(os.path.join(out, "parallax.gif"), save_all=True, append_images=pages[1:], duration=33, loop=0)
    done("gif")
    left, right = stereo(photo, depth, matte, back)
    cv2.imwrite(os.path.join(out, "stereo_left.png"), left)
    cv2.imwrite(os.path.join(out, "stereo_right.png"), right)
    done("stereo")
    print(json.dumps({"width": photo.shape[1], "height": photo.shape[0], "frames": len(loop), "seconds": seconds,
                      "total": sum(seconds.values())}))


if __name__ == "__main__":
    main()
