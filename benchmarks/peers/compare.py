#!/usr/bin/env python3
"""The relievo command beside the same recipe in plain Python, in turn, on the same photo and depth.

    python3 compare.py [--relievo build/release/bin/relievo] [--photo PHOTO] [--sizes 960 2000] [--repeat 7]

Whole processes are timed, their start included. The photo (default: generated texture with a disc in
front) is scaled to squares of the sizes. The relievo process writes H.264 and HEVC videos besides.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def inputs(folder, size, photo):
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    inside = ((x - 0.5) ** 2 + (y - 0.45) ** 2 < 0.06) | ((abs(x - 0.5) < 0.3 - 0.1 * (1 - y)) & (y > 0.68))
    if photo:
        picture = cv2.imread(photo, cv2.IMREAD_COLOR)
        side = min(picture.shape[:2])
        picture = cv2.resize(picture[:side, :side], (size, size), interpolation=cv2.INTER_CUBIC)
    else:
        noise = np.random.default_rng(1)
        picture = np.zeros((size, size, 3), np.float32)
        for octave in range(2, 9):
            grid = noise.uniform(-1, 1, (2**octave, 2**octave, 3)).astype(np.float32)
            picture += cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC) * 0.7 ** (octave - 2)
        picture = 110 + 45 * picture + 60 * inside[..., None]
    depth = np.where(inside, 0.85 + 0.1 * y, 0.1 + 0.5 * y)
    paths = os.path.join(folder, f"photo{size}.png"), os.path.join(folder, f"depth{size}.png")
    cv2.imwrite(paths[0], np.clip(picture, 0, 255).astype(np.uint8))
    cv2.imwrite(paths[1], (depth * 65535).astype(np.uint16))
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relievo", default=os.path.join(HERE, "../../build/release/bin/relievo"))
    parser.add_argument("--photo")
    parser.add_argument("--sizes", type=int, nargs="+", default=[960, 2000])
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            photo, depth = inputs(folder, size, arguments.photo)
            commands = {
                "python": [sys.executable, os.path.join(HERE, "spatial_photo.py"), photo, depth, folder + "/python"],
                "relievo": [arguments.relievo, "all", photo, "--depth", depth, "--preset", "spatial-photo", "-o",
                            folder + "/relievo", "--json"],
            }
            times = {name: [] for name in commands}
            output = {}
            for turn in range(arguments.repeat + 1):
                for name, command in commands.items():
                    begin = time.perf_counter()
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    # The first turn warms the page cache.
                    if turn > 0:
                        times[name].append(time.perf_counter() - begin)
                    output[name] = json.loads(done.stdout)
            row = {"size": size, "ratio": statistics.median(times["python"]) / statistics.median(times["relievo"])}
            for name, seconds in times.items():
                row[name] = {"median_s": statistics.median(seconds), "min_s": min(seconds), "max_s": max(seconds)}
            row["python"]["stages_s"] = output["python"]["seconds"]
            row["relievo"]["stages_ms"] = {stage["name"]: round(stage["ms"], 1) for stage in output["relievo"]["stages"]}
            row["relievo"]["peak_mib"] = output["relievo"]["peak_mib"]
            results.append(row)
            print(f"{size} x {size}: python {row['python']['median_s']:.2f} s "
                  f"({row['python']['min_s']:.2f}-{row['python']['max_s']:.2f}), relievo {row['relievo']['median_s']:.2f} s "
                  f"({row['relievo']['min_s']:.2f}-{row['relievo']['max_s']:.2f}): {row['ratio']:.1f} times faster",
                  file=sys.stderr)
    print(json.dumps({"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), "results": results},
                     indent=1))


if __name__ == "__main__":
    main()
