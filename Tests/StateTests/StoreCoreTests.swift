import Jobs
import Lifecycle
import Testing

@testable import State

/// When what is written, on a clock that the test moves.
@Suite("Deciding what is written when")
struct StoreCoreTests {
  private let job = EncodedJob(Job(id: "job"), artifactBase: "/")
  private let record = TaskRecord(state: TaskState(), position: .waiting)
  private let full = StoreFailure(.diskFull, message: "database or disk is full")

  private func core(with allocations: Int = 1) -> StoreCore {
    var core = StoreCore()
    let placed = (0..<allocations).map { PlacedAllocation(id: "a\($0)", group: "g", index: $0) }
    _ = core.place(placed, of: job, at: .zero)
    _ = core.wait(at: .zero)
    guard case .commit = core.step(at: .seconds(1)) else { return core }
    _ = core.committed(at: .seconds(1))
    return core
  }

  private func batch(_ step: StoreCore.Step) -> StateBatch? {
    if case .commit(let batch) = step { return batch }
    return nil
  }

  private func due(_ step: StoreCore.Step) -> Duration? {
    if case .wait(let until) = step { return until }
    return nil
  }

  @Test("what is stored within a millisecond of the first who waits is one batch")
  func gathers() {
    var core = core(with: 3)
    let start = Duration.seconds(10)
    let first = core.store(record, of: "t", in: "a0", at: start)
    #expect(first)
    #expect(core.wait(at: start).isEarlier)
    #expect(due(core.step(at: start)) == start + .milliseconds(1))
    let isEarlier = core.store(record, of: "t", in: "a1", at: start + .microseconds(500))
    #expect(!isEarlier)
    let second = core.wait(at: start + .microseconds(500))
    #expect(second.upTo != nil && !second.isEarlier)
    let written = batch(core.step(at: start + .milliseconds(1)))
    #expect(written?.tasks.count == 2)
    #expect(core.committed(at: start + .milliseconds(2)) == nil)
    #expect(core.durable == second.upTo)
    #expect(core.wait(at: start + .milliseconds(2)).upTo == nil)
  }

  @Test("what is stored while a batch is written goes into the next")
  func whileWriting() {
    var core = core(with: 2)
    let start = Duration.seconds(10)
    _ = core.store(record, of: "t", in: "a0", at: start)
    let first = core.wait(at: start).upTo
    #expect(batch(core.step(at: start + .milliseconds(1)))?.changes == 1)
    _ = core.store(record, of: "t", in: "a1", at: start + .milliseconds(1))
    let second = core.wait(at: start + .milliseconds(1)).upTo
    if case .idle = core.step(at: start + .seconds(1)) {} else { Issue.record("only one batch at a time") }
    _ = core.committed(at: start + .milliseconds(2))
    #expect(core.durable == first)
    #expect(batch(core.step(at: start + .milliseconds(2)))?.changes == 1)
    _ = core.committed(at: start + .milliseconds(3))
    #expect(core.durable == second)
  }

  @Test("records that nobody waits for are written soon all the same")
  func lingers() {
    var core = core()
    _ = core.store(record, of: "t", in: "a0", at: .seconds(10))
    #expect(due(core.step(at: .seconds(10))) == .seconds(10) + .milliseconds(25))
    #expect(batch(core.step(at: .seconds(10) + .milliseconds(25))) != nil)
  }

  @Test("a record replaces an older one of the same task")
  func replaces() {
    var core = core()
    var newer = record
    newer.invocation = Invocation(7)
    _ = core.store(record, of: "t", in: "a0", at: .seconds(10))
    _ = core.store(newer, of: "t", in: "a0", at: .seconds(10))
    #expect(batch(core.step(at: .seconds(11)))?.tasks.map(\.value) == [newer])
  }

