import Jobs
import Lifecycle
import Testing

@Suite("Which allocations a job has")
struct JobMachineTests {
  /// A machine whose placements are answered as the host answers them.
  private struct Host {
    var machine: JobMachine
    var now = Timestamp(nanosecondsSinceEpoch: 0)
    private(set) var placed: [String: String] = [:]
    private var count = 0

    init(_ job: Job) { machine = JobMachine(job: job, version: 0) }

    /// What the machine does about an event, in words; new allocations are called a1, a2, ….
    mutating func send(_ event: JobMachine.Event) -> [String] {
      machine.handle(event, at: now).map { effect in
        switch effect {
        case .place(let slot, let previous, let attempts):
          count += 1
          machine.placed("a\(count)", in: slot, previous: previous, attempts: attempts)
          return "place a\(count) \(slot.group)[\(slot.index)]" + (previous.map { " after \($0)" } ?? "")
        case .stop(let id, let request, _):
          return "stop \(id)" + (request.urgency == .immediate ? " now" : "")
        case .adopt(let id, let version): return "adopt \(id) \(version)"
        case .retry(let slot, let delay): return "retry \(slot.group)[\(slot.index)] in \(delay)"
        case .cancelRetry(let slot): return "no retry \(slot.group)[\(slot.index)]"
        }
      }
    }

    mutating func advance(_ duration: Duration) { now = now.advanced(by: duration) }
  }

  private func job(
    _ type: JobType = .service, count: Int = 1, command: String = "true", reschedule: ReschedulePolicy? = nil
  ) -> Job {
    Job(
      id: "web", type: type,
      groups: [
        Job.Group(
          name: "g", count: count, reschedule: reschedule,
          tasks: [Job.Task(name: "t", driver: command)])
      ])
  }

  @Test("each place of a group gets an allocation, once")
  func placement() {
    var host = Host(job(count: 2))
    #expect(host.machine.status == .dead)
    #expect(host.send(.evaluate) == ["place a1 g[0]", "place a2 g[1]"])
    #expect(host.send(.evaluate) == [])
    #expect(host.machine.status == .running)
  }

  @Test("a batch that succeeded is done, and is not placed again when somebody looks")
  func batchDone() {
    var host = Host(job(.batch))
    _ = host.send(.evaluate)
    #expect(host.send(.allocationEnded("a1", .complete)) == [])
    #expect(host.machine.status == .dead)
    #expect(host.send(.evaluate) == [])
  }

  @Test("a new version of a batch that succeeded is run")
  func batchAgain() {
    var host = Host(job(.batch))
    _ = host.send(.evaluate)
    _ = host.send(.allocationEnded("a1", .complete))
    #expect(host.send(.changed(job(.batch, command: "other"), version: 1)) == ["place a2 g[0] after a1"])
  }

  @Test("a service that ended well is placed again only when somebody looks")
  func serviceEnded() {
    var host = Host(job())
    _ = host.send(.evaluate)
    #expect(host.send(.allocationEnded("a1", .complete)) == [])
    #expect(host.send(.evaluate) == ["place a2 g[0] after a1"])
  }

