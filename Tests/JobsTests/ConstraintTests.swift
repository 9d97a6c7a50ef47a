import Jobs
import Testing

@Suite("Constraints")
struct ConstraintTests {
  private static let node = NodeFacts(
    attributes: [
      "kernel.name": "linux", "nomad.version": "2.0.5", "kernel.version": "6.18.44-fc-v657",
      "cpu.numcores": "12", "memory": "9.5", "beta": "1.4.0-beta.2", "empty": "",
    ],
    meta: ["rack": "r12", "tags": "a, b ,c"],
    node: ["datacenter": "dc1", "class": "", "unique.name": "vm"])

  @Test(
    "a constraint is met as Nomad says",
    arguments: [
      ("${attr.kernel.name}", "=", "linux", true), ("${attr.kernel.name}", "is", "windows", false),
      ("${attr.none}", "=", "", false), ("${attr.empty}", "=", "", true), ("linux", "==", "linux", true),
      ("${attr.none}", "!=", "x", true), ("${attr.kernel.name}", "!=", "linux", false),
      ("${attr.kernel.name}", "not", "windows", true), ("${node.datacenter}", "=", "dc1", true),
      ("${node.unique.name}", "=", "vm", true), ("${node.nothing}", "=", "vm", false),
      ("${attr.cpu.numcores}", ">", "9", true), ("${attr.cpu.numcores}", "<=", "12", true),
      ("${attr.cpu.numcores}", "<", "12.5", true), ("${attr.memory}", ">=", "10", false),
      ("${attr.kernel.name}", "<", "mac", true), ("${attr.none}", "<", "9", false),
      ("${attr.none}", "is_set", "", false), ("${attr.empty}", "is_set", "", true),
      ("${attr.none}", "is_not_set", "", true), ("${env.HOME}", "is_set", "", false),
      ("${attr.nomad.version}", "version", ">= 1.0, < 3.0", true),
      ("${attr.nomad.version}", "version", "~> 2.0.3", true),
      ("${attr.nomad.version}", "version", "~> 2.1", false),
      ("${attr.nomad.version}", "version", "2.0.5", true),
      ("${attr.nomad.version}", "version", "!= 2.0.5", false),
      ("${attr.kernel.version}", "version", ">= 6.0", false),
      ("${attr.kernel.version}", "semver", ">= 6.0", true),
      ("${attr.beta}", "version", "> 1.4.0-beta.1", true), ("${attr.beta}", "version", ">= 1.3", false),
      ("${attr.beta}", "semver", "< 1.4.0", true), ("${attr.beta}", "semver", "~> 1.4", false),
      ("${attr.kernel.name}", "version", ">= 1", false), ("${attr.nomad.version}", "version", "new", false),
      ("${meta.rack}", "regexp", "^r[0-9]+$", true), ("${meta.rack}", "regexp", "x", false),
      ("${meta.rack}", "regexp", "(", false), ("${meta.tags}", "set_contains", "a,c", true),
      ("${meta.tags}", "set_contains_all", "a,d", false), ("${meta.tags}", "set_contains_any", "d, b", true),
      ("${meta.tags}", "set_contains_any", "d", false), ("", "distinct_hosts", "true", true),
      ("${meta.rack}", "distinct_property", "2", true), ("a", "resembles", "a", false),
    ])
  func check(_ left: String, _ comparison: String, _ right: String, _ isMet: Bool) {
    #expect(Constraint(left, comparison, right).isMet(by: Self.node) == isMet)
  }

  @Test("constraints of job, group and tasks count, and those not met are told")
  func unmet() {
    var job = Job(id: "j", groups: [Job.Group(name: "g", tasks: [Job.Task(name: "t", driver: "d")])])
    job.constraints = [Constraint("${attr.kernel.name}", "=", "linux")]
    job.groups[0].constraints = [Constraint("${meta.rack}", "=", "r1")]
    job.groups[0].tasks[0].constraints = [Constraint("${meta.none}", "is_set")]
    #expect(
      job.unmetConstraints(of: job.groups[0], on: Self.node).map(\.description)
        == ["${meta.rack} = r1", "${meta.none} is_set "])
  }

  @Test("distinct hosts and properties limit how many allocations one host has")
  func limits() {
    var job = Job(id: "j", groups: [Job.Group(name: "g")])
    #expect(job.allocationLimit(of: job.groups[0], on: Self.node) == (nil, nil))
    job.constraints = [Constraint("", "distinct_hosts", "true")]
    job.groups[0].constraints = [Constraint("${meta.rack}", "distinct_property", "3")]
    #expect(job.allocationLimit(of: job.groups[0], on: Self.node) == (1, 3))
    job.groups[0].constraints = [Constraint("${meta.none}", "distinct_property", "3")]
    job.constraints = [Constraint("", "distinct_hosts", "false")]
    #expect(job.allocationLimit(of: job.groups[0], on: Self.node) == (nil, 0))
  }
}
