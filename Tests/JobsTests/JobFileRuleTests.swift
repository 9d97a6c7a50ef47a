import HCL
import Jobs
import Testing

@Suite("The rules of job files")
struct JobFileRuleTests {
  private func parse(_ text: String) -> JobFile.Result { JobFile.parse(text, fileName: "test.nomad.hcl") }

  private func task(_ body: String) -> JobFile.Result {
    parse("job \"j\" {\n group \"g\" {\n  task \"t\" {\n   driver = \"d\"\n\(body)\n  }\n }\n}")
  }

  private func group(_ body: String, type: String = "service") -> JobFile.Result {
    parse("job \"j\" {\n type = \"\(type)\"\n group \"g\" {\n\(body)\n  task \"t\" { driver = \"d\" }\n }\n}")
  }

  @Test(
    "a task that breaks a rule is one error at its place",
    arguments: [
      ("lifecycle { hook = \"before\" }", "Unknown value", 5),
      ("lifecycle {}", "Hook missing", 5),
      ("lifecycle {\n hook = \"poststop\"\n sidecar = true\n}", "Impossible sidecar", 7),
      ("kill_timeout = \"-1s\"", "Duration out of range", 5),
      ("kill_timeout = \"soon\"", "Invalid duration", 5),
      ("kill_timeout = []", "Wrong type", 5),
      ("kill_signal = \"SIGTRM\"", "Unknown value", 5),
      ("restart { attempts = -1 }", "Number out of range", 5),
      ("restart {\n attempts = 3\n delay = \"10s\"\n interval = \"20s\"\n}", "Impossible restart policy", 5),
      ("restart { interval = \"1s\" }", "Duration out of range", 5),
      ("restart {\n attempts = 0\n mode = \"delay\"\n}", "Ambiguous restart policy", 5),
      ("logs {\n max_files = 30\n}", "Logs do not fit", 5),
      ("logs {\n max_files = 9223372036854775807\n}", "Logs do not fit", 5),
      ("logs { max_files = 0 }", "Number out of range", 5),
      ("resources {\n cpu = 100\n cores = 1\n}", "Conflicting resources", 7),
      ("resources {\n memory = 100\n memory_max = 50\n}", "Conflicting resources", 7),
      ("resources { memory = 1.5 }", "Wrong type", 5),
      ("template { data = \"x\" }", "Incomplete template", 5),
      ("template { destination = \"x\" }", "Incomplete template", 5),
      ("template {\n data = \"x\"\n destination = \"../../x\"\n}", "Path leaves the task", 7),
      ("template {\n data = \"x\"\n destination = \"x\"\n perms = \"9\"\n}", "Invalid permissions", 8),
      ("artifact {}", "Incomplete artifact", 5),
      ("artifact {\n source = \"x\"\n mode = \"both\"\n}", "Unknown value", 7),
      ("env { A = [1] }", "Wrong type", 5),
      ("env { A = 1 }\nenv { B = 2 }", "Block set twice", 6),
      ("env = { A = 1 }\nenv { B = 2 }", "Block set twice", 6),
      ("leader = \"maybe\"", "Wrong type", 5),
      ("resources {}\nresources {}", "Block set twice", 6),
      ("action \"a\" {\n command = \"x\"\n nothing = 2\n}", "Unknown argument", 7),
      ("template {\n data = \"x\"\n destination = \"\"\n}", "Incomplete template", 7),
      ("template {\n data = \"x\"\n destination = \".\"\n}", "Invalid path", 7),
      ("template {\n data = \"x\"\n destination = \"/local/\"\n}", "Invalid path", 7),
      ("template {\n data = \"x\"\n destination = \"a/../secrets\"\n}", "Invalid path", 7),
      ("template {\n data = \"x\"\n destination = \"local/a\\u0000b\"\n}", "Invalid path", 7),
      (
        "template {\n data = \"x\"\n destination = \"local/\(String(repeating: "x", count: 256))\"\n}",
        "Invalid path", 7
      ),
      ("template {\n source = \"a\\u0000b\"\n destination = \"local/a\"\n}", "Null character", 6),
      ("artifact {\n source = \"\"\n}", "Incomplete artifact", 6),
      ("artifact {\n source = \"x\"\n destination = \"\"\n}", "Invalid path", 7),
      ("artifact {\n source = \"x\"\n mode = \"file\"\n destination = \"local\"\n}", "Invalid path", 8),
      ("artifact {\n source = \"x\"\n destination = \"\\u0000\"\n}", "Invalid path", 7),
      ("user = \"a\\u0000b\"", "Null character", 5),
      ("env {\n A = \"1\"\n B = \"a\\u0000b\"\n}", "Null character", 7),
      ("env = {\n A = 1\n \"B=C\" = 2\n}", "Invalid variable name", 7),
      ("env = {\n A = 1\n \"\" = 2\n}", "Invalid variable name", 7),
      ("meta {\n A = \"a\\u0000b\"\n}", "Null character", 6),
      ("template {\n data = \"x\"\n destination = \"x\"\n splay = \"-1s\"\n}", "Duration out of range", 8),
    ])
  func taskRules(_ body: String, _ summary: String, _ line: Int) {
    let errors = task(body).diagnostics.filter { $0.severity == .error }
    #expect(errors.map(\.summary) == [summary])
    #expect(errors.first?.range?.start.line == line)
  }

