import HCL
import Testing

@testable import DriverHost

@Suite("Configuration against a schema")
struct ConfigurationCheckTests {
  private let schema = ConfigurationSchema([
    ConfigurationField("command", .string, documentation: "What to run.", isRequired: true),
    ConfigurationField("flag", .bool, defaultText: "true"),
    ConfigurationField("count", .int64),
    ConfigurationField("ratio", .double),
    ConfigurationField("wait", .duration, defaultText: "5s"),
    ConfigurationField("limit", .size),
    ConfigurationField("password", .int64, isSecret: true),
    ConfigurationField("args", .stringList),
    ConfigurationField("labels", .stringMap),
    ConfigurationField(
      "mount", .block, schema: ConfigurationSchema([ConfigurationField("source", .string, isRequired: true)])),
    ConfigurationField(
      "port", .blockList,
      schema: ConfigurationSchema([ConfigurationField("number", .int64, isRequired: true)])),
  ])

  private func check(_ text: String) throws -> CheckedConfiguration {
    try schema.check(try located("command = \"c\"\n" + text), subject: "task \"web\"")
  }

  private func mistakes(_ text: String) throws -> [Diagnostic] {
    let error = try #require(throws: DiagnosticsError.self) { try check(text) }
    return error.diagnostics
  }

  @Test("every type is read as it is written")
  func types() throws {
    let values = try check(
      """
      flag = false
      count = 7
      ratio = 2.5
      wait = "1h30m"
      limit = "1.5KiB"
      args = ["a", 2, true]
      labels = { b = "1", a = 2 }
      mount { source = "/x" }
      port { number = 1 }
      port { number = "2" }
      """)
    #expect(values["command"] == .string("c"))
    #expect(values["flag"] == .bool(false))
    #expect(values["count"] == .int64(7))
    #expect(values["ratio"] == .double(2.5))
    #expect(values["wait"] == .int64(5_400_000_000_000))
    #expect(values["limit"] == .int64(1536))
    #expect(values["args"] == .list(["a", "2", "true"]))
    #expect(values["labels"] == .map([.init(key: "b", value: "1"), .init(key: "a", value: "2")]))
    guard case .blocks(let mounts)? = values["mount"], case .blocks(let ports)? = values["port"] else {
      Issue.record("blocks are missing")
      return
    }
    #expect(mounts.map { $0["source"] } == [.string("/x")])
    #expect(ports.map { $0["number"] } == [.int64(1), .int64(2)])
  }

  @Test("what is not given has its default or nothing")
  func defaults() throws {
    let values = try check("")
    #expect(values["flag"] == .bool(true))
    #expect(values["wait"] == .int64(5_000_000_000))
    #expect(values["count"] == nil)
    #expect(try check("flag = null")["flag"] == .bool(true))
  }

  @Test("numbers and bools written as text are read as what they stand for")
  func conversions() throws {
    let values = try check(
      "count = \"5\"\nflag = \"false\"\nratio = \"0.5\"\nlimit = \"10MB\"")
    #expect(values["count"] == .int64(5))
    #expect(values["flag"] == .bool(false))
    #expect(values["ratio"] == .double(0.5))
    #expect(values["limit"] == .int64(10_000_000))
  }

  @Test("blocks may be written as attributes, and a map as a block")
  func shapes() throws {
    let values = try check("labels { a = \"1\" }\nport = [{ number = 4 }]\nmount = { source = \"/y\" }")
    #expect(values["labels"] == .map([.init(key: "a", value: "1")]))
    guard case .blocks(let ports)? = values["port"] else {
      Issue.record("port is missing")
      return
    }
    #expect(ports.map { $0["number"] } == [.int64(4)])
  }

  @Test("an unknown field is pointed at, with the name that was meant")
  func unknown() throws {
    let mistake = try #require(try mistakes("cuont = 1").first)
    #expect(mistake.summary == "Unknown field")
    #expect(mistake.suggestion == "count")
    #expect(mistake.range?.start.line == 3)
    #expect(mistake.range?.start.column == 1)
    #expect(mistake.detail.contains("task \"web\""))
  }

