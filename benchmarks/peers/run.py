#!/usr/bin/env python3
"""Races this library against the programs that one would think of instead, on this machine, and writes a table.

Builds the C program and the benchmarks, then runs all of them in turn, round after round, so that whatever else happens on
the machine happens to all alike. What is missing is left out; the table says so, and how to get it.

usage: run.py [--data DIR] [--rounds 3] [--batches 32,64,128,512,full] [--threads 1,2] [--epochs 8] [--dense]
              [--output FILE.md]
"""
import argparse
import datetime
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))
sys.dont_write_bytecode = True
import machine  # noqa: E402

OURS = "NeuralNets.Core"
FULL = 20_000  # samples of a full batch
FILES = [f"{images}-ubyte" for images in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")]
PROJECT = os.path.join(ROOT, "benchmarks", "NeuralNets.Core.Benchmarks")
DLL = os.path.join(PROJECT, "bin", "Release", "net10.0", "NeuralNets.Core.Benchmarks.dll")


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        data = unpacked(options.data, folder, options.dense)
        peers, missing = available(folder)
        runs = race(peers, data, options)
    text = report(runs, list(peers), missing, options)
    os.makedirs(os.path.dirname(os.path.abspath(options.output)), exist_ok=True)
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.splitext(options.output)[0] + ".jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(run) + "\n" for run in runs)
    print(text)


def arguments():
    parser = argparse.ArgumentParser(description="Races this library against C + OpenBLAS, NumPy and PyTorch.")
    parser.add_argument("--data", default=os.path.join(ROOT, "samples", "NeuralNets.Mnist", "data"),
                        help="folder of the four MNIST files, as they are or compressed by gzip; the sample's unless given")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs (3)")
    parser.add_argument("--batches", default="32,64,128,512,full", type=numbers,
                        help="batch sizes (32,64,128,512,full); full: gradient descent on 20,000 images at once")
    parser.add_argument("--threads", default="1,2", type=numbers, help="numbers of threads (1,2)")
    parser.add_argument("--epochs", type=int, default=8, help="epochs of a run (8); three times as many in full-batch training")
    parser.add_argument("--dense", action="store_true",
                        help="make 1 of each pixel that is 0, since training with this library gains from the zeros")
    parser.add_argument("--output", help="the table (peers.md or peers-dense.md in this processor's results); "
                        "each run's figures go to a .jsonl file beside it")
    options = parser.parse_args()
    options.output = options.output or os.path.join(machine.results(), "peers-dense.md" if options.dense else "peers.md")
    if options.rounds < 1 or options.epochs < 1 or min(options.batches) < 1 or not set(options.threads) <= {1, 2}:
        parser.error("rounds, epochs and batches must be positive, and threads 1 or 2")
    return options


def numbers(text):
    return [FULL if part == "full" else int(part) for part in text.split(",")]


def unpacked(source, folder, dense):
    """A folder with the uncompressed files."""
    for name in FILES:
        path = os.path.join(source, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                content = file.read()
        elif os.path.exists(path + ".gz"):
            with gzip.open(path + ".gz", "rb") as file:
                content = file.read()
        else:
            sys.exit(f"There is neither {name} nor {name}.gz in {source}.")
        if dense and "images" in name:
            content = content[:16] + content[16:].replace(b"\0", b"\1")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    return folder


# ---- the programs: what starts them, and the settings (threads, OpenBLAS's threads) that make sense for at most n threads ----

def available(folder):
    """The programs that can run here, as name -> (command, settings), and a sentence about each that cannot."""
    subprocess.run(["dotnet", "build", "-c", "Release", PROJECT], check=True, stdout=sys.stderr)
    peers = {OURS: (ours, lambda n: [(n, 1)])}
    missing = []
    program, reason = build_c(folder)
    if program:
        peers["C + OpenBLAS"] = (lambda *a: [program, *positional(*a)], lambda n: [(n, 1)])
    else:
        missing.append(f"C + OpenBLAS is left out: {reason} (Debian: apt-get install gcc pkg-config libopenblas-dev).")
    for name, script, modules, packages, settings in (
            ("NumPy", "numpy_mlp.py", ["numpy"], "python3-numpy", numpy_settings),
            ("PyTorch", "torch_mlp.py", ["numpy", "torch"], "python3-numpy python3-torch", torch_settings)):
        python = python_with(modules)
        if python:
            path = os.path.join(HERE, script)
            peers[name] = (lambda *a, python=python, path=path: [python, "-B", path, *positional(*a)], settings)
        else:
            needs = " and ".join(modules)
            missing.append(f"{name} is left out: no python3 that has {needs} (Debian: apt-get install {packages}).")
    for line in missing:
        print(line, file=sys.stderr)
    return peers, missing


def ours(data, batch, threads, epochs):
    size = ["--full"] if batch == FULL else ["--batch", str(batch)]
    return ["dotnet", DLL, "race", "--data", data, "--threads", str(threads), "--epochs", str(epochs), *size]


def positional(data, batch, threads, epochs):
    return [data, "0" if batch == FULL else str(batch), str(threads), str(epochs)]


def numpy_settings(n):
    """Two threads of OpenBLAS can be slower than one: the better counts."""
    return [(threads, threads) for threads in range(1, n + 1)]


def torch_settings(n):
    """One of PyTorch's own threads and OpenBLAS's at a time, since two pools of threads get in each other's way (three to
    five times slower than one thread was seen). The best counts."""
    return [(1, 1), *(setting for threads in range(2, n + 1) for setting in ((threads, 1), (1, threads)))]


def build_c(folder):
    """The built program and None, or None and the reason."""
    program = os.path.join(folder, "mlp")
    if not shutil.which("gcc"):
        return None, "there is no gcc"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "openblas"], capture_output=True, text=True).stdout \
        if shutil.which("pkg-config") else ""
    build = subprocess.run(
        ["gcc", "-O3", "-march=native", "-ffast-math", "-pthread", os.path.join(HERE, "mlp.c"), "-o", program,
         *(flags.split() or ["-lopenblas"]), "-lm"], capture_output=True, text=True)
    errors = [line for line in build.stderr.splitlines() if "error" in line or "cannot find" in line]
    return (program, None) if build.returncode == 0 else (None, (errors or ["gcc failed"])[0])


