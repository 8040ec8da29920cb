"""What the Python peers have in common: the data, the times, and the JSON line."""
import argparse
import json
import os
import re
import statistics
import subprocess
import time

import numpy as np

SIZES = (784, 128, 32, 10)
RATE = 0.1
FULL_BATCH = 20_000


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", help="the folder of the four uncompressed MNIST files")
    parser.add_argument("batch", type=int, help="0: full-batch training on the first 20,000 images")
    parser.add_argument("threads", type=int)
    parser.add_argument("epochs", type=int)
    return parser.parse_args()


def read(folder):
    """Training images and labels, test images and labels: a sample is a row of float32 in [0, 1]."""
    def images(name):
        pixels = np.fromfile(f"{folder}/{name}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, SIZES[0])
        return pixels.astype(np.float32) / np.float32(255)

    def labels(name):
        return np.fromfile(f"{folder}/{name}-labels-idx1-ubyte", np.uint8, offset=8).astype(np.int64)

    return images("train"), labels("train"), images("t10k"), labels("t10k")


def seconds(work, repetitions):
    """The time of each call of work."""
    times = []
    for i in range(repetitions):
        start = time.perf_counter()
        work(i)
        times.append(time.perf_counter() - start)
    return times


def training(times, samples):
    return {"train_sps_best": round(samples / min(times)), "train_sps_median": round(samples / statistics.median(times))}


def full_batch(times):
    return {"seconds_per_epoch_best": round(min(times), 5), "seconds_per_epoch_median": round(statistics.median(times), 5)}


def prediction(predict, images):
    """All images at once: best of 25 after a warm-up. And one image at a time: median of 200 runs of 50."""
    rows = [images[i:i + 1] for i in range(50)]

    def one_at_a_time(_):
        for row in rows:
            predict(row)

    for _ in range(3):
        predict(images)
        one_at_a_time(0)
    return {
        "infer_sps": round(len(images) / min(seconds(lambda _: predict(images), 25))),
        "latency_us": round(statistics.median(seconds(one_at_a_time, 200)) / len(rows) * 1e6, 3),
    }


def version(module):
    """The module's version with that of its Debian package, which can be more exact, and the BLAS that it has loaded."""
    text = module.__version__
    if module.__file__.startswith("/usr/lib/python3/"):
        query = ["dpkg-query", "-W", "-f", "${Version}", f"python3-{module.__name__}"]
        text += f" (Debian {subprocess.run(query, capture_output=True, text=True).stdout})"
    if os.path.exists("/proc/self/maps"):
        with open("/proc/self/maps", encoding="utf-8") as maps:
            libraries = set(re.findall(r"/lib((?:openblas|mkl_core|blis)[^/\n]*)$", maps.read(), re.MULTILINE))
        text += "".join(f", {library}" for library in sorted(libraries))
    return text


def report(peer, module, options, *figures):
    line = {
        "peer": peer, "config": "784-128-32-10 float sgd lr 0.1", "version": version(module),
        "batch": options.batch or FULL_BATCH, "threads": options.threads, "epochs": options.epochs,
    }
    for part in figures:
        line.update(part)
    print(json.dumps(line))
