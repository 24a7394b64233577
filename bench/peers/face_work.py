"""What has to be done to one face, as a Python user would write it with OpenCV, Pillow and NumPy."""

import cv2
import numpy as np
from PIL import Image

LUMA = np.array([0.299, 0.587, 0.114])


def read_pts(path):
    """The 68 points of an iBUG file, 0-based."""
    with open(path) as file:
        text = file.read()
    numbers = text[text.index("{") + 1 : text.index("}")].split()
    return np.array(numbers, np.float64).reshape(-1, 2) - 1


def crop_box(points, width, height):
    """The protocol acr-224: the tight box of the points and 5 pixels on each side, in whole pixels of the picture."""
    low, high = points.min(0) - 5, points.max(0) + 5
    left, top = max(0, int(np.floor(low[0]))), max(0, int(np.floor(low[1])))
    return left, top, min(width, int(np.ceil(high[0])) + 1), min(height, int(np.ceil(high[1])) + 1)


def crop_opencv(picture, points, size):
    image = cv2.imread(picture, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    box = left, top, right, bottom = crop_box(points, image.shape[1], image.shape[0])
    shrinks = right - left > size and bottom - top > size
    part = image[top:bottom, left:right]
    return cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), box


def crop_pillow(picture, points, size):
    with Image.open(picture) as image:
        image = image.convert("RGB")
        box = crop_box(points, *image.size)
        return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, box=box)), box


CROPS = {"opencv": crop_opencv, "pillow": crop_pillow}


def prepare(library, face, size):
    """Decodes, crops and resizes one face; returns the crop, its points, and its transform."""
    picture, pts = face
    points = read_pts(pts)
    crop, (left, top, right, bottom) = CROPS[library](picture, points, size)
    scale = np.array([size / (right - left), size / (bottom - top)])
    offset = (0.5 - np.array([left, top])) * scale - 0.5
    return crop, points * scale + offset, np.concatenate([scale, offset])


def about(middle, linear):
    offset = np.array([middle, middle])
    return np.vstack([np.column_stack([linear, offset - linear @ offset]), [0, 0, 1]])


def boxes(points):
    return points.min(0), points.max(0)


def turned(points, flipped, degrees, size, rng):
    """Half of the faces mirrored, all turned, and the box of the points brought back to where it was."""
    low, high = boxes(points)
    matrix = np.eye(3)
    if flipped:
        matrix = np.array([[-1.0, 0, size - 1], [0, 1, 0], [0, 0, 1]])
        low, high = np.array([size - 1 - high[0], low[1]]), np.array([size - 1 - low[0], high[1]])
    angle = np.deg2rad(rng.uniform(-degrees, degrees))
    c, s = np.cos(angle), np.sin(angle)
    matrix = about((size - 1) / 2, np.array([[c, -s], [s, c]])) @ matrix
    moved_low, moved_high = boxes(points @ matrix[:2, :2].T + matrix[:2, 2])
    stretch = (high - low) / (moved_high - moved_low)
    back = np.diag([*stretch, 1.0])
    back[:2, 2] = (low + high) / 2 - stretch * (moved_low + moved_high) / 2
    return back @ matrix


def warp(image, matrix, size):
    return cv2.warpAffine(image, matrix[:2], (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def basic(image, points, flipped, rng):
    size = image.shape[0]
    matrix = turned(points, flipped, 15, size, rng)
    matrix = about((size - 1) / 2, np.eye(2) * rng.uniform(0.92, 1.08)) @ matrix
    matrix[:2, 2] += rng.uniform(-0.03 * size, 0.03 * size, 2)
    image = warp(image, matrix, size)
    if rng.random() < 0.5:
        factor = rng.uniform(0.7, 1.3)
        image = cv2.transform(image, factor * np.eye(3) + (1 - factor) * LUMA)
    contrast = rng.uniform(0.8, 1.2) if rng.random() < 0.5 else 1.0
    brightness = rng.uniform(-0.1, 0.1) if rng.random() < 0.5 else 0.0
    if contrast != 1 or brightness != 0:
        levels = np.clip((np.arange(256) / 255 - 0.5) * contrast + 0.5 + brightness, 0, 1)
        image = cv2.LUT(image, np.round(levels * 255).astype(np.uint8))
    return image, matrix


def acr(image, points, flipped, rng):
    size = image.shape[0]
    matrix = turned(points, flipped, 28.6479, size, rng)
    image = warp(image, matrix, size)
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 4)):
            width, height = rng.integers(10, 51, 2)
            left, top = int(rng.uniform(0, size) - width / 2), int(rng.uniform(0, size) - height / 2)
            image[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = rng.integers(0, 256, 3)
    if rng.random() < 0.3:
        image = cv2.medianBlur(image, 3)
    if rng.random() < 0.5:
        gamma = np.exp(rng.uniform(np.log(0.5), np.log(2)))
        image = cv2.LUT(image, np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8))
    if rng.random() < 0.3:
        count = round(rng.uniform(0, 0.02) * size * size)
        places = rng.integers(0, size * size, count)
        image.reshape(-1, 3)[places] = rng.choice(np.array([0, 255], np.uint8), count)[:, None]
    return image, matrix


PRESETS = {"basic": basic, "acr": acr}


def augment(preset, image, points, flip, rng, out_image, out_labels):
    """Does to one crop what acr-lab's preset of that name does, into a row of a batch: pixels in 0..1, labels centered."""
    size = image.shape[0]
    flipped = rng.random() < 0.5
    image, matrix = PRESETS[preset](image, points, flipped, rng)
    np.multiply(image, np.float32(1 / 255), out=out_image)
    points = points @ matrix[:2, :2].T + matrix[:2, 2]
    if flipped:
        points = points[flip]
    out_labels[:] = (points.ravel() - size / 2) / size