def python_with(modules):
    """The first python3 that can import the modules."""
    folders = os.environ["PATH"].split(os.pathsep)
    for python in [sys.executable, *(os.path.join(folder, "python3") for folder in folders)]:
        test = ["-c", "import " + ", ".join(modules)]
        if os.path.exists(python) and subprocess.run([python, *test], capture_output=True).returncode == 0:
            return python
    return None


# ---- the race ----

def environment(threads, blas_threads):
    variables = dict(os.environ, OMP_NUM_THREADS=str(threads),
                     OPENBLAS_NUM_THREADS=str(blas_threads), MKL_NUM_THREADS=str(blas_threads))
    # These two pin OpenBLAS to the kernels and the cache size of an older processor, which can halve its speed. Without
    # them it takes what fits the processor it runs on, as a user's would.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        variables.pop(name, None)
    return variables


def race(peers, data, options):
    runs = []
    for number in range(options.rounds):
        for batch in options.batches:
            for threads in range(1, max(options.threads) + 1):
                for name, (command, settings) in peers.items():
                    # A setting with fewer threads runs once, in the turn of its own number.
                    wanted = {s for n in options.threads for s in settings(n) if max(s) == threads}
                    for setting in sorted(wanted):
                        epochs = 3 * options.epochs if batch == FULL else options.epochs
                        runs.append(run(name, command(data, batch, setting[0], epochs), setting, batch, number))
    return runs


def run(name, command, setting, batch, number):
    """One run's figures. A peer that fails ends the race: a table without it would be no answer."""
    result = subprocess.run(command, env=environment(*setting), capture_output=True, text=True)
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode or not lines:
        sys.exit(f"{' '.join(command)}\nfailed:\n{result.stderr}")
    figures = json.loads(lines[-1])
    figures.update(peer=name, used=max(setting), blas_threads=setting[1], round=number + 1)
    best = figures.get("train_sps_best") or figures["seconds_per_epoch_best"]
    setup = f"batch {batch}, threads {setting[0]}, OpenBLAS's {setting[1]}"
    print(f"round {number + 1}, {setup}: {name} {best}", file=sys.stderr, flush=True)
    return figures


# ---- the report ----

