#!/usr/bin/env python3
"""Runs the networks that find persons in their own runtimes, and writes what they put out: goldens/persons.json.

  ./make_person_goldens.py

Needs, beside numpy: onnx and onnxruntime (YuNet), ai-edge-litert (selfie segmentation), opencv-python-headless from
4.8 on (reads photos; its FaceDetectorYN is what boxes are checked against).
"""
import json
import math
import pathlib
import re
import subprocess

import ai_edge_litert
import cv2
import numpy as np
import onnx
import onnxruntime
from ai_edge_litert.interpreter import Interpreter

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PHOTOS = ["astronaut.png", "b24_worker_owi.png", "kodim04.png", "coffee.png", "blossom_cc0.png"]
STRIDES = [8, 16, 32]
LEAST_SCORE, MOST_OVERLAP = 0.5, 0.3
END_TO_END_SCORE = 0.8


def asset(name):
    run = subprocess.run([ROOT / "tools" / "assets", "path", name], capture_output=True, text=True, check=True)
    return run.stdout.strip()


class Yunet:
    def __init__(self):
        self.path = asset("face_detection_yunet_2023mar.onnx")
        model = onnx.load(self.path)
        for i, side in ((2, "height"), (3, "width")):  # The graph takes any multiples of 32.
            model.graph.input[0].type.tensor_type.shape.dim[i].dim_param = side
        onnxruntime.set_default_logger_severity(3)  # It says for each call that other outputs were expected.
        self.session = onnxruntime.InferenceSession(model.SerializeToString())

    def answers(self, bgr):
        """Of each stride: cells x (class, object, box of 4, landmarks of 10)."""
        height, width = bgr.shape[:2]
        padded = np.pad(bgr, ((0, -height % 32), (0, -width % 32), (0, 0)))
        names = [f"{part}_{stride}" for stride in STRIDES for part in ("cls", "obj", "bbox", "kps")]
        out = self.session.run(names, {"input": padded.astype(np.float32).transpose(2, 0, 1)[None]})
        columns = padded.shape[1]
        return [(np.concatenate([part.reshape(-1, part.shape[-1]) for part in out[4 * i:4 * i + 4]], 1),
                 columns // stride) for i, stride in enumerate(STRIDES)]

    def faces(self, bgr, least_score):
        """As FaceDetectorYN::postProcess of OpenCV 4.10 has them, and OpenCV itself."""
        candidates = []
        for (answers, columns), stride in zip(self.answers(bgr), STRIDES):
            for cell, answer in enumerate(answers):
                score = math.sqrt(answer[0] * answer[1])
                if score < least_score:
                    continue
                row, column = divmod(cell, columns)
                width, height = np.exp(answer[4:6]) * stride
                box = [(column + answer[2]) * stride - width / 2, (row + answer[3]) * stride - height / 2, width, height]
                points = (answer[6:].reshape(5, 2) + [column, row]) * stride
                candidates.append({"score": score, "box": box, "landmarks": points.tolist()})
        kept = cv2.dnn.NMSBoxes([c["box"] for c in candidates], [c["score"] for c in candidates], least_score,
                                MOST_OVERLAP)
        faces = [rounded(candidates[i]) for i in kept]
        detector = cv2.FaceDetectorYN.create(self.path, "", bgr.shape[1::-1], least_score, MOST_OVERLAP, 5000)
        theirs = detector.detect(bgr)[1]
        assert len(faces) == (0 if theirs is None else len(theirs))
        for ours, other in zip(faces, [] if theirs is None else theirs):
            assert np.allclose(ours["box"] + sum(ours["landmarks"], []), other[:14], atol=0.05), (ours, other)
        return faces


def rounded(face):
    return {"score": round(float(face["score"]), 5), "box": [round(float(v), 3) for v in face["box"]],
            "landmarks": [[round(float(v), 3) for v in point] for point in face["landmarks"]]}


def matte(interpreter, rgb):
    """At 256 x 256 pixels, each of which shows the photo's pixel at its own middle."""
    height, width = rgb.shape[:2]
    middles = 2 * np.arange(256) + 1
    square = rgb[middles * height // 512][:, middles * width // 512]
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], (square / 255).astype(np.float32)[None])
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0, :, :, 0]


def spread(count, samples):
    return [k * (count - 1) // (samples - 1) for k in range(samples)]


def main():
    yunet = Yunet()
    interpreter = Interpreter(asset("selfie_segmentation.tflite"), num_threads=1)
    interpreter.allocate_tensors()
    out = {"made_with": {"onnxruntime": onnxruntime.__version__, "ai-edge-litert": ai_edge_litert.__version__,
                         "opencv": cv2.__version__},
           "least_score": LEAST_SCORE, "most_overlap": MOST_OVERLAP, "photos": {}}
    for name in PHOTOS:
        bgr = cv2.imread(asset(name))
        step = -(-max(bgr.shape[:2]) // 640)
        small = np.ascontiguousarray(bgr[::step, ::step])
        grids = [[[round(float(v), 5) for v in answers[cell]] for cell in spread(len(answers), 12)]
                 for answers, _ in yunet.answers(small)]
        scale = min(1, 640 / max(bgr.shape[:2]))
        size = [math.floor(side * scale + 0.5) for side in bgr.shape[1::-1]]
        copy = bgr if scale == 1 else cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
        whole = yunet.faces(copy, END_TO_END_SCORE)
        factors = [bgr.shape[1] / size[0], bgr.shape[0] / size[1]]
        for face in whole:
            face["box"] = [round(v * factors[i % 2], 3) for i, v in enumerate(face["box"])]
            face["landmarks"] = [[round(v * f, 3) for v, f in zip(point, factors)] for point in face["landmarks"]]
        persons = matte(interpreter, bgr[:, :, ::-1]).ravel()
        out["photos"][name] = {
            "step": step, "answers": grids, "faces": yunet.faces(small, LEAST_SCORE), "found_in_photo": whole,
            "matte": [round(float(persons[i]), 5) for i in spread(persons.size, 400)]}
        print(name, len(out["photos"][name]["faces"]), whole)
    text = json.dumps(out, indent=1)
    # One line for each list of numbers.
    text = re.sub(r"\[\s+([-0-9.e,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    (HERE / "goldens" / "persons.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
