import CHostlerDriver
import Foundation
import HostlerDriver
import Synchronization
import Testing

/// A driver that does nothing but repeat what it is told.
private final class EchoDriver: TaskDriver {
  final class EchoTask: Sendable {
    let ends = Mutex(false)
    let text: String

    init(text: String) { self.text = text }
  }

  typealias Task = EchoTask

  enum Fields {
    static let text = ConfigurationField<String>.string("text", doc: "A text.", required: true, secret: true)
    static let count = ConfigurationField<Int>.integer("count", doc: "A number.", default: 3)
    static let size = ConfigurationField<Int>.size("size", doc: "A size.", default: "1KiB")
    static let ratio = ConfigurationField<Double>.number("ratio", doc: "A ratio.")
    static let wait = ConfigurationField<Duration>.duration("wait", doc: "A time.")
    static let flag = ConfigurationField<Bool>.bool("flag", doc: "A flag.")
    static let list = ConfigurationField<[String]>.strings("list", doc: "A list.")
    static let map = ConfigurationField<[String: String]>.map("map", doc: "A map.")
    static let one = ConfigurationField<ConfigurationBlock>.block(
      "one", doc: "A block.", ConfigurationSchema([count.declaration]))
    static let many = ConfigurationField<[ConfigurationBlock]>.blocks(
      "many", doc: "Blocks.", ConfigurationSchema([text.declaration]))
    static let schema = ConfigurationSchema([
      text.declaration, count.declaration, size.declaration, ratio.declaration, wait.declaration,
      flag.declaration, list.declaration, map.declaration, one.declaration, many.declaration,
    ])
  }

  static let description = DriverDescription(
    name: "echo", doc: "Repeats.", capabilities: [.user], filesystemIsolation: .image,
    taskSchema: Fields.schema)

  init(context: DriverContext) throws(DriverError) {}

  func start(
    _ request: borrowing TaskRequest, configuration: borrowing DriverConfiguration
  ) throws(DriverError) -> StartedTask<EchoTask> {
    let text = try configuration.value(Fields.text) ?? ""
    if text == "fail" { throw .recoverable("first line\nsecond line") }
    var parts = [text]
    parts.append(try configuration.value(Fields.count).map { "\($0)" } ?? "-")
    parts.append(try configuration.value(Fields.size).map { "\($0)" } ?? "-")
    parts.append(try configuration.value(Fields.ratio).map { "\($0)" } ?? "-")
    parts.append(try configuration.value(Fields.wait).map { "\($0)" } ?? "-")
    parts.append(try configuration.value(Fields.flag).map { "\($0)" } ?? "-")
    parts.append(try configuration.value(Fields.list)?.joined(separator: "+") ?? "-")
    parts.append(
      try configuration.value(Fields.map)?.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined() ?? "-")
    let inner = try configuration.block(Fields.one) { (block) throws(DriverError) in
      try block.value(Fields.count)
    }
    parts.append("\((inner ?? nil) ?? -1)")
    parts += try configuration.blocks(Fields.many) { (block) throws(DriverError) in
      try block.value(Fields.text) ?? "-"
    }
    return StartedTask(task: EchoTask(text: parts.joined(separator: "|")), handle: Array(request.taskID.utf8))
  }

  func wait(_ task: EchoTask) throws(DriverError) -> Int32 { -1 }

  func stop(_ task: EchoTask, _ request: StopRequest) throws(DriverError) {
    task.ends.withLock { $0 = true }
  }

  func inspect(_ task: EchoTask, detailed: Bool) throws(DriverError) -> TaskStatus {
    TaskStatus(state: task.ends.withLock { $0 } ? .ended : .running, message: detailed ? task.text : "")
  }

  func destroy(_ task: EchoTask) throws(DriverError) {}
}

private let library = DriverLibrary(name: "echo library", version: "2.0", drivers: [EchoDriver.self])

@Suite("Swift SDK")
struct SDKTests {
  let directory: TaskDirectory

  init() throws {
    directory = try TaskDirectory()
  }

