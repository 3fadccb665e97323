"""Makes the golden pictures of recipe A (preset spatial-photo) with plain Python, numpy and OpenCV.

    python make_recipe_a.py FOLDER      # the committed ones: opencv-python-headless 4.6.0.66, numpy < 2

All inputs are formulas. FOLDER receives
  photo.png            RGB u8, 96 x 72
  disparity.png        u8, relative disparity d = value / 255
  matte.png            stage `matte`
  hole.png             the matte's part above 127 dilated by a 7x7 ellipse, twice
  fill_telea.png, fill_ns.png, fill.png        stage `fill`
  tiers_{circle,hexagon,heart}.png             stage `bokeh` of photo.png with disparity.png, focus 200 / 255
  parallax_{0,1,2}.png foreground and background composited at t = 0, 0.25 and 1 of a path of 10 px and 3 px
  recipe_a.json        versions and parameters

Tiers: kernels k = 1, 7, 13, 19, 31. Circle: cv2.GaussianBlur(photo, (k, k), 0). Hexagon, heart:
cv2.filter2D with the mask of `hexagon` or `heart` divided by its sum and turned by half a turn (filter2D
correlates; so a point of light takes the shape the right way up), radius k // 2.
b = clip(|d - focus| * strength * 2.8 / f_number, 0, 1); level = 4 b; linear blend of the two neighbouring tiers.
Parallax: shift(t) = amplitude * (2 s - 1) with s = t t (3 - 2 t); the foreground moves by +shift of 10 px * 1.5, the
background by -shift of 3 px * 1.5 (cv2.warpAffine, bilinear, border repeated; the matte moves with the foreground);
out = fg * a + bg * (1 - a), a = matte / 255. The picture is not enlarged.
"""
import json
import os
import sys

import cv2
import numpy as np

WIDTH, HEIGHT = 96, 72
KERNELS = (1, 7, 13, 19, 31)


def photo():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    waves = [127 + 80 * np.sin(0.21 * x + c) * np.cos(0.13 * y - 0.5 * c) for c in range(3)]
    disc = (x - 44) ** 2 + (y - 40) ** 2 < 20 ** 2
    out = np.stack([np.where(disc, 230 - 60 * c + 10 * np.sin(x + y), waves[c]) for c in range(3)], axis=-1)
    return np.clip(np.round(out), 0, 255).astype(np.uint8)


def disparity():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    disc = (x - 44) ** 2 + (y - 40) ** 2 < 20 ** 2
    out = np.where(disc, 200 + 10 * np.sin(0.3 * x), 20 + 60 * y / HEIGHT)
    out[5:8, 80:83] = 250
    out[0, 0], out[0, 1] = 0, 255
    return np.round(out).astype(np.uint8)


def ellipse(size):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def matte_of(depth):
    _, mask = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, ellipse(5))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, ellipse(11))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return cv2.GaussianBlur(np.where(labels == largest, 255, 0).astype(np.uint8), (21, 21), 0)


def fill_of(image, hole):
    telea = cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA)
    fluid = cv2.inpaint(image, hole, 3, cv2.INPAINT_NS)
    smooth = cv2.bilateralFilter(cv2.addWeighted(telea, 0.5, fluid, 0.5, 0), 9, 75, 75)
    return telea, fluid, np.where(hole[..., None] > 0, smooth, image)


def hexagon(radius):
    """Pixels whose centre lies in the regular hexagon of circumradius `radius` + 0.5, one corner up."""
    y, x = np.mgrid[-radius:radius + 1, -radius:radius + 1].astype(np.float64)
    apothem = (radius + 0.5) * np.sqrt(3) / 2
    inside = (np.abs(x) <= apothem) & (np.abs(x) / 2 + np.abs(y) * np.sqrt(3) / 2 <= apothem)
    return inside.astype(np.float32)


def heart(radius):
    """(x^2 + y^2 - 1)^3 <= x^2 y^3 with y up, scaled so that the heart fills the square."""
    y, x = np.mgrid[-radius:radius + 1, -radius:radius + 1].astype(np.float64)
    x, y = 1.2 * x / (radius + 0.5), -1.2 * y / (radius + 0.5) + 0.1
    return ((x * x + y * y - 1) ** 3 <= x * x * y ** 3).astype(np.float32)


def tiers_of(image, depth, shape, focus=200 / 255, strength=1.0, f_number=2.8):
    blurred = []
    for k in KERNELS:
        if k == 1:
            blurred.append(image)
        elif shape == "circle":
            blurred.append(cv2.GaussianBlur(image, (k, k), 0))
        else:
            mask = hexagon(k // 2) if shape == "hexagon" else heart(k // 2)
            blurred.append(cv2.filter2D(image, -1, cv2.flip(mask, -1) / mask.sum(), borderType=cv2.BORDER_REPLICATE))
    stack = np.stack(blurred).astype(np.float64)
    level = 4 * np.clip(np.abs(depth / 255.0 - focus) * strength * 2.8 / f_number, 0, 1)
    low = np.minimum(np.floor(level).astype(int), 3)
    part = (level - low)[..., None]
    rows, columns = np.indices(depth.shape)
    mixed = stack[low, rows, columns] * (1 - part) + stack[low + 1, rows, columns] * part
    return np.round(mixed).astype(np.uint8)


def parallax_of(image, back, matte, t, foreground=10 * 1.5, background=3 * 1.5):
    eased = 2 * t * t * (3 - 2 * t) - 1

    def shifted(picture, by):
        move = np.float32([[1, 0, by], [0, 1, 0]])
        return cv2.warpAffine(picture, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    alpha = shifted(matte, foreground * eased)[..., None] / 255.0
    mixed = shifted(image, foreground * eased) * alpha + shifted(back, -background * eased) * (1 - alpha)
    return np.round(mixed).astype(np.uint8)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)

    def save(name, pixels):
        if pixels.ndim == 3:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        cv2.imwrite(os.path.join(folder, name + ".png"), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])

    image, depth = photo(), disparity()
    matte = matte_of(depth)
    hole = cv2.dilate(np.where(matte > 127, 255, 0).astype(np.uint8), ellipse(7), iterations=2)
    telea, fluid, filled = fill_of(image, hole)
    for name, pixels in (("photo", image), ("disparity", depth), ("matte", matte), ("hole", hole),
                         ("fill_telea", telea), ("fill_ns", fluid), ("fill", filled)):
        save(name, pixels)
    for shape in ("circle", "hexagon", "heart"):
        save("tiers_" + shape, tiers_of(image, depth, shape))
    times = (0.0, 0.25, 1.0)
    for index, t in enumerate(times):
        save(f"parallax_{index}", parallax_of(image, filled, matte, t))
    with open(os.path.join(folder, "recipe_a.json"), "w", encoding="utf-8") as file:
        json.dump({"opencv": cv2.__version__, "numpy": np.__version__, "kernels": KERNELS, "f_number": 2.8,
                   "strength": 1.0, "focus": 200 / 255, "foreground_px": 10, "background_px": 3,
                   "parallax_strength": 1.5, "times": times}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
