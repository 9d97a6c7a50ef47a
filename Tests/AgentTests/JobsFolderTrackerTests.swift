import Jobs
import Lifecycle
import Testing

@testable import Agent

@Suite("What the files of the jobs folder mean")
struct JobsFolderTrackerTests {
  private func file(_ name: String, _ digest: Int, _ id: String?) -> JobsFolderTracker.File {
    JobsFolderTracker.File(name: name, digest: digest) {
      id.map { .success(Job(id: $0)) } ?? .failure(.wrong("bad"))
    }
  }

  private func register(_ id: String, _ file: String) -> JobsFolderTracker.Action {
    .register(Job(id: id), file: file)
  }

  @Test("a file is looked at once for each content")
  func once() {
    var tracker = JobsFolderTracker()
    #expect(tracker.scan([file("a", 1, "one")]) == [register("one", "a")])
    #expect(tracker.scan([file("a", 1, "one")]) == [])
    #expect(tracker.scan([file("a", 2, "one")]) == [register("one", "a")])
  }

  @Test("a file that is wrong is told once, and does not disturb the others or what it held before")
  func wrong() {
    var tracker = JobsFolderTracker()
    _ = tracker.scan([file("a", 1, "one")])
    #expect(
      tracker.scan([file("a", 2, nil), file("b", 1, "two")])
        == [.report(file: "a", .wrong("bad")), register("two", "b")])
    #expect(tracker.scan([file("a", 2, nil), file("b", 1, "two")]) == [])
    #expect(tracker.scan([file("b", 1, "two")]) == [.deregister(JobKey(id: "one"), file: "a")])
  }

  @Test("a job whose file was renamed is not stopped")
  func renamed() {
    var tracker = JobsFolderTracker()
    _ = tracker.scan([file("a", 1, "one")])
    #expect(tracker.scan([file("b", 1, "one")]) == [register("one", "b")])
  }

  @Test("a file whose job got another id stops the one before")
  func otherID() {
    var tracker = JobsFolderTracker()
    _ = tracker.scan([file("a", 1, "one")])
    #expect(
      tracker.scan([file("a", 2, "two")])
        == [.deregister(JobKey(id: "one"), file: "a"), register("two", "a")])
  }

  @Test("two files with one job id: the second is refused and named with the first")
  func twice() {
    var tracker = JobsFolderTracker()
    #expect(
      tracker.scan([file("a", 1, "one"), file("b", 1, "one")])
        == [register("one", "a"), .report(file: "b", .taken(JobKey(id: "one"), by: "a"))])
  }

  @Test("a job of an earlier agent whose file has gone meanwhile is stopped")
  func earlier() {
    var tracker = JobsFolderTracker(earlier: ["a": JobKey(id: "one"), "b": JobKey(id: "two")])
    #expect(
      tracker.scan([file("b", 1, "two")])
        == [.deregister(JobKey(id: "one"), file: "a"), register("two", "b")])
  }
}
