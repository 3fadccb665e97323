"""Makes the weight files of the tests with the programs that write such files.

    python make_files.py FOLDER  # the committed ones: torch 2.13.0, safetensors 0.8.0, onnx 1.23.2, onnxscript 0.7.2

Element i (row-major) of a tensor named NAME is ((7 i + len(NAME)) mod 33 - 16) / 4, rounded down to an integer in types
without fractions, its absolute value in u8, and whether it is above 0 in bool.
"""
import collections
import math
import os
import pathlib
import pickle
import sys
import zipfile

import numpy as np
import onnx
import onnxscript.optimizer
import safetensors.torch
import torch
from onnx import TensorProto, helper, numpy_helper

TYPES = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
         "i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8,
         "boolean": torch.bool}


def values(name, shape):
    count = math.prod(shape)
    return np.array([((7 * i + len(name)) % 33 - 16) / 4 for i in range(count)], np.float64).reshape(shape)


def tensor(name, shape, dtype=torch.float32):
    numbers = torch.from_numpy(values(name, shape))
    if dtype == torch.bool:
        return numbers > 0
    if dtype == torch.uint8:
        numbers = numbers.abs()
    return (numbers if dtype.is_floating_point else numbers.floor()).to(dtype)


def one_of_each():
    return {name: tensor(name, (3, 5), dtype) for name, dtype in TYPES.items()}


def make_safetensors(folder):
    tensors = one_of_each() | {"number": tensor("number", ()), "none": tensor("none", (2, 0, 3))}
    safetensors.torch.save_file(tensors, folder / "types.safetensors", metadata={"format": "pt", "who": "Ä \"x\"\n"})
    # safetensors pads its header; others need not, and then nothing is aligned.
    header = b'{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}'
    assert len(header) % 4 == 1
    (folder / "unaligned.safetensors").write_bytes(
        len(header).to_bytes(8, "little") + header + tensor("w", (2, 2)).numpy().tobytes())


def make_pth(folder):
    state = collections.OrderedDict(one_of_each())
    state["number"] = tensor("number", ())
    state["none"] = tensor("none", (2, 0, 3))
    state["transposed"] = tensor("transposed", (4, 6)).T.contiguous().T
    state["part"] = torch.cat([torch.zeros(3, 4), tensor("part", (2, 4))])[3:]
    state["columns"] = torch.cat([torch.zeros(4, 1), tensor("columns", (4, 2)), torch.ones(4, 2)], dim=1)[:, 1:3]
    state["parameter"] = torch.nn.Parameter(tensor("parameter", (2, 3)))
    state["again"] = state["parameter"].data
    state._metadata = collections.OrderedDict({"": {"version": 1}})
    torch.save(state, folder / "types.pth")
    torch.save(state, folder / "types_old.pth", _use_new_zipfile_serialization=False)

    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1), torch.nn.BatchNorm2d(3))
    inner = {key: tensor(key, tuple(t.shape), t.dtype) for key, t in module.state_dict().items()}
    for key, name in (("state_dict", "checkpoint.pth"), ("model", "checkpoint_old.pth")):
        parameters = {"module." + k: t for k, t in inner.items()}
        moments = {0: {"step": torch.tensor(7.0), "exp_avg": torch.ones(3)}}
        content = {"epoch": 3, "loss": 0.25, "best": None, "size": torch.Size([2, 3]), "big": 1 << 40, "less": -5,
                   "optimizer": {"state": moments, "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "fused": True}]},
                   key: parameters, "type": torch.float16}
        torch.save(content, folder / name, _use_new_zipfile_serialization=key != "model")

    torch.save({"w": tensor("w", (2, 2)).to(torch.complex64)}, folder / "complex.pth")
    torch.save({"w": torch.zeros(2, dtype=torch.uint16)}, folder / "uint16.pth")
    torch.save({"w": torch.zeros(1).expand(1000, 1000)}, folder / "expanded.pth")
    torch.save({"epoch": 3, "args": {"lr": 0.1}}, folder / "no_tensors.pth")
    torch.save(module, folder / "whole_module.pth")
    torch.save({"w": tensor("w", (2, 2))}, folder / "protocol4.pth", pickle_protocol=4)

    class Evil:
        def __reduce__(self):
            return os.system, ("echo executed > executed",)

    torch.save({"w": tensor("w", (2, 2)), "x": Evil()}, folder / "evil.pth")
    torch.save({"w": tensor("w", (2, 2)), "x": Evil()}, folder / "evil_old.pth", _use_new_zipfile_serialization=False)
    (folder / "plain_pickle.pth").write_bytes(pickle.dumps({"w": [1, 2]}, protocol=2))
    torch.jit.script(torch.nn.Identity()).save(str(folder / "torchscript.pt"))
    rewrite(folder / "checkpoint.pth", folder / "compressed.pth", zipfile.ZIP_DEFLATED, {})
    rewrite(folder / "checkpoint.pth", folder / "big_endian.pth", zipfile.ZIP_STORED, {"checkpoint/byteorder": b"big"})
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "no weights")