  @Test("the tables say what the driver declares, nested fields too")
  func tables() throws {
    let entry = library.entry.pointee
    #expect(String(cString: entry.plugin_name) == "echo library")
    #expect(String(cString: entry.plugin_version) == "2.0")
    let descriptor = try #require(entry.drivers[0]).pointee
    #expect(descriptor.capabilities == UInt64(HOSTLER_CAPABILITY_USER))
    #expect(descriptor.filesystem_isolation == hostler_filesystem_isolation(HOSTLER_FILESYSTEM_IMAGE))
    #expect(descriptor.plugin_schema.field_count == 0)
    let fields = try #require(descriptor.task_schema.fields)
    #expect(descriptor.task_schema.field_count == 10)
    #expect(fields[0].type == hostler_field_type(HOSTLER_FIELD_STRING))
    #expect(fields[0].flags == UInt32(HOSTLER_FIELD_REQUIRED) | UInt32(HOSTLER_FIELD_SECRET))
    #expect(fields[0].default_value == nil)
    #expect(fields[1].default_value.map { String(cString: $0) } == "3")
    #expect(fields[2].type == hostler_field_type(HOSTLER_FIELD_SIZE))
    #expect(fields[8].type == hostler_field_type(HOSTLER_FIELD_BLOCK) && fields[8].field_count == 1)
    #expect(fields[9].type == hostler_field_type(HOSTLER_FIELD_BLOCK_LIST))
    #expect(fields[9].fields.map { String(cString: $0[0].name) } == "text")
  }

  @Test("every type of field is read, and what is absent is nil")
  func reads() throws {
    let driver = try LoadedDriver(entry: library.entry)
    try driver.start(
      "full", in: directory,
      [
        "text": .text("déjà"), "count": .integer(-7), "size": .integer(2048), "ratio": .number(0.5),
        "wait": .milliseconds(1500), "flag": .bool(true), "list": .list(["a", "", "c"]),
        "map": .map([("k", "v"), ("l", "")]), "one": .blocks([["count": .integer(9)]]),
        "many": .blocks([["text": .text("x")], [:]]),
      ])
    #expect(try driver.inspect("full").message == "déjà|-7|2048|0.5|1.5 seconds|true|a++c|k=vl=|9|x|-")
    try driver.start("empty", in: directory, [:])
    #expect(try driver.inspect("empty").message == "|-|-|-|-|-|-|-|-1")
  }

  @Test("an error comes as its status and one line")
  func errors() throws {
    let driver = try LoadedDriver(entry: library.entry)
    let failure = #expect(throws: LoadedDriver.Failure.self) {
      try driver.start("fails", in: directory, ["text": .text("fail")])
    }
    #expect(failure?.status == Int(HOSTLER_ERROR_RECOVERABLE))
    #expect(failure?.description == "first line second line")
  }

  @Test(
    "the SDK answers by itself: repeated start, unknown task, destroy of a running one, what is not offered")
  func answers() throws {
    let driver = try LoadedDriver(entry: library.entry)
    let first = try driver.start("once", in: directory, ["text": .text("one")])
    #expect(try driver.start("once", in: directory, ["text": .text("two")]).handle == first.handle)
    #expect(try driver.inspect("once").message.hasPrefix("one"))
    func status(_ call: () throws -> Void) -> Int? {
      #expect(throws: LoadedDriver.Failure.self) { try call() }?.status
    }
    #expect(status { _ = try driver.inspect("other") } == Int(HOSTLER_NOT_FOUND))
    #expect(status { _ = try driver.recover("other", handle: [], in: directory) } == Int(HOSTLER_NOT_FOUND))
    #expect(status { try driver.signal("once", 1) } == Int(HOSTLER_UNSUPPORTED))
    #expect(status { try driver.destroy("once") } == Int(HOSTLER_STILL_RUNNING))
    #expect(try driver.recover("once", handle: [], in: directory).state == Int(HOSTLER_TASK_RUNNING))
    try driver.stop("once")
    #expect(try driver.inspect("once").isUnknown)
    try driver.destroy("once")
    #expect(status { _ = try driver.inspect("once") } == Int(HOSTLER_NOT_FOUND))
    #expect(try driver.fingerprint().health == Int(HOSTLER_HEALTH_HEALTHY))
  }

  @Test("thousands of tasks are told apart and forgotten one by one")
  func manyTasks() throws {
    let driver = try LoadedDriver(entry: library.entry)
    let ids = (0..<2000).map { "allocation-\($0 / 7)/task\($0 % 7)/\(String($0, radix: 16))" }
    for id in ids { try driver.start(id, in: directory, ["text": .text(id)]) }
    for id in ids { #expect(try driver.inspect(id).message.hasPrefix(id + "|")) }
    for id in ids where id.hasSuffix("a") { try driver.destroy(id, force: true) }
    for id in ids {
      if id.hasSuffix("a") {
        #expect(throws: LoadedDriver.Failure.self) { try driver.inspect(id) }
      } else {
        #expect(try driver.inspect(id).message.hasPrefix(id + "|"))
      }
    }
  }
}
