#!/usr/bin/env python3
"""Times depth networks in relievo, PyTorch, ONNX Runtime and OpenVINO: the same weights, input and threads, in turns.

  depth_peers.py --relievo build/release/bin/depth_peer --midas MiDaS --depth-anything-v2 Depth-Anything-V2 --out DIR

The repositories and their commits are those of tests/models/README.md, the packages those of depth_requirements.txt.
Weights are made by a formula (tests/models/formula.py): what is timed does not depend on what a network has learnt.
Each runs in a process of its own, which sleeps while the others run. Writes DIR/peers.md and DIR/peers.json, and fails
where outputs differ.
"""
import argparse
import json
import logging
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "tests" / "models"
RUNNERS = {"relievo": "relievo", "torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
# Architecture, width and height of the square the network was trained at, and of a 4 : 3 photo within it.
CASES = [("depth-anything-v2-small", 518, 518), ("depth-anything-v2-small", 518, 392),
         ("dpt-hybrid", 384, 384), ("dpt-hybrid", 384, 288)]
NORMS = {  # Mean and deviation of code values.
    "depth-anything-v2-small": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "dpt-hybrid": ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
}
TOLERANCE = 1e-3  # Of the largest value.
PAUSE_S = 0.05  # Until the threads of whoever ran last have gone to sleep.


def photo(width, height):
    """Code values in 0..1, height x width x 3: noise over a slope."""
    random = numpy.random.default_rng(1)
    slope = numpy.linspace(0, 0.6, width) * numpy.linspace(1, 0.5, height)[:, None]
    return (slope[..., None] + 0.4 * random.random((height, width, 3))).astype(numpy.float32)


def network_input(architecture, width, height):
    """The same, normalised, 1 x 3 x height x width."""
    mean, deviation = (numpy.array(values, numpy.float32) for values in NORMS[architecture])
    return numpy.ascontiguousarray(((photo(width, height) - mean) / deviation).transpose(2, 0, 1)[None])


def original(architecture, folders):
    """The original's module, with weights by the formula."""
    # Of packages that are not needed, and of shapes that become constants in an export.
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    sys.path.insert(0, str(MODELS))
    import references
    references.prepare()
    if architecture == "dpt-hybrid":
        return references.fill(references.dpt(pathlib.Path(folders["midas"]), "vitb_rn50_384"))
    return references.fill(references.depth_anything_v2(pathlib.Path(folders["depth_anything_v2"]), "vits"))


def serve_torch(architecture, threads, model_path, width, height, folders):
    import torch
    torch.set_num_threads(threads)
    model = original(architecture, folders)
    image = torch.from_numpy(network_input(architecture, width, height))

    def run():
        with torch.inference_mode():
            return model(image)
    # Its weights come from a formula, not from a file.
    return float("nan"), lambda: run().numpy(), run


def serve_onnxruntime(architecture, threads, model_path, width, height, folders):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    start = time.perf_counter()
    session = onnxruntime.InferenceSession(model_path, options, providers=["CPUExecutionProvider"])
    ready = time.perf_counter() - start
    image = {session.get_inputs()[0].name: network_input(architecture, width, height)}

    def run():
        return session.run(None, image)[0]
    return ready, run, run


def serve_openvino(architecture, threads, model_path, width, height, folders):
    import openvino
    start = time.perf_counter()
    model = openvino.Core().compile_model(model_path, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"})
    ready = time.perf_counter() - start
    request = model.create_infer_request()
    image = network_input(architecture, width, height)

    def run():
        return request.infer([image])[0]
    return ready, run, run


def serve(runner, architecture, threads, model_path, width, height, output, folders):
    """What depth_peer does, for a peer."""
    ready, result, run = globals()[f"serve_{runner}"](architecture, threads, model_path, width, height, folders)
    numpy.asarray(result(), numpy.float32).tofile(output)
    print(f"ready {1e3 * ready:.3f}", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(f"{1e3 * (time.perf_counter() - start):.4f}", flush=True)


def export(architecture, path, width, height, folders):
    import torch
    model = original(architecture, folders)
    image = torch.from_numpy(network_input(architecture, width, height))
    if hasattr(model.pretrained, "interpolate_pos_encoding"):
        # By its scales, as the original has it, OpenVINO resizes otherwise than PyTorch; resized, they are a constant.
        resize, resized = model.pretrained.interpolate_pos_encoding, []
        model.pretrained.interpolate_pos_encoding = lambda *shape: resized.append(resize(*shape)) or resized[0]
        with torch.no_grad():
            model(image)
        model.pretrained.interpolate_pos_encoding = lambda *shape: resized[0]
    # DPT asks for sizes as numbers, and a trace has them as tensors.
    unflatten = torch.nn.Unflatten
    torch.nn.Unflatten = lambda axis, sizes: unflatten(axis, tuple(int(size) for size in sizes))
    with torch.no_grad():
        torch.onnx.export(model, (image,), path, opset_version=17, dynamo=False, input_names=["image"],
                          output_names=["depth"])


class Runner:
    """A process that runs the network once for each line it is sent."""

    def __init__(self, name, command, threads, output):
        self.name, self.output = name, output
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), RELIEVO_BENCH_THREADS=str(threads))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.open_ms = float(line.split()[1])
                return
        sys.exit(f"{RUNNERS[name]} did not start: {' '.join(map(str, command))}")

    def ms(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(case, arguments, folder):
    architecture, width, height = case
    model = os.path.join(folder, "model.onnx")
    own = [sys.executable, os.path.abspath(__file__), "--midas", arguments.midas, "--depth-anything-v2",
           arguments.depth_anything_v2, "--threads", str(arguments.threads)]
    words = [architecture, str(width), str(height), model]
    subprocess.run(own + ["--serve", "export", *words, ""], check=True, stdout=subprocess.DEVNULL)
    input_path = os.path.join(folder, "input.f32")
    photo(width, height).tofile(input_path)
    runners = []
    for name in RUNNERS:
        output = os.path.join(folder, f"{name}.f32")
        command = own + ["--serve", name, *words, output]
        if name == "relievo":
            command = [os.path.abspath(arguments.relievo), architecture, str(width), str(height), input_path, output]
        runners.append(Runner(name, command, arguments.threads, output))
    times = {name: [] for name in RUNNERS}
    for turn in range(-1, arguments.rounds):  # The first to warm up.
        for runner in runners[turn % len(runners):] + runners[:turn % len(runners)]:
            time.sleep(PAUSE_S)
            ms = runner.ms()
            if turn >= 0:
                times[runner.name].append(ms)
    outputs = {runner.name: numpy.fromfile(runner.output, numpy.float32) for runner in runners}
    for runner in runners:
        runner.end()
    largest = abs(outputs["torch"]).max()
    differences = {name: float(abs(values - outputs["torch"]).max() / largest) for name, values in outputs.items()}
    found = {"architecture": architecture, "width": width, "height": height, "times_ms": times,
             "open_ms": {runner.name: runner.open_ms for runner in runners if runner.name != "torch"},
             "difference": differences,
             "median_ms": {name: statistics.median(values) for name, values in times.items()}}
    found["ratio"] = found["median_ms"]["relievo"] / min(ms for name, ms in found["median_ms"].items()
                                                         if name != "relievo")
    wrong = [f"{RUNNERS[name]} by {worst:.1e}" for name, worst in differences.items() if not worst < TOLERANCE]
    if wrong:
        sys.exit(f"{architecture}, {width} x {height}: {', '.join(wrong)} of the largest value away from PyTorch; "
                 f"allowed is {TOLERANCE}.")
    return found


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def markdown(report):
    def cell(found, name):
        values = found["times_ms"][name]
        return f"{found['median_ms'][name]:.0f} ({min(values):.0f} to {max(values):.0f})"

    versions = ", ".join(f"{RUNNERS[name]} {version}" for name, version in report["versions"].items())
    lines = [f"{report['processor']}, {report['threads']} threads, f32, {report['rounds']} rounds in turns; {versions}. "
             f"Load before: {report['load']:.2f}.", "",
             "| network | input | " + " | ".join(f"{name}, ms" for name in RUNNERS.values()) +
             " | relievo / fastest peer | 4 : 3 / square | largest difference |",
             "|---|---|" + "--:|" * (len(RUNNERS) + 3)]
    squares = {found["architecture"]: found for found in report["cases"] if found["width"] == found["height"]}
    for found in report["cases"]:
        square = squares.get(found["architecture"])
        part = "" if square in (None, found) else f"{found['median_ms']['relievo'] / square['median_ms']['relievo']:.2f}"
        lines.append(f"| {found['architecture']} | {found['width']} x {found['height']} | "
                     + " | ".join(cell(found, name) for name in RUNNERS)
                     + f" | {found['ratio']:.2f} | {part} | {max(found['difference'].values()):.0e} |")
    lines += ["", "Opening a file of weights in the page cache: " + "; ".join(
        f"{architecture} " + ", ".join(f"{RUNNERS[name]} {ms:.0f} ms" for name, ms in found["open_ms"].items())
        for architecture, found in squares.items()) + "."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relievo", help="the program depth_peer of relievo's build")
    parser.add_argument("--midas", required=True, help="folder of isl-org/MiDaS")
    parser.add_argument("--depth-anything-v2", required=True, help="folder of DepthAnything/Depth-Anything-V2")
    parser.add_argument("--out", help="folder for peers.md and peers.json")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9, help="at least 7")
    parser.add_argument("--only", default="", help="cases whose network and size, such as dpt-hybrid.384x288, hold this")
    parser.add_argument("--serve", nargs=6, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folders = {"midas": arguments.midas, "depth_anything_v2": arguments.depth_anything_v2}
    if arguments.serve:
        runner, architecture, width, height, model, output = arguments.serve
        if runner == "export":
            export(architecture, model, int(width), int(height), folders)
        else:
            serve(runner, architecture, arguments.threads, model, int(width), int(height), output, folders)
        return
    if not arguments.relievo or not arguments.out:
        parser.error("--relievo and --out are needed.")
    if arguments.rounds < 7:
        parser.error(f"--rounds is {arguments.rounds}; allowed is 7 or more.")
    import onnxruntime
    import openvino
    import torch
    report = {"processor": processor(), "threads": arguments.threads, "rounds": arguments.rounds,
              "load": os.getloadavg()[0], "cases": [],
              "versions": {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__,
                           "openvino": openvino.__version__.split("-")[0]}}
    for case in CASES:
        if arguments.only not in f"{case[0]}.{case[1]}x{case[2]}":
            continue
        with tempfile.TemporaryDirectory() as folder:
            report["cases"].append(measure(case, arguments, folder))
    if not report["cases"]:
        parser.error(f"--only is {arguments.only}; no case holds it.")
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "peers.json").write_text(json.dumps(report, indent=1) + "\n")
    (out / "peers.md").write_text(markdown(report))
    print(markdown(report), end="")


if __name__ == "__main__":
    main()
