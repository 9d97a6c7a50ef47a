import Foundation
import HCL
import Jobs
import Lifecycle
import Testing

@testable import State

/// How records are encoded.
@Suite("Encoded records")
struct RecordTests {
  @Test("any record comes back as it was", arguments: 0..<300)
  func roundTrip(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let job = random.job()
    #expect(try Job(storedBytes: job.storedBytes) == job)
    let task = random.taskRecord()
    #expect(try TaskRecord(storedBytes: task.storedBytes) == task)
    let allocation = random.allocationRecord()
    #expect(try AllocationRecord(storedBytes: allocation.storedBytes) == allocation)
  }

  @Test("a job of a real job file comes back as it was")
  func jobFiles() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "JobsTests/Fixtures/jobspec")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "hcl" }
    var count = 0
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      // Jobs that break rules have every setting there is.
      let result = JobFile.parse(text, fileName: file.lastPathComponent)
      guard let job = result.specification?.job else { continue }
      #expect(try Job(storedBytes: job.storedBytes) == job)
      count += 1
    }
    #expect(count > 10)
  }

  @Test("texts come back byte for byte, not only as equal texts")
  func unicode() throws {
    for text in ["e\u{301}", "é", "\u{0}", ""] {
      let event = TaskEvent(.driverMessage, at: Timestamp(nanosecondsSinceEpoch: 0), message: text)
      let back = try TaskEvent(storedBytes: event.storedBytes)
      #expect(Array(back.message.utf8) == Array(text.utf8))
    }
  }

  @Test("numbers come back with their precision, so that they print as before", arguments: 0..<200)
  func numbers(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let number = random.decimal()
    let back = try #require(Number(exactText: number.exactText))
    #expect(back == number)
    #expect(back.description == number.description)
  }

  @Test(
    "what is no number is refused",
    arguments: ["", "p", "1", "1p2", "p0b512", "1p0b0", "1pxb5", "-p0b5", "1p0b", "1p99999999999b5"])
  func wrongNumbers(text: String) {
    #expect(Number(exactText: text) == nil)
  }

  @Test("a field of a later version is passed over")
  func unknownFields() throws {
    var random = SeededGenerator(seed: 7)
    let record = random.taskRecord()
    var fields = FieldWriter()
    fields.text(900, "from the future")
    record.write(to: &fields)
    fields.integer(901, 42)
    #expect(try TaskRecord(storedBytes: fields.bytes) == record)
  }

  @Test("a record of an earlier version that lacks a field gets the default")
  func missingFields() throws {
    var fields = FieldWriter()
    fields.record(1) { $0.text(1, "running") }
    fields.record(2) { $0.text(1, "running") }
    fields.integer(4, 3)
    let record = try TaskRecord(storedBytes: fields.bytes)
    #expect(record.position == .running && record.intent == .run && record.invocation == Invocation(3))
    #expect(record.state.phase == .running && record.state.events.isEmpty && record.handle == nil)
  }

  @Test("damaged bytes are an error or another record, never a crash", arguments: 0..<200)
  func damaged(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var bytes = random.job().storedBytes + random.taskRecord().storedBytes
    for _ in 0..<random.number(1...5) {
      bytes[random.number(0...(bytes.count - 1))] = UInt8.random(in: .min ... .max, using: &random)
    }
    bytes.removeLast(random.number(0...(bytes.count / 2)))
    _ = try? Job(storedBytes: bytes)
    _ = try? TaskRecord(storedBytes: bytes)
    _ = try? AllocationRecord(storedBytes: bytes)
  }

  @Test("nesting without end is refused")
  func deep() {
    // A value that is a list of a list of a list…
    var fields = FieldWriter()
    for _ in 0..<5000 {
      let inner = fields.bytes
      fields = FieldWriter()
      fields.record(5) { $0.data(1, inner) }
    }
    #expect(throws: RecordError.self) { _ = try LocatedValue(storedBytes: fields.bytes) }
  }

  @Test("equal jobs have equal bytes, whatever the order of their pairs")
  func stable() {
    var pairs: [String: String] = [:]
    for index in 0..<50 { pairs["key\(index)"] = "\(index)" }
    var reversed: [String: String] = [:]
    for index in (0..<50).reversed() { reversed["key\(index)"] = "\(index)" }
    #expect(Job(id: "a", meta: pairs).storedBytes == Job(id: "a", meta: reversed).storedBytes)
  }

  /// The fields of the model when the encoding was written. Whoever adds one sees this fail, and either adds it
  /// to the encoding with the next free number or to the part's table of JSON fields, from which the record
  /// takes it as an addition.
  @Test("no field of the model is forgotten")
  func complete() {
    func fields(_ value: Any) -> Int { Mirror(reflecting: value).children.count }
    let task = Job.Task(name: "", driver: "")
    #expect(fields(Job(id: "")) == 25)
    #expect(fields(Job.Group(name: "")) == 23)
    #expect(fields(task) == 33)
    #expect(fields(task.logs) == 4)
    #expect(fields(task.resources) == 10)
    #expect(fields(task.config) == 2)
    #expect(fields(LocatedValue.Entry(key: "", value: task.config)) == 3)
    #expect(fields(RestartPolicy.service) == 5)
    #expect(fields(ReschedulePolicy.service) == 6)
    #expect(fields(EphemeralDisk()) == 3)
    #expect(fields(LifecycleHook(.prestart)) == 2)
    #expect(fields(Template(destination: "")) == 18)
    #expect(fields(Artifact(source: "")) == 9)
    let record = TaskRecord(state: TaskState(), position: .waiting)
    #expect(fields(record) == 8)
    #expect(fields(record.state) == 7)
    #expect(fields(TaskEvent(.started, at: Timestamp(nanosecondsSinceEpoch: 0))) == 4)
    #expect(fields(TaskHandle()) == 2)
    #expect(fields(ExitResult(exitCode: 0)) == 4)
    #expect(fields(AllocationRecord(beganAt: Timestamp(nanosecondsSinceEpoch: 0))) == 4)
    #expect(fields(StopRequest()) == 3)
    let range = SourceRange(
      file: "", start: SourcePosition(line: 1, column: 1, byteOffset: 0),
      end: SourcePosition(line: 1, column: 1, byteOffset: 0))
    #expect(fields(range) == 3 && fields(range.start) == 3)
  }
}
