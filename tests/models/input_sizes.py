"""The size at which each network is given a photo, as the references' own transforms choose it."""
import numpy
from PIL import Image

import references

# Width and height; cameras' and screens' sizes, panoramas, and sizes at which a rounding ties.
PHOTOS = [
    (640, 480), (480, 640), (800, 600), (1024, 768), (1280, 720), (720, 1280), (1280, 960), (1600, 1200), (1920, 1080),
    (1080, 1920), (2048, 1536), (2560, 1440), (3024, 4032), (4032, 3024), (3840, 2160), (4000, 3000), (6000, 4000),
    (4000, 6000), (5472, 3648), (8192, 5464), (256, 256), (384, 384), (518, 518), (504, 504), (512, 512), (1000, 1000),
    (1, 1), (13, 7), (100, 60), (320, 200), (200, 320), (250, 187), (2000, 1000), (1000, 2000), (3000, 1000),
    (1000, 3000), (4000, 1000), (1000, 4000), (2350, 1000), (1191, 1000), (385, 383), (383, 385), (537, 518), (519, 518),
    (511, 252), (505, 371), (1037, 1033), (1536, 1264), (10000, 400), (400, 10000),
]


def table(folders):
    midas, v2, v3 = (folders[name] for name in ("isl-org/MiDaS", "DepthAnything/Depth-Anything-V2",
                                                 "ByteDance-Seed/Depth-Anything-3"))
    with references.repository(midas, "midas"):
        from midas.transforms import Resize as Midas
    with references.repository(v2, "depth_anything_v2"):
        from depth_anything_v2.util.transform import Resize as Anything
    with references.repository(v3 / "src", "depth_anything_3"):
        from depth_anything_3.utils.io.input_processor import InputProcessor
        processor = InputProcessor()

    def resize(kind, side, multiple, method):
        made = kind(side, side, resize_target=None, keep_aspect_ratio=True, ensure_multiple_of=multiple,
                    resize_method=method)
        return lambda width, height: [int(x) for x in made.get_size(width, height)]

    def processed(width, height):
        photo = Image.fromarray(numpy.zeros((height, width, 3), numpy.uint8))
        photo = processor._resize_image(photo, 504, "upper_bound_resize")
        return list(processor._make_divisible_by_resize(photo, processor.PATCH_SIZE).size)

    rules = {
        "midas-small": ("MiDaS Resize 256, multiple of 32, upper_bound", resize(Midas, 256, 32, "upper_bound")),
        "dpt-hybrid": ("MiDaS Resize 384, multiple of 32, minimal; dpt-large alike", resize(Midas, 384, 32, "minimal")),
        "depth-anything": ("Depth Anything Resize 518, multiple of 14, lower_bound; V1, V2 and metric alike",
                           resize(Anything, 518, 14, "lower_bound")),
        "depth-anything-3": ("InputProcessor 504, upper_bound_resize, multiple of 14", processed),
    }
    return {
        "about": "[width, height] of photos, and for each network the [width, height] that it is given; 0 is a photo so "
                 "long that the reference fails.",
        "rules": {name: rule for name, (rule, _) in rules.items()},
        "photos": [list(photo) for photo in PHOTOS],
        "sizes": {name: [chosen(*photo) for photo in PHOTOS] for name, (_, chosen) in rules.items()},
    }
