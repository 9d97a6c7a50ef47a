import HCL
import Jobs
import Testing

@Suite("Differences between versions of a job")
struct JobDiffTests {
  private func job(_ name: String) throws -> Job {
    Job.reading(json: try RecordedExchange(name).request["Job"]).job
  }

  @Test("the plan of a changed job is Nomad's")
  func changedPlan() throws {
    var old = try job("job-register")
    old.groups[0].count = 2
    let new = try job("job-plan-change")
    var diff = JobDiff(from: old, to: new)
    var updates = GroupUpdates()
    updates.replaced = 1
    updates.stopped = 1
    diff.annotate(updates: ["app": updates]) { old.impact(of: new, on: $0) }
    let answer = try RecordedExchange("job-plan-change").answer
    #expect(JSONDifference.list(diff.json, answer["Diff"]) == [])
    #expect(JSONDifference.list(updates.json, answer["Annotations"]["DesiredTGUpdates"]["app"]) == [])
  }

  @Test("the plan of a new job is Nomad's, but for identities, which hostler does not issue")
  func newPlan() throws {
    let new = try job("job-plan-new")
    var diff = JobDiff(from: nil, to: new)
    var updates = GroupUpdates()
    updates.placed = 1
    diff.annotate(updates: ["app": updates]) { _ in .destructive }
    let answer = try RecordedExchange("job-plan-new").answer["Diff"].withoutIdentities
    #expect(JSONDifference.list(diff.json, answer) == [])
  }

  @Test("the differences between kept versions are Nomad's")
  func versions() throws {
    let answer = try RecordedExchange("job-versions-two").answer
    let versions = answer["Versions"].list.map { Job.reading(json: $0).job }
    for (index, expected) in answer["Diffs"].list.enumerated() {
      let diff = JobDiff(from: versions[index + 1], to: versions[index])
      #expect(JSONDifference.list(diff.json, expected) == [])
    }
  }

  private static func text(_ body: String) -> String {
    """
    job "j" {
      group "g" {
        task "t" {
          driver = "d"
          \(body)
        }
      }
    }
    """
  }

  private func parsed(_ text: String) throws -> Job {
    try #require(JobFile.parse(text, fileName: "j").job)
  }

  @Test("the same job on other lines is no difference")
  func lines() throws {
    let text = Self.text("config {\n command = \"x\"\n }")
    let (old, new) = (try parsed(text), try parsed("\n\n# a comment\n" + text))
    #expect(JobDiff(from: old, to: new).change == .none)
    #expect(old.impact(of: new, on: "g") == .none)
  }

  @Test(
    "what tasks see replaces allocations",
    arguments: [
      "env { A = 1 }", "config { a = 1 }", "user = \"u\"", "kill_timeout = \"9s\"", "leader = true",
      "meta { a = 1 }", "resources { cpu = 200 }", "restart { attempts = 1 }", "shutdown_delay = \"1s\"",
      "template {\n data = \"x\"\n destination = \"local/x\"\n }", "lifecycle { hook = \"prestart\" }",
      "artifact { source = \"x\" }", "logs { max_files = 2 }",
    ])
  func destructive(_ body: String) throws {
    let old = try parsed(Self.text(""))
    let new = try parsed(Self.text(body))
    #expect(old.impact(of: new, on: "g") == .destructive)
    let diff = JobDiff(from: old, to: new)
    #expect(diff.groups.first?.tasks.first?.change == .edited)
    #expect(JobDiff(from: new, to: old).change == .edited)
  }

  @Test(
    "what tasks do not see leaves allocations running",
    arguments: [
      "job \"j\" {\n priority = 70\n", "job \"j\" {\n constraint {\n attribute = \"a\"\n value = \"a\"\n }\n",
      "job \"j\" {\n update { max_parallel = 3 }\n", "job \"j\" {\n reschedule { delay = \"1m\" }\n",
    ])
  func inPlace(_ head: String) throws {
    let text = Self.text("")
    let old = try parsed(text)
    let new = try parsed(text.replacing("job \"j\" {\n", with: head))
    #expect(old.impact(of: new, on: "g") == .inPlace)
  }

  @Test("meta counts where tasks see it, wherever it is written")
  func meta() throws {
    let inTask = try parsed(Self.text("meta { a = 1 }"))
    let inJob = try parsed(Self.text("").replacing("job \"j\" {", with: "job \"j\" {\n meta { a = 1 }"))
    #expect(inTask.impact(of: inJob, on: "g") == .inPlace)
    #expect(try parsed(Self.text("")).impact(of: inJob, on: "g") == .destructive)
  }

  @Test("a count says whether it creates or destroys, and a group that goes destroys")
  func annotations() throws {
    var old = try parsed(Self.text(""))
    var diff = JobDiff(from: old, to: nil)
    #expect(diff.change == .deleted)
    diff.annotate(updates: [:]) { _ in .destructive }
    #expect(diff.groups.first?.tasks.first?.annotations == ["forces destroy"])
    let new = old
    old.groups[0].count = 0
    diff = JobDiff(from: old, to: new)
    diff.annotate(updates: [:]) { old.impact(of: new, on: $0) }
    #expect(diff.groups.first?.fields.first?.annotations == ["forces create"])
    #expect(diff.groups.first?.tasks.first?.annotations == [])
  }
}

extension Value {
  /// A difference without what it says of identities.
  fileprivate var withoutIdentities: Value {
    if let elements {
      let kept = elements.filter { $0["Name"].string != "Identity" }
      return .tuple(kept.map(\.withoutIdentities))
    }
    guard let attributes else { return self }
    return .object(attributes.mapValues(\.withoutIdentities))
  }
}
