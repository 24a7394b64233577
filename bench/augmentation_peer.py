"""The augmentation `basic` as a Python user would write it: OpenCV + NumPy in worker processes, into shared memory.

Driven by augmentation.ts: one JSON object per line in, one per line out.
"""

import json
import multiprocessing as mp
import sys
from multiprocessing import shared_memory

import cv2
import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])
SLOTS = 4


def about(middle, linear):
    offset = np.array([middle, middle])
    return np.vstack([np.column_stack([linear, offset - linear @ offset]), [0, 0, 1]])


def boxes(points):
    return points.min(0), points.max(0)


def augment(image, points, flip, rng, out_image, out_labels):
    """Does to one face what Augmenter does with the preset basic; returns whether it was flipped."""
    size = image.shape[0]
    middle = (size - 1) / 2
    matrix = np.eye(3)
    flipped = rng.random() < 0.5
    if flipped:
        matrix = np.array([[-1.0, 0, size - 1], [0, 1, 0], [0, 0, 1]])
    low, high = boxes(points)
    if flipped:
        low, high = np.array([size - 1 - high[0], low[1]]), np.array([size - 1 - low[0], high[1]])
    angle = np.deg2rad(rng.uniform(-15, 15))
    c, s = np.cos(angle), np.sin(angle)
    matrix = about(middle, np.array([[c, -s], [s, c]])) @ matrix
    moved_low, moved_high = boxes(points @ matrix[:2, :2].T + matrix[:2, 2])
    stretch = (high - low) / (moved_high - moved_low)
    back = np.eye(3)
    back[0, 0], back[1, 1] = stretch
    back[:2, 2] = (low + high) / 2 - stretch * (moved_low + moved_high) / 2
    matrix = back @ matrix
    matrix = about(middle, np.eye(2) * rng.uniform(0.92, 1.08)) @ matrix
    matrix[:2, 2] += rng.uniform(-0.03 * size, 0.03 * size, 2)

    image = cv2.warpAffine(image, matrix[:2], (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        factor = rng.uniform(0.7, 1.3)
        image = cv2.transform(image, factor * np.eye(3) + (1 - factor) * LUMA)
    contrast = rng.uniform(0.8, 1.2) if rng.random() < 0.5 else 1.0
    brightness = rng.uniform(-0.1, 0.1) if rng.random() < 0.5 else 0.0
    if contrast != 1 or brightness != 0:
        levels = np.arange(256) / 255
        levels = np.clip((levels - 0.5) * contrast + 0.5 + brightness, 0, 1)
        image = cv2.LUT(image, np.round(levels * 255).astype(np.uint8))
    np.multiply(image, np.float32(1 / 255), out=out_image)

    points = points @ matrix[:2, :2].T + matrix[:2, 2]
    if flipped:
        points = points[flip]
    out_labels[:] = (points.ravel() - size / 2) / size
    return flipped


def serve(tasks, results, images, landmarks, flip, batch, names):
    cv2.setNumThreads(0)
    size, points = images.shape[1], landmarks.shape[1]
    memory = [shared_memory.SharedMemory(name=name) for name in names]
    out_images = np.ndarray((SLOTS, batch, size, size, 3), np.float32, memory[0].buf)
    out_labels = np.ndarray((SLOTS, batch, 2 * points), np.float32, memory[1].buf)
    while (task := tasks.get()) is not None:
        slot, epoch, indices = task
        for row, index in enumerate(indices):
            rng = np.random.default_rng((1, epoch, index))
            augment(images[index], landmarks[index], flip, rng, out_images[slot, row], out_labels[slot, row])
        results.put(slot)


class Pool:
    def __init__(self, workers, images, landmarks, flip, batch):
        size, points = images.shape[1], landmarks.shape[1]
        self.memory = [
            shared_memory.SharedMemory(create=True, size=SLOTS * batch * length * 4)
            for length in (size * size * 3, 2 * points)
        ]
        self.count, self.batch = len(images), batch
        self.tasks, self.results = mp.SimpleQueue(), mp.SimpleQueue()
        names = [memory.name for memory in self.memory]
        arguments = (self.tasks, self.results, images, landmarks, flip, batch, names)
        self.processes = [mp.Process(target=serve, args=arguments, daemon=True) for _ in range(workers)]
        for process in self.processes:
            process.start()

    def epoch(self, epoch):
        order = np.random.default_rng((1, epoch)).permutation(self.count)
        batches = [order[at : at + self.batch].tolist() for at in range(0, self.count, self.batch)]
        for step, indices in enumerate(batches[:SLOTS]):
            self.tasks.put((step, epoch, indices))
        for indices in batches[SLOTS:]:
            self.tasks.put((self.results.get(), epoch, indices))
        for _ in batches[:SLOTS]:
            self.results.get()

    def close(self):
        for _ in self.processes:
            self.tasks.put(None)
        for process in self.processes:
            process.join()
        for memory in self.memory:
            memory.close()
            memory.unlink()


def main():
    import time

    setup = json.loads(sys.stdin.readline())
    size, count, points = setup["size"], setup["count"], len(setup["flip"])
    images = np.fromfile(setup["images"], np.uint8).reshape(count, size, size, 3)
    landmarks = np.fromfile(setup["landmarks"], np.float32).reshape(count, points, 2).astype(float)
    flip = np.array(setup["flip"])
    pools = {workers: Pool(workers, images, landmarks, flip, setup["batch"]) for workers in setup["workers"]}
    print(json.dumps({"opencv": cv2.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        pools[request["workers"]].epoch(request["epoch"])
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
    for pool in pools.values():
        pool.close()


if __name__ == "__main__":
    mp.set_start_method("fork")
    main()
