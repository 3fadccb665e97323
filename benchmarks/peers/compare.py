"""Times relievo beside the plain Python recipe, in turns, whole processes with their start.

    python compare.py --relievo BINARY --photo PHOTO --depth DEPTH [--sizes 960 2000] [--repetitions 7]
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import cv2

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spatial_photo.py")


def seconds_of(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relievo", required=True)
    parser.add_argument("--photo", required=True)
    parser.add_argument("--depth", required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[960, 2000])
    parser.add_argument("--repetitions", type=int, default=7)
    args = parser.parse_args()
    print(f"{'size':>12} {'python s':>22} {'relievo s':>22} {'ratio':>6}   (median, range)")
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            photo, depth = os.path.join(folder, "photo.png"), os.path.join(folder, "depth.png")
            for source, target in ((args.photo, photo), (args.depth, depth)):
                picture = cv2.imread(source, cv2.IMREAD_UNCHANGED)
                cv2.imwrite(target, cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC))
            commands = {
                "python": [sys.executable, PEER, "--photo", photo, "--depth", depth, "--size", "0", "--out",
                           os.path.join(folder, "python")],
                "relievo": [args.relievo, "all", photo, "--preset", "spatial-photo", "--depth", depth, "--json", "-o",
                            os.path.join(folder, "relievo")],
            }
            times = {name: [] for name in commands}
            for _ in range(args.repetitions):
                for name, command in commands.items():
                    times[name].append(seconds_of(command))
            middle = {name: statistics.median(values) for name, values in times.items()}
            cells = [f"{middle[n]:.2f} ({min(times[n]):.2f} to {max(times[n]):.2f})" for n in times]
            print(f"{size:>5} x {size:<5}{cells[0]:>22} {cells[1]:>22} {middle['python'] / middle['relievo']:>6.2f}")


if __name__ == "__main__":
    main()