  @Test("a missing field is named with what it is for, at the block")
  func missing() throws {
    let error = try #require(throws: DiagnosticsError.self) {
      try schema.check(try located("count = 1"), subject: "task \"web\"")
    }
    #expect(error.diagnostics.map(\.summary) == ["Missing field"])
    #expect(error.diagnostics.first?.detail.contains("What to run.") == true)
    #expect(error.diagnostics.first?.range?.start.line == 1)
    #expect(throws: DiagnosticsError.self) { try schema.check(nil, subject: "task") }
  }

  @Test(
    "a value of a wrong type is pointed at",
    arguments: [
      "count = 1.5", "count = \"x\"", "count = []", "count = 99999999999999999999", "flag = \"yes\"",
      "flag = 2",
      "ratio = \"a\"", "wait = 5", "wait = \"5\"", "wait = \"5 parsecs\"", "limit = \"5XB\"", "limit = -1",
      "limit = \"99999999999TiB\"", "limit = \"1.KB\"", "args = \"a\"", "args = [[]]", "args = [null]",
      "labels = [1]", "labels = { a = [] }", "mount = 1", "mount { source = [] }", "port = [1]", "port {}",
      "mount { source = \"a\" }\nmount { source = \"b\" }", "args = [\"\\u0000\"]", "command = \"\\u0000\"",
    ])
  func wrongType(text: String) throws {
    let mistakes = try mistakes(text)
    #expect(mistakes.count == 1)
    #expect((mistakes.first?.range?.start.line ?? 0) >= 3)
  }

  @Test("all mistakes are found at once")
  func several() throws {
    #expect(try mistakes("count = \"x\"\nnothing = 1\nwait = 1\nport {}").count == 4)
  }

  @Test("a secret is never told")
  func secret() throws {
    let mistake = try #require(try mistakes("password = \"hunter2\"").first)
    #expect(!mistake.description.contains("hunter2"))
  }

  @Test("before a task runs, text with a reference fits every field that is one word")
  func references() throws {
    let value = try located(
      "command = NOMAD_X\ncount = NOMAD_Y\nwait = NOMAD_Z\nflag = NOMAD_F\nargs = [NOMAD_A]")
    #expect(schema.validate(value, subject: "task").isEmpty)
    #expect(throws: DiagnosticsError.self) { try schema.check(value, subject: "task") }
    #expect(schema.validate(try located("command = 1\ncount = \"x\""), subject: "task").count == 1)
  }

  @Test(
    "sizes are exact", arguments: [("0", 0), ("1", 1), ("1B", 1), ("1kb", 1000), ("1.5 GiB", 1_610_612_736)])
  func sizes(text: String, bytes: Int64) throws {
    #expect(try ConfigurationScalar.value(text, as: .size) == .int64(bytes))
  }
}

@Suite("What a driver reads of its configuration")
struct ConfigurationGetterTests {
  private func echo(_ config: String) async throws -> [Substring] {
    let test = try await TestDriver()
    let started = try await test.start("echo/1", "behaviour = \"echo\"\n" + config)
    return String(decoding: started.handle, as: UTF8.self).split(separator: "\n")
  }

  @Test("getters give values, and statuses for what was not given or is a mistake of the driver")
  func values() async throws {
    let lines = try await echo(
      """
      flag = false
      count = 9
      ratio = 1.5
      wait = "250ms"
      limit = 1024
      args = ["one", "", "zwölf"]
      labels = { a = "1", b = "2" }
      mount { source = "/data" }
      port { number = 80 }
      port {}
      """)
    #expect(
      lines == [
        "size=72", "flag=0,0", "count=0,9", "wait=0,250000000", "limit=0,1024", "ratio=0,1.5", "args=0,3",
        "args[0]=one(3,0)", "args[1]=(0,0)", "args[2]=zwölf(6,0)", "args[beyond]=5", "labels=0,2",
        "labels[a]=1", "labels[b]=2", "mount=0,1", "mount.source=/data", "port=0,2", "port[0].number=80",
        "port[1].number=1", "text=3", "no_such_field=5", "count_as_string=5",
      ])
  }

  @Test("defaults are read, lists and blocks that are not given are empty")
  func defaults() async throws {
    let lines = try await echo("")
    #expect(
      lines == [
        "size=72", "flag=0,1", "count=0,3", "wait=0,5000000000", "limit=0,65536", "ratio=3,-1", "args=0,0",
        "args[beyond]=3", "labels=0,0", "mount=0,0", "port=0,0", "text=3", "no_such_field=5",
        "count_as_string=5",
      ])
  }
}
