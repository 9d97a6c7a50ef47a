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
import threading
import time

ROUNDS = int(os.environ["HOSTLER_BENCH_ROUNDS"])
BUILD = pathlib.Path(os.environ["HOSTLER_BENCH_BUILD"])
DATA = pathlib.Path(os.environ["HOSTLER_BENCH_DATA"])
PRODUCTS = pathlib.Path(os.environ["HOSTLER_BENCH_PRODUCTS"])
HOSTLER = "dist/hostler"
TASKS = 2000
CONCURRENCY = 2
SLEEPERS = 1000
RESTORED = 2000
IDLE_SECONDS = 20

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


class Agent:
    """`hostler agent` with one job of sleeping tasks in its folder of jobs, on a data directory of its own."""

    def __init__(self, count):
        self.count = count
        self.folder = DATA / "agent"
        (self.folder / "jobs").mkdir(parents=True)
        # The number of seconds tells these processes from others.
        self.seconds = str(86_400 + os.getpid())
        job_file("agent/jobs/sleep", count, "/bin/sleep", [self.seconds])

    def start(self):
        """Starts the agent; the seconds until it is ready, with every task of before asked for."""
        before = time.monotonic()
        self.process = subprocess.Popen(
            [HOSTLER, "agent", "-data-dir", self.folder / "data", "-jobs-dir", self.folder / "jobs"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "the agent is ready" in line:
                break
        else:
            raise RuntimeError("the agent has ended")
        took = time.monotonic() - before
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return took

    def wait_until_all_run(self):
        while self.running() < self.count:
            time.sleep(0.2)
        # Until threads that were needed for starting have ended.
        time.sleep(10)

    def running(self):
        return sum(1 for _ in self.processes_with(b"/bin/sleep", self.seconds.encode()))

    @staticmethod
    def processes_with(*words):
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if all(any(word in part for part in line) for word in words):
                yield int(entry.name)

    @property
    def supervisor(self):
        return next(self.processes_with(b"hostler-supervisor", str(self.folder).encode()))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Ends the tasks, then the agent."""
        (self.folder / "jobs/sleep.hcl").unlink()
        while self.running():
            time.sleep(0.2)
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def resident_bytes(pid):
    return int(number(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())) * 1024


def switches(pid):
    """How often the threads of a process were put to sleep or taken off a processor."""
    count = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        count += sum(int(n) for n in re.findall(r"ctxt_switches:\s+(\d+)", status.read_text()))
    return count


def idle_agent():
    """Resident memory of agent and supervisor with many sleeping tasks, and their wake-ups a second."""
    agent = Agent(SLEEPERS)
    agent.start()
    try:
        agent.wait_until_all_run()
        pids = [agent.process.pid, agent.supervisor]
        before = [switches(pid) for pid in pids]
        time.sleep(IDLE_SECONDS)
        wake_ups = [(switches(pid) - count) / IDLE_SECONDS for pid, count in zip(pids, before)]
        return [resident_bytes(pid) for pid in pids], wake_ups
    finally:
        agent.end()


def restore_seconds(count):
    """From the start of an agent whose predecessor was killed until it has found all running tasks again."""
    agent = Agent(count)
    agent.start()
    try:
        agent.wait_until_all_run()
        times = []
        for _ in range(3):
            agent.kill()
            times.append(agent.start())
        return statistics.median(times)
    finally:
        agent.end()


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
    (agent_bytes, supervisor_bytes), (agent_wakes, supervisor_wakes) = idle_agent()
    restore, restore_of_few = restore_seconds(RESTORED), restore_seconds(RESTORED // 4)
    inspect = number(r"([0-9.]+) ns", program("driver-call-benchmark"))
    updates = number(r"([0-9.]+) updates a second", program("model-check", "--speed"))
    median = statistics.median
    commits_a_task = median(commits)
    rows = [
        ("launch to exit of /bin/true, tasks/s", median(own), ""),
        ("bare posix_spawn and waitpid, tasks/s", median(bare), ""),
        ("C loop with directories, logs and cgroup, tasks/s", median(full), ""),
        ("hostler against the C loop", median(o / f for o, f in zip(own, full)), "at least 0.7"),
        ("hostler against bare spawns", median(o / b for o, b in zip(own, bare)), "at least 0.4"),
        ("the same with durable state, tasks/s", median(durable), ""),
        ("with durable state against the C loop", median(d / f for d, f in zip(durable, full)), "at least 0.6"),
        ("commits of the state a task", commits_a_task, "at most 0.2"),
        ("tasks/s that a disk of 1 ms a sync would allow", 1000 / max(commits_a_task, 1e-9), ""),
        ("own memory of a sleeping task, KB", per_task / 1024, "at most 100"),
        (f"resident, agent with {SLEEPERS} sleeping tasks, MB", agent_bytes / 2**20, "below 30"),
        ("resident, its supervisor, MB", supervisor_bytes / 2**20, f"below {10 + 20 * SLEEPERS / 1024:.0f}"),
        ("wake-ups a second, idle agent", agent_wakes, "at most 1"),
        ("wake-ups a second, idle supervisor", supervisor_wakes, "at most 1"),
        (f"restore of {RESTORED} running tasks, s", restore, "below 2"),
        ("restore, ms a task", restore / RESTORED * 1000, ""),
        (f"restore of {RESTORED // 4} running tasks, ms a task", restore_of_few / (RESTORED // 4) * 1000, ""),
        ("inspect of a driver, ns", inspect, "at most 200"),
        ("coordinator, million updates/s", updates / 1e6, "at least 1"),
    ]
    print("| what | measured | wanted |\n|---|---|---|")
    for name, value, wanted in rows:
        print(f"| {name} | {value:.4g} | {wanted} |")


if __name__ == "__main__":
    main()
