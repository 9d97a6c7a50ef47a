import Lifecycle
import Testing

/// What may be performed when, with records that become safe when the test says so.
@Suite("Effects that wait for records")
struct EffectQueueTests {
  private let task = TaskIndex(0)
  private let first = Invocation(1)
  private let record = TaskRecord(state: TaskState(), position: .waiting)
  private let event = TaskEvent(.received, at: Timestamp(nanosecondsSinceEpoch: 0))

  private func queue(_ effects: [AllocationEffect], keepsRecords: Bool = true) -> EffectQueue {
    var effects = effects
    var queue = EffectQueue(keepsRecords: keepsRecords)
    queue.add(&effects)
    return queue
  }

  /// Performs what may be performed; the names of it, and of what is asked for.
  private func perform(_ queue: inout EffectQueue) -> [String] {
    var done: [String] = []
    while true {
      switch queue.step() {
      case .perform(.start): done.append("start")
      case .perform(.recover): done.append("recover")
      case .perform(.prepare): done.append("prepare")
      case .perform(.persistTask): done.append("store")
      case .perform(.taskEvent): done.append("tell")
      case .perform(.reply): done.append("reply")
      case .perform: done.append("other")
      case .makeSafe(let number, let isUrgent): done.append("make \(number) safe\(isUrgent ? " now" : "")")
      case .wait: return done
      }
    }
  }

  @Test("a start waits until its intent is safe, and what is behind it waits with it")
  func starts() {
    var queue = queue([.persistTask(task, record), .start(task, first), .prepare(TaskIndex(1), first)])
    #expect(perform(&queue) == ["store", "make 1 safe now"])
    #expect(perform(&queue) == [])
    queue.recordsAreSafe(upTo: 1)
    #expect(perform(&queue) == ["start", "prepare"])
    #expect(queue.isEmpty)
  }

  @Test("others are told of what has happened only when that is safe, and nothing waits for it")
  func tells() {
    var queue = queue([.taskEvent(task, event), .prepare(task, first), .persistTask(task, record)])
    #expect(perform(&queue) == ["prepare", "store", "make 1 safe"])
    var more: [AllocationEffect] = [.taskEvent(task, event), .persistTask(task, record)]
    queue.add(&more)
    #expect(perform(&queue) == ["store", "make 2 safe"])
    queue.recordsAreSafe(upTo: 1)
    #expect(perform(&queue) == ["tell"])
    queue.recordsAreSafe(upTo: 2)
    #expect(perform(&queue) == ["tell"])
    #expect(queue.isEmpty)
  }

  @Test("what is waited for without haste is asked for again when it is wanted at once")
  func hurries() {
    var queue = queue([.taskEvent(task, event), .persistTask(task, record)])
    #expect(perform(&queue) == ["store", "make 1 safe"])
    var more: [AllocationEffect] = [.reply(RequestID(1), nil)]
    queue.add(&more)
    #expect(perform(&queue) == ["make 1 safe now"])
    queue.recordsAreSafe(upTo: 1)
    #expect(perform(&queue) == ["tell", "reply"])
  }

  @Test("a task that is still to be asked for is known, so that nobody takes it for unclaimed")
  func recoveries() {
    var queue = queue([.persistTask(task, record), .recover(TaskIndex(1), first, nil)])
    #expect(queue.holdsRecoveries)
    #expect(perform(&queue) == ["store", "make 1 safe now"])
    #expect(queue.holdsRecoveries)
    queue.recordsAreSafe(upTo: 1)
    #expect(perform(&queue) == ["recover"])
    #expect(!queue.holdsRecoveries)
  }

  @Test("where no records are kept nothing waits")
  func withoutRecords() {
    var queue = queue(
      [.taskEvent(task, event), .persistTask(task, record), .start(task, first)], keepsRecords: false)
    #expect(perform(&queue) == ["tell", "store", "start"])
  }
}
