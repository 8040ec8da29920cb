#!/usr/bin/env python3
"""Runs the BenchmarkDotNet suites and keeps their tables as Markdown in the results of this processor, one file a suite.

usage: suites.py [FILTER] [BenchmarkDotNet's options ...]      e.g. suites.py '*Gemm*' --job short; all suites take two hours or so
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import machine  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.join(HERE, "NeuralNets.Core.Benchmarks")


def main():
    arguments = sys.argv[1:]
    chosen = arguments.pop(0) if arguments and not arguments[0].startswith("-") else "*"
    with tempfile.TemporaryDirectory() as folder:
        status = subprocess.run(["dotnet", "run", "-c", "Release", "--project", PROJECT, "--", "--filter", chosen,
                                 "--artifacts", folder, *arguments]).returncode
        reports = sorted(glob.glob(os.path.join(folder, "results", "*-report-github.md")))
        os.makedirs(machine.results(), exist_ok=True)
        for report in reports:
            target = os.path.join(machine.results(), table_name(report))
            with open(report, encoding="utf-8-sig") as source, open(target, "w", encoding="utf-8") as table:
                table.write(f"{machine.cpu()}, {machine.cores()} cores\n\n{source.read().strip()}\n")
            print(os.path.relpath(target))
    sys.exit(status or (0 if reports else "There was no report."))


def table_name(report):
    """NeuralNets.Core.Benchmarks.GemmSquareBenchmarks_Single_-report-github.md becomes GemmSquareBenchmarks-Single.md."""
    name = os.path.basename(report).removesuffix("-report-github.md").removeprefix("NeuralNets.Core.Benchmarks.")
    return re.sub(r"_(\w+)_$", r"-\1", name) + ".md"


if __name__ == "__main__":
    main()