def report(runs, names, missing, options):
    mini = [batch for batch in options.batches if batch != FULL]
    zeros = ": none here, since each pixel of 0 was made 1" if options.dense else ", 81 % of MNIST's pixels"
    lines = [
        "# Races", "",
        "A 784-128-32-10 network in float with ReLU and softmax, He's initial weights, plain gradient descent at a rate of 0.1, "
        "on MNIST. An epoch covers the shuffle, the gathering and the steps, not the evaluation. Each figure is the best of all "
        "rounds, in brackets the median. Of the settings with at most so many threads the best one counts, for each program and "
        "figure. Ratios are of speeds: above 1, this library is the faster.", "",
        f"Training with this library leaves out products with inputs of 0{zeros}. In full-batch training it takes the accuracy on "
        "the training set from the next epoch's forward pass; the others make a pass for it.", "",
        f"- {options.rounds} x {options.epochs} epochs, all programs in turn",
        f"- {machine.cpu()}, {machine.cores()} cores; {datetime.date.today()}",
        *(f"- {line}" for line in versions(runs, names)), *(f"- {line}" for line in missing),
    ]

    def add(title, heads, rows):
        ratios = [f"ours / {name}" for name in names if name != OURS]
        lines.extend(table(title, [*heads, *names, *ratios], len(heads), rows))

    if mini:
        add("Training: samples a second", ["threads", "batch"], [
            [threads, batch, *cells(rates(runs, names, "train_sps", threads, batch), thousands)]
            for threads in options.threads for batch in mini])
    if FULL in options.batches:
        add("Full-batch training on 20,000 images: seconds an epoch, accuracies on training and test set included", ["threads"], [
            [threads, *cells(rates(runs, names, "seconds_per_epoch", threads, FULL), lambda rate: f"{1 / rate:.4f}")]
            for threads in options.threads])
    if mini:
        add("Prediction of 10,000 images at once: images a second", ["threads"], [
            [threads, *cells(rates(runs, names, "infer_sps", threads), thousands)] for threads in options.threads])
        if 1 in options.threads:
            add("Prediction of one image: microseconds", ["threads"], [
                [1, *cells(rates(runs, names, "latency_us", 1), lambda rate: f"{1 / rate:.2f}")]])
        lines.extend(table(f"Test accuracy after {options.epochs} epochs, in percent", ["batch", *names], 1, [
            [batch, *(accuracies(runs, name, batch) for name in names)] for batch in mini]))
    return "\n".join(lines) + "\n"


def rates(runs, names, figure, threads, batch=None):
    """By program: the best rate of all runs with at most so many threads, and the best setting's median. Times become rates."""
    result = {}
    for name in names:
        by_setting = {}
        for run in runs:
            if run["peer"] == name and run["used"] <= threads and batch in (None, run["batch"]):
                for kind in ("best", "median"):
                    value = run.get(f"{figure}_{kind}", run.get(figure))
                    if value is not None:
                        rate = value if figure.endswith("_sps") else 1 / value
                        by_setting.setdefault((kind, run["threads"], run["blas_threads"]), []).append(rate)
        result[name] = (max(max(values) for (kind, *_), values in by_setting.items() if kind == "best"),
                        max(statistics.median(values) for (kind, *_), values in by_setting.items() if kind == "median"))
    return result


def cells(figures, show):
    """The figures of all programs, best (median), and this library's ratios to the others'."""
    best, median = figures[OURS]
    return [*(f"{show(figure[0])} ({show(figure[1])})" for figure in figures.values()),
            *(f"**{best / figure[0]:.2f}** ({median / figure[1]:.2f})" for name, figure in figures.items() if name != OURS)]


def accuracies(runs, name, batch):
    """That all programs learn the same is what makes their times comparable."""
    values = [100 * run["test_accuracy"] for run in runs if run["peer"] == name and run["batch"] == batch]
    return " … ".join(dict.fromkeys([f"{min(values):.2f}", f"{max(values):.2f}"]))


def table(title, heads, left, rows):
    """A Markdown table whose first columns are aligned to the left."""
    rules = [":--"] * left + ["--:"] * (len(heads) - left)
    return ["", f"## {title}", "", *("| " + " | ".join(map(str, row)) + " |" for row in [heads, rules, *rows])]


def thousands(rate):
    return f"{rate / 1000:,.0f}k"


def versions(runs, names):
    listed = subprocess.run(["dotnet", "--list-runtimes"], capture_output=True, text=True).stdout
    runtimes = [line.split()[1] for line in listed.splitlines() if line.startswith("Microsoft.NETCore.App 10.")]
    yield f"{OURS}: .NET {runtimes[-1] if runtimes else 'unknown'}; {next(run['config'] for run in runs if run['peer'] == OURS)}"
    for name in names:
        if name != OURS:
            yield f"{name}: {next(run['version'] for run in runs if run['peer'] == name)}"


if __name__ == "__main__":
    main()