  @Test("a task without a driver is an error")
  func driverMissing() {
    #expect(parse("job \"j\" {\n task \"t\" {}\n}").diagnostics.map(\.summary) == ["Driver missing"])
    #expect(
      parse("job \"j\" {\n task \"t\" { driver = \"\" }\n}").diagnostics.map(\.summary) == ["Driver missing"])
  }

  @Test("names are unique in their scope and fit in a path")
  func names() {
    let twice = parse(
      "job \"j\" {\n group \"g\" {\n  task \"t\" { driver = \"d\" }\n  task \"t\" { driver = \"d\" }\n }\n}")
    #expect(twice.diagnostics.map(\.summary) == ["Name used twice"])
    #expect(twice.diagnostics.first?.notes.first?.range.start.line == 3)
    for name in ["a/b", "..", ""] {
      #expect(
        parse("job \"j\" {\n task \"\(name)\" { driver = \"d\" }\n}").diagnostics.map(\.summary) == [
          "Invalid name"
        ])
    }
    #expect(
      parse("job \"a b\" {\n task \"t\" { driver = \"d\" }\n}").diagnostics.map(\.summary) == ["Invalid name"]
    )
  }

  @Test(
    "a name that no directory and no line can have is refused at its place",
    arguments: ["a\\nb", "a\\u0000b", "a\\u001b[31mb", "a\\u0085b", "a\\u2028b"])
  func controlCharactersInNames(_ name: String) {
    let texts = [
      "job \"\(name)\" {\n group \"g\" {\n  task \"t\" { driver = \"d\" }\n }\n}",
      "job \"j\" {\n group \"\(name)\" {\n  task \"t\" { driver = \"d\" }\n }\n}",
      "job \"j\" {\n group \"g\" {\n  task \"\(name)\" { driver = \"d\" }\n }\n}",
    ]
    for (index, text) in texts.enumerated() {
      let diagnostics = parse(text).diagnostics
      #expect(diagnostics.map(\.summary) == ["Invalid name"])
      #expect(diagnostics.first?.range?.start.line == index + 1)
    }
    #expect(
      parse("job \"j\" {\n name = \"\(name)\"\n task \"t\" { driver = \"d\" }\n}").diagnostics.map(\.summary)
        == ["Invalid name"])
  }

  @Test("the names of groups and tasks have a limit, which the message says")
  func longNames() {
    func summaries(_ kind: String, _ length: Int) -> [String] {
      let name = String(repeating: "n", count: length)
      let task = "task \"\(kind == "task" ? name : "t")\" { driver = \"d\" }"
      let result = parse("job \"j\" {\n group \"\(kind == "group" ? name : "g")\" {\n  \(task)\n }\n}")
      return result.diagnostics.map(\.detail)
    }
    for kind in ["group", "task"] {
      #expect(summaries(kind, 128) == [])
      #expect(summaries(kind, 129) == ["The name of a \(kind) may have 128 bytes; this one has 129."])
    }
  }

  @Test("no task can have the shared directory's name")
  func reservedName() {
    #expect(
      parse("job \"j\" {\n task \"alloc\" { driver = \"d\" }\n}").diagnostics.map(\.summary)
        == ["Invalid name"])
  }

  @Test(
    "a destination that can be used is accepted",
    arguments: [
      ("template", "local/a"), ("template", "a"), ("template", "/etc/x"), ("template", "local/a/../b"),
      ("template", "${NOMAD_SECRETS_DIR}/"), ("artifact", "."), ("artifact", "local"), ("artifact", "/x/"),
    ])
  func rightDestinations(_ block: String, _ destination: String) {
    let source = block == "template" ? "data" : "source"
    let result = task("\(block) {\n \(source) = \"x\"\n destination = \"\(destination)\"\n}")
    #expect(result.diagnostics == [])
  }

  @Test("a duration without a unit counts nanoseconds, with a warning that says so")
  func nanoseconds() {
    let result = task("kill_timeout = 5")
    #expect(result.job?.groups.first?.tasks.first?.killTimeout == .nanoseconds(5))
    #expect(result.diagnostics.map(\.severity) == [.warning])
    #expect(result.diagnostics.first?.detail.contains("\"5s\"") == true)
    #expect(result.diagnostics.first?.range?.start.line == 5)
    #expect(task("kill_timeout = 0").diagnostics == [])
    #expect(task("kill_timeout = 5000000000").diagnostics == [])
  }

  @Test("a count of zero is fine, a negative one is not")
  func counts() {
    #expect(group("count = 0").job?.groups.first?.count == 0)
    #expect(group("count = -1").diagnostics.map(\.summary) == ["Number out of range"])
  }

  @Test("a job type forbids what it has no use for")
  func jobTypes() {
    #expect(group("update {}", type: "batch").diagnostics.contains { $0.summary == "Block not allowed" })
    #expect(group("reschedule {}", type: "system").diagnostics.map(\.summary) == ["Block not allowed"])
    #expect(group("count = 2", type: "system").diagnostics.map(\.summary) == ["Invalid count"])
    #expect(group("", type: "banana").diagnostics.map(\.summary) == ["Unknown value"])
  }

  @Test("policies come from the job type, and a block changes only what it names")
  func policies() throws {
    #expect(group("").job?.groups.first?.restart == .service)
    #expect(group("", type: "sysbatch").job?.groups.first?.restart == .batch)
    #expect(group("", type: "batch").job?.groups.first?.reschedule == .batch)
    #expect(group("", type: "system").job?.groups.first?.reschedule == nil)
    let text = """
      job "j" {
        group "g" {
          restart {
            attempts = 7
            mode     = "delay"
          }
          task "t" {
            driver = "d"
            restart { delay = "1s" }
          }
        }
      }
      """
    let job = try #require(parse(text).job)
    let policy = try #require(job.groups.first?.tasks.first?.restart)
    #expect(policy == RestartPolicy(attempts: 7, interval: .seconds(1800), delay: .seconds(1), mode: .delay))
  }

  @Test("the configuration of a driver knows where it was written")
  func configPlaces() throws {
    let job = try #require(task("config {\n command = \"x\"\n args = [\"a\",\n  5]\n}").job)
    let config = try #require(job.groups.first?.tasks.first?.config)
    #expect(config["command"]?.range?.start.line == 6)
    guard case .list(let arguments)? = config["args"]?.content else { return }
    #expect(arguments.last?.range?.start.line == 8)
    #expect(arguments.last?.range?.start.column == 3)
    #expect(job.groups.first?.tasks.first?.driverRange?.start.line == 4)
  }
}
