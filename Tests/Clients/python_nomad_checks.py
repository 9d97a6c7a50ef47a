#!/usr/bin/env python3
"""Drives a running agent with python-nomad, a client that was written for Nomad.

    python_nomad_checks.py PORT        (needs `pip install python-nomad==2.1.0`)

Prints one line a check and ends with 1 when one failed.
"""
import queue
import sys
import time

import nomad
from nomad.api import exceptions

JOB = """
job "web" {
  group "app" {
    task "server" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "echo hello; echo ready > $NOMAD_ALLOC_DIR/data/ready; exec sleep 1000"]
      }
    }
  }
}
"""


class Checks:
    def __init__(self):
        self.failed = []

    def check(self, name, condition):
        try:
            outcome = condition()
            problem = None if outcome is not False else "false"
        except Exception as error:  # a failing check must not end the others
            problem = f"{type(error).__name__}: {error}"
        print(f"{name}: {problem or 'ok'}", flush=True)
        if problem:
            self.failed.append(name)


def until(condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            if condition():
                return True
        except (KeyError, IndexError, exceptions.BaseNomadException):
            pass
        time.sleep(0.1)
    return False


def refused(call, kind=exceptions.BaseNomadException):
    try:
        call()
    except kind:
        return True
    return False


def jobs(c, n, job):
    c.check("validate", lambda: n.validate.validate_job({"Job": job}).status_code == 200)
    c.check("plan", lambda: n.job.plan_job("web", {"Job": job}, diff=True)["Diff"]["Type"] == "Added")
    events = queue.Queue()
    thread, stop, _ = n.event.stream.get_stream(0, {"Job": "*"}, timeout=5, event_queue=events)
    thread.daemon = True
    thread.start()
    c.check("register", lambda: n.job.register_job("web", {"Job": job})["EvalID"])
    c.check("runs", lambda: until(lambda: n.job.get_allocations("web")[0]["ClientStatus"] == "running"))
    c.check("event", lambda: events.get(timeout=8)["Events"][0]["Topic"] == "Job")
    stop.set()
    c.check("in jobs", lambda: "web" in n.jobs and n.jobs["web"]["ID"] == "web")
    c.check("missing job", lambda: refused(lambda: n.job.get_job("none"), exceptions.URLNotFoundNomadException))
    for read in [n.job.get_versions, n.job.get_evaluations, n.job.get_deployments, n.job.get_deployment, n.job.get_summary]:
        c.check(f"job {read.__name__}", lambda: read("web") or True)


def allocation(c, n, a):
    c.check("allocation", lambda: n.allocation.get_allocation(a)["ID"] == a)
    c.check("allocations by prefix", lambda: len(n.allocations.get_allocations(prefix=a[:8])) == 1)
    evaluation = n.job.get_evaluations("web")[0]["ID"]
    c.check("evaluation", lambda: n.evaluation.get_evaluation(evaluation)["ID"] == evaluation)
    c.check("ls", lambda: any(f["Name"] == "alloc" for f in n.client.ls.list_files(a)))
    c.check("stat", lambda: until(lambda: n.client.stat.stat_file(a, "/alloc/data/ready")["Size"] > 0))
    c.check("cat", lambda: n.client.cat.read_file(a, "/alloc/data/ready") == "ready\n")
    c.check("readat", lambda: n.client.read_at.read_file_offset(a, 1, 3, "/alloc/data/ready") == "ead")
    c.check("logs", lambda: "hello" in n.client.stream_logs.stream(a, "server", "stdout", False, plain=True))
    c.check("allocation stats", lambda: "ResourceUsage" in n.client.allocation.read_allocation_stats(a))
    c.check("signal", lambda: n.client.allocation.signal_allocation(a, "SIGCONT", "server") is not None)
    c.check("restart", lambda: n.client.allocation.restart_allocation(a) is not None)


def node(c, n):
    identifier = n.nodes.get_nodes()[0]["ID"]
    c.check("node", lambda: n.node.get_node(identifier)["Status"] == "ready")
    c.check("node allocations", lambda: len(n.node.get_allocations(identifier)) >= 1)
    c.check("node evaluate", lambda: "EvalIDs" in n.node.evaluate_node(identifier))
    c.check("ineligible", lambda: n.node.eligible_node(identifier, ineligible=True)["Index"] > 0)
    c.check("eligible", lambda: n.node.eligible_node(identifier, eligible=True)["Index"] > 0)
    c.check("host stats", lambda: n.client.stats.read_stats()["Memory"]["Total"] > 0)


def agent(c, n):
    c.check("agent", lambda: n.agent.get_agent()["member"]["Status"] == "alive")
    c.check("members", lambda: len(n.agent.get_members()["Members"]) == 1 and len(n.agent.get_servers()) == 1)
    c.check("metrics", lambda: len(n.metrics.get_metrics()["Gauges"]) > 0)
    c.check("regions", lambda: n.regions.get_regions() == ["global"])
    c.check("namespaces", lambda: [x["Name"] for x in n.namespaces.get_namespaces()] == ["default"])
    c.check("no more namespaces", lambda: refused(lambda: n.namespace.create_namespace({"Name": "x"})))
    c.check("status", lambda: n.status.leader.get_leader() != "" and len(n.status.peers.get_peers()) == 1)
    c.check("search", lambda: n.search.search("we", "jobs")["Matches"]["jobs"] == ["web"])
    c.check("fuzzy search", lambda: n.search.fuzzy_search("serv", "all")["Matches"]["tasks"][0]["ID"] == "server")
    c.check("no tokens", lambda: refused(lambda: n.acl.get_tokens(), exceptions.BadRequestNomadException))


def variables(c, n):
    c.check("variable put", lambda: n.variable.create_variable("a/b", {"Items": {"k": "v"}})["Path"] == "a/b")
    c.check("variable get", lambda: n.variable.get_variable("a/b")["Items"] == {"k": "v"})
    c.check("variables", lambda: len(n.variables.get_variables()) == 1)
    conflict = lambda: n.variable.create_variable("a/b", {"Items": {"k": "v"}}, cas=1)
    c.check("variable conflict", lambda: refused(conflict, exceptions.VariableConflict))
    c.check("variable delete", lambda: n.variable.delete_variable("a/b") is not None)


def changes(c, n, job):
    c.check("update", lambda: n.job.register_job("web", {"Job": {**job, "Meta": {"x": "y"}}})["EvalID"])
    c.check("versions", lambda: len(n.job.get_versions("web")["Versions"]) == 2)
    c.check("revert", lambda: n.job.revert_job("web", 0)["EvalID"])
    c.check("stable", lambda: n.job.stable_job("web", 0, True)["Index"] > 0)
    c.check("evaluate", lambda: n.job.evaluate_job("web")["EvalID"])
    c.check("collect", lambda: n.system.initiate_garbage_collection() is not False)
    c.check("deregister", lambda: n.job.deregister_job("web", purge=True)["EvalID"])


def main():
    n = nomad.Nomad(host="127.0.0.1", port=int(sys.argv[1]), timeout=10)
    c = Checks()
    job = n.jobs.parse(JOB, canonicalize=True)
    jobs(c, n, job)
    allocation(c, n, n.job.get_allocations("web")[0]["ID"])
    node(c, n)
    agent(c, n)
    variables(c, n)
    changes(c, n, job)
    print(f"{len(c.failed)} failed: {', '.join(c.failed)}" if c.failed else "all passed")
    return 1 if c.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
