"""Python's side of bench:data: OpenCV, Pillow and NumPy in worker processes that write into shared memory.

Started with a JSON file that names the faces; then one JSON object per line in, one per line out.
"""

import json
import multiprocessing as mp
import os
import sys
import time
from multiprocessing import shared_memory

import cv2
import numpy as np
import PIL

import face_work

SLOTS = 4


class Memory:
    """Arrays that processes share."""

    def __init__(self, *parts):
        self.blocks = [shared_memory.SharedMemory(create=True, size=max(1, int(np.prod(s)) * np.dtype(t).itemsize)) for s, t in parts]
        self.arrays = [np.ndarray(shape, dtype, block.buf) for (shape, dtype), block in zip(parts, self.blocks)]

    def close(self):
        self.arrays = []
        for block in self.blocks:
            block.close()
            block.unlink()


class Pool:
    """Batches for training, made ahead by `workers` processes, or by this one when that is 0."""

    def __init__(self, workers, setup, make):
        size, points, batch = setup["size"], len(setup["flip"]), setup["batch"]
        self.memory = Memory(((SLOTS, batch, size, size, 3), np.float32), ((SLOTS, batch, 2 * points), np.float32))
        self.batch, self.make = batch, make
        self.tasks, self.results = mp.SimpleQueue(), mp.SimpleQueue()
        self.processes = [mp.Process(target=self.serve, daemon=True) for _ in range(workers)]
        for process in self.processes:
            process.start()

    def fill(self, slot, epoch, indices):
        images, labels = self.memory.arrays
        for row, index in enumerate(indices):
            self.make(index, np.random.default_rng((1, epoch, index)), images[slot, row], labels[slot, row])

    def serve(self):
        while (task := self.tasks.get()) is not None:
            self.fill(*task)
            self.results.put(task[0])

    def epoch(self, epoch, count):
        order = np.random.default_rng((1, epoch)).permutation(count)
        batches = [order[at : at + self.batch].tolist() for at in range(0, count, self.batch)]
        if not self.processes:
            for indices in batches:
                self.fill(0, epoch, indices)
            return
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
        self.memory.close()


class Bench:
    def __init__(self, setup):
        self.setup, self.pools = setup, {}
        self.flip = np.array(setup["flip"])
        self.images = np.load(os.path.join(setup["prepared"], "images.npy"))
        self.landmarks = np.load(os.path.join(setup["prepared"], "landmarks.npy")).reshape(len(self.images), -1, 2).astype(float)

    def augment(self, workers, preset, epoch):
        """One epoch of augmented batches from packed crops; the processes stay."""

        def make(index, rng, image, labels):
            face_work.augment(preset, self.images[index], self.landmarks[index], self.flip, rng, image, labels)

        key = (workers, preset)
        if key not in self.pools:
            self.pools[key] = Pool(workers, self.setup, make)
        self.pools[key].epoch(epoch, len(self.images))

    def pipeline(self, workers, preset, epoch):
        """One epoch from picture files: decode, crop, augment; processes begin with it."""
        faces, size = self.setup["faces"], self.setup["size"]

        def make(index, rng, image, labels):
            crop, points, _ = face_work.prepare("opencv", faces[index], size)
            face_work.augment(preset, crop, points, self.flip, rng, image, labels)

        pool = Pool(workers, self.setup, make)
        pool.epoch(epoch, len(faces))
        pool.close()

    def prepare(self, library, processes, out):
        """Crops all faces into .npy files, as `data prepare` does."""
        faces, size, points = self.setup["faces"], self.setup["size"], len(self.setup["flip"])
        count = len(faces)
        memory = Memory(((count, size, size, 3), np.uint8), ((count, 2 * points), np.float32), ((count, 4), np.float32))
        images, landmarks, transforms = memory.arrays
        counter = mp.Value("q", 0)

        def work():
            while True:
                with counter.get_lock():
                    index = counter.value
                    counter.value += 1
                if index >= count:
                    return
                crop, moved, transform = face_work.prepare(library, faces[index], size)
                images[index], landmarks[index], transforms[index] = crop, moved.ravel(), transform

        workers = [mp.Process(target=work) for _ in range(processes)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        os.makedirs(out, exist_ok=True)
        for name, array in {"images": images, "landmarks": landmarks, "transforms": transforms}.items():
            np.save(os.path.join(out, f"{name}.npy"), array)
        failed = sum(worker.exitcode != 0 for worker in workers)
        del images, landmarks, transforms
        memory.close()
        if failed:
            raise SystemExit(f"{failed} worker processes failed")

    def compare(self, folder):
        """How far crops in `folder` are from acr-lab's: proof that the work is the same."""
        images = np.load(os.path.join(folder, "images.npy"))
        landmarks = np.load(os.path.join(folder, "landmarks.npy")).reshape(self.landmarks.shape)
        return {
            "levels": float(np.abs(images.astype(np.int16) - self.images).mean()),
            "pixels": float(np.abs(landmarks - self.landmarks).max()),
        }

    def close(self):
        for pool in self.pools.values():
            pool.close()


def main():
    # One thread for each process, as acr-lab has one for each worker.
    cv2.setNumThreads(0)
    with open(sys.argv[1]) as file:
        bench = Bench(json.load(file))
    version = f"OpenCV {cv2.__version__}, Pillow {PIL.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}"
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        answer = getattr(bench, request.pop("task"))(**request)
        print(json.dumps({"seconds": time.perf_counter() - started, **(answer or {})}), flush=True)
    bench.close()


if __name__ == "__main__":
    mp.set_start_method("fork")
    main()