  @Test("under load batches gather longer, up to a limit")
  func load() {
    var core = core(with: 100)
    let start = Duration.seconds(10)
    for index in 0..<100 { _ = core.store(record, of: "t", in: "a\(index)", at: start) }
    _ = core.wait(at: start)
    #expect(batch(core.step(at: start + .milliseconds(1))) != nil)
    _ = core.committed(at: start + .milliseconds(2))
    _ = core.store(record, of: "t", in: "a0", at: start + .milliseconds(3))
    _ = core.wait(at: start + .milliseconds(3))
    #expect(due(core.step(at: start + .milliseconds(3))) == start + .milliseconds(13))
    // Nothing much happened in this one: the next gathers no longer than usual.
    #expect(batch(core.step(at: start + .milliseconds(13))) != nil)
    _ = core.committed(at: start + .milliseconds(14))
    _ = core.store(record, of: "t", in: "a0", at: start + .milliseconds(15))
    _ = core.wait(at: start + .milliseconds(15))
    #expect(due(core.step(at: start + .milliseconds(15))) == start + .milliseconds(16))
  }

  @Test("a failed batch is kept, newer records win, and it is tried again later and later")
  func retries() {
    var core = core(with: 2)
    var newer = record
    newer.invocation = Invocation(9)
    var now = Duration.seconds(10)
    _ = core.store(record, of: "t", in: "a0", at: now)
    _ = core.store(record, of: "t", in: "a1", at: now)
    let wanted = core.wait(at: now).upTo
    now += .milliseconds(1)
    #expect(batch(core.step(at: now)) != nil)
    _ = core.store(newer, of: "t", in: "a0", at: now)
    #expect(core.failed(full, at: now) == .paused(full))
    var delay = Duration.milliseconds(250)
    for _ in 0..<8 {
      #expect(due(core.step(at: now)) == now + delay)
      now += delay
      let again = batch(core.step(at: now))
      #expect(again?.tasks.count == 2)
      #expect(again?.tasks[StateBatch.TaskKey(allocation: "a0", task: "t")] == newer)
      // Known already.
      #expect(core.failed(full, at: now) == nil)
      delay = min(delay * 2, .seconds(10))
    }
    #expect(core.durable != wanted)
    now += delay
    #expect(batch(core.step(at: now)) != nil)
    #expect(core.committed(at: now) == .writing)
    #expect(core.durable >= (wanted ?? .max))
    #expect(core.unwritten == 0)
  }

  @Test("closing writes at once, and does not try again")
  func closes() {
    var core = core()
    _ = core.store(record, of: "t", in: "a0", at: .seconds(10))
    core.close()
    #expect(batch(core.step(at: .seconds(10))) != nil)
  }

  @Test("a job's definition is stored once for all its allocations, and goes with the last")
  func definitions() {
    var core = core(with: 2)
    _ = core.place([PlacedAllocation(id: "b", group: "g", index: 2)], of: job, at: .seconds(2))
    #expect(batch(core.step(at: .seconds(3)))?.definitions.count == 0)
    _ = core.committed(at: .seconds(3))
    let changed = EncodedJob(Job(id: "job", priority: 1), artifactBase: "/")
    _ = core.place([PlacedAllocation(id: "c", group: "g", index: 0)], of: changed, at: .seconds(4))
    let second = batch(core.step(at: .seconds(5)))
    #expect(second?.definitions.map(\.key.version) == [1])
    _ = core.committed(at: .seconds(5))
    for id in ["a0", "b"] { _ = core.remove(id, at: .seconds(6)) }
    let third = batch(core.step(at: .seconds(7)))
    #expect(third?.removals == ["a0", "b"] && third?.obsoleteDefinitions == [])
    _ = core.committed(at: .seconds(7))
    _ = core.remove("a1", at: .seconds(8))
    #expect(batch(core.step(at: .seconds(9)))?.obsoleteDefinitions.map(\.version) == [0])
  }

  @Test("records of an allocation that was forgotten are not kept")
  func forgotten() {
    var core = core()
    _ = core.store(record, of: "t", in: "a0", at: .seconds(2))
    _ = core.remove("a0", at: .seconds(2))
    let late = core.store(record, of: "t", in: "a0", at: .seconds(2))
    let unknown = core.store(record, of: "t", in: "never", at: .seconds(2))
    #expect(!late && !unknown)
    let written = batch(core.step(at: .seconds(3)))
    #expect(written?.tasks.isEmpty == true && written?.removals == ["a0"])
  }
}
