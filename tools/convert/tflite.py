"""The constants of a TensorFlow Lite model, by the standard library alone.

The format is a FlatBuffer (https://flatbuffers.dev/internals) of TensorFlow's schema
(tensorflow/compiler/mlir/lite/schema/schema.fbs), whose numbers of fields are the ones below. For files whose digest
is known: nothing in them is doubted.
"""
import struct

# Of TensorType, and bytes of an element.
TYPES = {0: "F32", 1: "F16"}
SIZES = {"F32": 4, "F16": 2}


class Table:
    """A table of a FlatBuffer; every field of it may be absent."""

    def __init__(self, data, place):
        self.data, self.place = data, place
        self.fields = place - self.number("<i", place)

    def number(self, kind, place):
        return struct.unpack_from(kind, self.data, place)[0]

    def where(self, field):
        """Place of a field's value, or None."""
        entry = 4 + 2 * field
        offset = self.number("<H", self.fields + entry) if entry < self.number("<H", self.fields) else 0
        return self.place + offset if offset else None

    def scalar(self, field, kind):
        place = self.where(field)
        return 0 if place is None else self.number(kind, place)

    def vector(self, field):
        """Place of a vector's first element, and how many there are."""
        place = self.where(field)
        if place is None:
            return 0, 0
        place += self.number("<I", place)
        return place + 4, self.number("<I", place)

    def tables(self, field):
        first, count = self.vector(field)
        return [Table(self.data, at + self.number("<I", at)) for at in range(first, first + 4 * count, 4)]

    def integers(self, field):
        first, count = self.vector(field)
        return list(struct.unpack_from(f"<{count}i", self.data, first))

    def bytes(self, field):
        first, count = self.vector(field)
        return self.data[first:first + count]


def constants(data):
    """{name: (type, shape, bytes)} of the tensors that hold floats, in the order of the first subgraph."""
    model = Table(data, struct.unpack_from("<I", data)[0])
    buffers = model.tables(4)
    found = {}
    for tensor in model.tables(2)[0].tables(0):
        kind, content = tensor.scalar(1, "<b"), buffers[tensor.scalar(2, "<I")].bytes(0)
        if kind in TYPES and content:  # else computed, not stored
            found[tensor.bytes(3).decode()] = (TYPES[kind], tensor.integers(0), content)
    return found
