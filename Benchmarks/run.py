#!/usr/bin/env python3
"""Measures hostler against its baselines, in turn in the same run, and prints a table of ratios.

Called by scripts/bench, which builds what is measured and says where it is.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import time

ROUNDS = int(os.environ["HOSTLER_BENCH_ROUNDS"])
BUILD = pathlib.Path(os.environ["HOSTLER_BENCH_BUILD"])
DATA = pathlib.Path(os.environ["HOSTLER_BENCH_DATA"])
PRODUCTS = pathlib.Path(os.environ["HOSTLER_BENCH_PRODUCTS"])
HOSTLER = "dist/hostler"
TASKS = 2000
CONCURRENCY = 2
SLEEPERS = 1000

JOB = """
job "bench" {
  type = "batch"
  group "g" {
    count = %d
    task "t" {
      driver = "raw_exec"
      config {
        command = "%s"
        args    = %s
      }
    }
  }
}
"""


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


def baseline(name):
    folder = DATA / name
    folder.mkdir()
    try:
        where = [folder] if name == "full_spawn" else []
        text = subprocess.run(
            [BUILD / name, *where, str(TASKS), str(CONCURRENCY)], check=True, capture_output=True, text=True).stdout
    finally:
        shutil.rmtree(folder)
    return number(name + r"_tasks_per_second ([0-9.]+)", text)


def job_file(name, count, command, args):
    file = DATA / f"{name}.hcl"
    file.write_text(JOB % (count, command, json.dumps(args)))
    return file


def launches(durable):
    """Tasks a second of one batch job, from its first event to its end, and its other records by type.

    With a data directory the agent keeps state in it; without one it keeps none, in a temporary folder."""
    file = job_file("launch", TASKS, "/bin/true", [])
    folder = DATA / "launch"
    folder.mkdir()
    text = subprocess.run(
        [HOSTLER, "run", "-json", *(["-data-dir", str(folder)] if durable else []), str(file)],
        check=True, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(folder)}).stdout
    shutil.rmtree(folder)
    records = [json.loads(line) for line in text.splitlines()]
    by_type = {record["type"]: record for record in records}
    return TASKS / ((by_type["end"]["time"] - records[0]["time"]) / 1e9), by_type


def private_bytes(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) for kb in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+)", rollup, re.M)) * 1024


def memory_with(count):
    """Private memory of the agent while `count` tasks sleep."""
    file = job_file("sleep", count, "/bin/sleep", ["1000"])
    folder = DATA / "sleep"
    process = subprocess.Popen(
        [HOSTLER, "run", "-json", "-data-dir", str(folder), str(file)], stdout=subprocess.PIPE, text=True)
    started = 0
    for line in process.stdout:
        record = json.loads(line)
        started += record["type"] == "event" and record["event"] == "Started"
        if started == count:
            break
    time.sleep(1)
    used = private_bytes(process.pid)
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    process.wait()
    shutil.rmtree(folder)
    return used


def program(name, *arguments):
    return subprocess.run([PRODUCTS / name, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    bare, full, own, durable, commits = [], [], [], [], []
    for _ in range(ROUNDS):
        bare.append(baseline("bare_spawn"))
        full.append(baseline("full_spawn"))
        own.append(launches(durable=False)[0])
        rate, records = launches(durable=True)
        durable.append(rate)
        commits.append(records["state"]["commits"] / TASKS)
    per_task = (memory_with(SLEEPERS) - memory_with(1)) / (SLEEPERS - 1)
    inspect = number(r"([0-9.]+) ns", program("driver-call-benchmark"))
    updates = number(r"([0-9.]+) updates a second", program("model-check", "--speed"))
    median = statistics.median
    rows = [
        ("launch to exit of /bin/true, tasks/s", median(own), ""),
        ("bare posix_spawn and waitpid, tasks/s", median(bare), ""),
        ("C loop with directories, logs and cgroup, tasks/s", median(full), ""),
        ("hostler against the C loop", median(o / f for o, f in zip(own, full)), "at least 0.7"),
        ("hostler against bare spawns", median(o / b for o, b in zip(own, bare)), "at least 0.4"),
        ("the same with durable state, tasks/s", median(durable), ""),
        ("with durable state against the C loop", median(d / f for d, f in zip(durable, full)), "at least 0.6"),
        ("commits of the state a task", median(commits), "at most 0.2"),
        ("own memory of a sleeping task, KB", per_task / 1024, "at most 100"),
        ("inspect of a driver, ns", inspect, "at most 200"),
        ("coordinator, million updates/s", updates / 1e6, "at least 1"),
    ]
    print("| what | measured | wanted |\n|---|---|---|")
    for name, value, wanted in rows:
        print(f"| {name} | {value:.4g} | {wanted} |")


if __name__ == "__main__":
    main()