def rewrite(source, target, method, changed):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))


def make_onnx(folder):
    kinds = {"f64": TensorProto.DOUBLE, "f32": TensorProto.FLOAT, "f16": TensorProto.FLOAT16,
             "bf16": TensorProto.BFLOAT16, "i64": TensorProto.INT64, "i32": TensorProto.INT32, "i16": TensorProto.INT16,
             "i8": TensorProto.INT8, "u8": TensorProto.UINT8, "boolean": TensorProto.BOOL}

    def model(initializers, path, **options):
        graph = helper.make_graph([helper.make_node("Identity", ["in"], ["out"])], "graph",
                                  [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1])],
                                  [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1])], initializers)
        made = helper.make_model(graph, producer_name="make_files", producer_version="1.0")
        made.metadata_props.append(onnx.StringStringEntryProto(key="author", value="relievo"))
        onnx.checker.check_model(made)
        onnx.save(made, path, **options)

    raw, spelt = [], []
    for name, kind in kinds.items():
        dtype = helper.tensor_dtype_to_np_dtype(kind)
        numbers = tensor(name, (3, 5), TYPES[name]).to(torch.float64).numpy().astype(dtype)
        raw.append(helper.make_tensor(name, kind, (3, 5), numbers.tobytes(), raw=True))
        spelt.append(helper.make_tensor(name, kind, (3, 5), numbers.flatten()))
    raw.append(numpy_helper.from_array(values("number", ()).astype(np.float32), "number"))
    raw.append(numpy_helper.from_array(values("none", (2, 0, 3)).astype(np.float32), "none"))
    model(raw, folder / "types.onnx")
    model(spelt, folder / "spelt.onnx")
    model([helper.make_tensor("w", TensorProto.UINT64, (2,), [1, 2])], folder / "uint64.onnx")
    model([numpy_helper.from_array(values("w", (4, 4)).astype(np.float32), "w")], folder / "external.onnx",
          save_as_external_data=True, location="weights.bin", size_threshold=0)
    (folder / "weights.bin").unlink()


class Tokens(torch.nn.Module):
    """What a vision transformer begins with."""

    def __init__(self):
        super().__init__()
        self.cls_token = torch.nn.Parameter(torch.zeros(1, 1, 4))
        self.position_embeddings = torch.nn.Parameter(torch.zeros(1, 10, 4))
        self.patches = torch.nn.Conv2d(1, 4, 2, 2)
        self.linear = torch.nn.Linear(4, 6)

    def forward(self, image):
        patches = self.patches(image)
        grid = self.position_embeddings[:, 1:].reshape(1, 3, 3, 4).permute(0, 3, 1, 2)
        grid = torch.nn.functional.interpolate(grid, size=patches.shape[2:], mode="bicubic")
        positions = torch.cat([self.position_embeddings[:, :1], grid.permute(0, 2, 3, 1).reshape(1, -1, 4)], 1)
        tokens = torch.cat([self.cls_token.expand(image.shape[0], -1, -1), patches.flatten(2).transpose(1, 2)], 1)
        return self.linear(tokens + positions)


def export_onnx(folder):
    """By both exporters of torch, which fold constants and so lose names."""
    module = torch.nn.Sequential(collections.OrderedDict(embeddings=Tokens())).eval()
    module.load_state_dict({name: tensor(name, t.shape) for name, t in module.state_dict().items()})
    inputs = (torch.ones(1, 1, 8, 8),)
    torch.onnx.export(module, inputs, folder / "traced.onnx", dynamo=False, opset_version=17)
    sides = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    program = torch.onnx.export(module, inputs, dynamo=True, dynamic_shapes=(sides,), optimize=False, verbose=False)
    # As of itself, but for a limit to what is folded that leaves the positions alone, as those of real networks are.
    onnxscript.optimizer.optimize(program.model, input_size_limit=30)
    program.save(folder / "exported.onnx")
    for name in ("traced.onnx", "exported.onnx"):
        model = onnx.load(folder / name)
        for node in model.graph.node:  # Where in its sources torch was: paths of the machine.
            del node.metadata_props[:]
            node.doc_string = ""
        del model.graph.value_info[:], model.graph.metadata_props[:]
        onnx.save(model, folder / name)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    make_safetensors(folder)
    make_pth(folder)
    make_onnx(folder)
    export_onnx(folder)


if __name__ == "__main__":
    main()