  @Test("a failed allocation is tried again after its delay, which doubles up to its limit")
  func reschedule() {
    let policy = ReschedulePolicy(
      attempts: 0, interval: .zero, delay: .seconds(30), delayFunction: .exponential, maxDelay: .seconds(100),
      unlimited: true)
    var host = Host(job(reschedule: policy))
    _ = host.send(.evaluate)
    for (number, delay) in [(1, 30), (2, 60), (3, 100), (4, 100)] {
      #expect(
        host.send(.allocationEnded("a\(number)", .failed)) == ["retry g[0] in \(Duration.seconds(delay))"])
      #expect(host.machine.status == .pending)
      host.advance(.seconds(delay))
      #expect(
        host.send(.retryDue(JobSlot(group: "g", index: 0))) == ["place a\(number + 1) g[0] after a\(number)"])
    }
  }

  @Test("a Fibonacci delay is the sum of the two before it")
  func fibonacci() {
    let policy = ReschedulePolicy(
      attempts: 0, interval: .zero, delay: .seconds(5), delayFunction: .fibonacci, maxDelay: .seconds(60),
      unlimited: true)
    var host = Host(job(reschedule: policy))
    _ = host.send(.evaluate)
    for (number, delay) in [(1, 5), (2, 5), (3, 10), (4, 15), (5, 25)] {
      #expect(
        host.send(.allocationEnded("a\(number)", .failed)) == ["retry g[0] in \(Duration.seconds(delay))"])
      host.advance(.seconds(delay))
      _ = host.send(.retryDue(JobSlot(group: "g", index: 0)))
    }
  }

  @Test("attempts are counted within their interval, and none means none")
  func attempts() {
    var host = Host(
      job(
        .batch,
        reschedule: ReschedulePolicy(
          attempts: 1, interval: .seconds(100), delay: .seconds(5), delayFunction: .constant, maxDelay: .zero,
          unlimited: false)))
    let slot = JobSlot(group: "g", index: 0)
    _ = host.send(.evaluate)
    #expect(host.send(.allocationEnded("a1", .failed)) == ["retry g[0] in \(Duration.seconds(5))"])
    _ = host.send(.retryDue(slot))
    #expect(host.send(.allocationEnded("a2", .failed)) == [])
    #expect(host.machine.status == .dead)

    var other = Host(job(.batch, reschedule: nil))
    _ = other.send(.evaluate)
    #expect(other.send(.allocationEnded("a1", .failed)) == [])
  }

  @Test("a stopped job stops its allocations, and a second, more urgent request reaches them too")
  func stop() {
    var host = Host(job(count: 2))
    _ = host.send(.evaluate)
    _ = host.send(.allocationEnded("a2", .complete))
    #expect(host.send(.stopRequested(StopRequest())) == ["stop a1"])
    #expect(host.send(.evaluate) == [])
    #expect(host.send(.stopRequested(StopRequest(urgency: .immediate))) == ["stop a1 now"])
    #expect(host.machine.status == .running)
    #expect(host.send(.allocationEnded("a1", .complete)) == [])
    #expect(host.machine.status == .dead)
  }

  @Test("a job that waits for a retry waits no more when it is stopped")
  func stopWhileRetrying() {
    var host = Host(job(reschedule: .service))
    _ = host.send(.evaluate)
    _ = host.send(.allocationEnded("a1", .failed))
    #expect(host.send(.stopRequested(StopRequest())) == ["no retry g[0]"])
    #expect(host.send(.retryDue(JobSlot(group: "g", index: 0))) == [])
  }

  @Test("a stopped job that is registered again runs anew")
  func startAgain() {
    var host = Host(job())
    _ = host.send(.evaluate)
    _ = host.send(.stopRequested(StopRequest()))
    #expect(host.send(.changed(job(), version: 1)) == [])
    #expect(host.send(.allocationEnded("a1", .complete)) == ["place a2 g[0] after a1"])
  }

  @Test("a change of the count alone leaves what runs alone")
  func scale() {
    var host = Host(job(count: 2))
    _ = host.send(.evaluate)
    #expect(host.send(.changed(job(count: 3), version: 1)) == ["adopt a1 1", "adopt a2 1", "place a3 g[2]"])
    #expect(host.send(.changed(job(count: 1), version: 2)) == ["stop a3", "stop a2", "adopt a1 2"])
  }

  @Test("a change that tasks see replaces a service one allocation after the other")
  func rollingUpdate() {
    var host = Host(job(count: 2))
    _ = host.send(.evaluate)
    #expect(host.send(.changed(job(count: 2, command: "other"), version: 1)) == ["stop a1"])
    #expect(host.send(.allocationEnded("a1", .complete)) == ["place a3 g[0] after a1"])
    #expect(host.send(.allocationRuns("a3")) == ["stop a2"])
    #expect(host.send(.allocationEnded("a2", .complete)) == ["place a4 g[1] after a2"])
    #expect(host.send(.allocationRuns("a4")) == [])
  }

  @Test("a new version whose first allocation never runs goes no further")
  func updateStalls() {
    var host = Host(job(count: 2))
    _ = host.send(.evaluate)
    _ = host.send(.changed(job(count: 2, command: "broken"), version: 1))
    _ = host.send(.allocationEnded("a1", .complete))
    #expect(host.send(.allocationEnded("a3", .failed)) == [])
    #expect(host.send(.evaluate) == [])
    #expect(host.machine.allocations["a2"]?.desired == .run)
  }

  @Test("a change that tasks see replaces a batch at once")
  func batchUpdate() {
    var host = Host(job(.batch, count: 2))
    _ = host.send(.evaluate)
    #expect(
      host.send(.changed(job(.batch, count: 2, command: "other"), version: 1)) == ["stop a1", "stop a2"])
  }

  @Test("an allocation that is stopped by itself gives way to another")
  func allocationStop() {
    var host = Host(job())
    _ = host.send(.evaluate)
    #expect(host.send(.allocationStopRequested("a1", StopRequest())) == ["stop a1"])
    #expect(host.send(.allocationEnded("a1", .complete)) == ["place a2 g[0] after a1"])
  }

  @Test("a place that was refused is asked for again when the host changes")
  func refusal() {
    let job = job()
    var machine = JobMachine(job: job, version: 0)
    let slot = JobSlot(group: "g", index: 0)
    let now = Timestamp(nanosecondsSinceEpoch: 0)
    _ = machine.handle(.evaluate, at: now)
    _ = machine.handle(.refused(slot), at: now)
    #expect(machine.status == .pending)
    #expect(machine.handle(.hostChanged, at: now) == [.place(slot, previous: nil, attempts: [])])
    #expect(machine.handle(.hostChanged, at: now) == [])
  }

  @Test("an allocation that holds its place is not forgotten, one that was followed by another is")
  func forget() {
    var host = Host(job(.batch))
    _ = host.send(.evaluate)
    _ = host.send(.allocationEnded("a1", .complete))
    let keptHolder = host.machine.forget("a1")
    #expect(!keptHolder)
    _ = host.send(.changed(job(.batch, command: "other"), version: 1))
    let forgotten = host.machine.forget("a1")
    #expect(forgotten)
    let running = host.machine.forget("a2")
    #expect(!running)
  }

  @Test("a restored machine knows which allocations run on under the newest version")
  func restored() {
    let slot = JobSlot(group: "g", index: 0)
    let now = Timestamp(nanosecondsSinceEpoch: 0)
    var same = JobMachine(
      job: job(), version: 2, older: [0: job(command: "other"), 1: job()],
      allocations: [JobAllocation(id: "a1", slot: slot, version: 1)])
    #expect(same.handle(.evaluate, at: now) == [.adopt("a1", version: 2)])
    var other = JobMachine(
      job: job(), version: 2, older: [0: job(command: "other"), 1: job()],
      allocations: [JobAllocation(id: "a1", slot: slot, version: 0)])
    guard case .stop("a1", _, _)? = other.handle(.evaluate, at: now).first else {
      Issue.record("the allocation of a version that differs runs on")
      return
    }
  }
}
