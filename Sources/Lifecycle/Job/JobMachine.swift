public import Jobs

/// Decides which allocations one job has on this host: what is placed, replaced, tried again and stopped.
///
/// A value: events in, effects out. Whoever holds it answers each ``Effect/place(_:previous:attempts:)`` with
/// ``placed(_:in:previous:attempts:)``, at once.
public struct JobMachine: Sendable {
  /// What the machine is told.
  public enum Event: Sendable {
    /// Look at everything: after a start, or because somebody asked.
    case evaluate
    /// The job has a new version.
    case changed(Job, version: Int)
    /// The job is not wanted any more.
    case stopRequested(StopRequest)
    /// One allocation is not wanted any more; another takes its place.
    case allocationStopRequested(String, StopRequest)
    /// All that must run in the allocation runs.
    case allocationRuns(String)
    /// Nothing of the allocation runs, and nothing will.
    case allocationEnded(String, ClientStatus)
    /// The wait before a slot's next try is over.
    case retryDue(JobSlot)
    /// The host refused the slot's allocation for now.
    case refused(JobSlot)
    /// The host may have room again.
    case hostChanged
  }

  /// What the machine wants done.
  public enum Effect: Hashable, Sendable {
    /// A new allocation of the newest version.
    case place(JobSlot, previous: String?, attempts: [RescheduleAttempt])
    /// The allocation is to end; with the reason for people.
    case stop(String, StopRequest, description: String)
    /// The allocation runs on under the newest version.
    case adopt(String, version: Int)
    /// After the delay, ``Event/retryDue(_:)``.
    case retry(JobSlot, after: Duration)
    /// No retry of the slot is wanted any more.
    case cancelRetry(JobSlot)
  }

  /// What clients know of the job.
  public enum Status: String, Hashable, Sendable {
    case pending, running, dead
  }

  /// The job, as it is wanted.
  public private(set) var job: Job
  /// Its version, from 0.
  public private(set) var version: Int
  /// Whether it was asked to stop.
  public private(set) var isStopped: Bool
  /// Every allocation that is known, by its id.
  public private(set) var allocations: [String: JobAllocation] = [:]
  /// The allocation that fills a slot, or was the last to.
  private(set) var holders: [JobSlot: String] = [:]
  /// Slots whose allocation gives way to one of a newer version that does not run yet.
  private(set) var replacing: Set<JobSlot> = []
  /// Slots that wait before their next try.
  private(set) var retrying: Set<JobSlot> = []
  /// Slots for which the host has no room.
  public private(set) var blocked: Set<JobSlot> = []

  /// For each group, the first version from which what its allocations run is still the same.
  private var sameSince: [String: Int] = [:]

  /// Makes the machine of a job. Nothing is placed before an event.
  ///
  /// - Parameters:
  ///   - job: The job as it is wanted.
  ///   - version: Its version.
  ///   - isStopped: Whether it was asked to stop.
  ///   - older: The versions before it that are known.
  ///   - allocations: Those that were placed before, oldest first.
  public init(
    job: Job, version: Int, isStopped: Bool = false, older: [Int: Job] = [:],
    allocations: [JobAllocation] = []
  ) {
    self.job = job
    self.version = version
    self.isStopped = isStopped
    for group in job.groups {
      var since = version
      while let earlier = older[since - 1], earlier.impact(of: job, on: group.name) != .destructive {
        since -= 1
      }
      sameSince[group.name] = since
    }
    for allocation in allocations {
      self.allocations[allocation.id] = allocation
      holders[allocation.slot] = allocation.id
    }
  }

  /// Whether the job only says when or with what it is to run: its children have the allocations.
  public var isTemplate: Bool { job.isPeriodic || job.isParameterized }

  /// What clients know of the job.
  public var status: Status {
    if holders.values.contains(where: { allocations[$0]?.ended == nil }) { return .running }
    if isStopped { return .dead }
    if isTemplate { return .running }
    return blocked.isEmpty && retrying.isEmpty ? .dead : .pending
  }

  // MARK: Events

  /// Takes an event in and gives back what is to be done.
  public mutating func handle(_ event: Event, at now: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .evaluate:
      settleAll(at: now, into: &effects, isAsked: true)
    case .changed(let job, let version):
      for group in job.groups where self.job.impact(of: job, on: group.name) == .destructive {
        sameSince[group.name] = version
      }
      self.job = job
      self.version = version
      isStopped = false
      settleAll(at: now, into: &effects, isAsked: true)
    case .stopRequested(let request):
      isStopped = true
      settleAll(at: now, into: &effects, request: request)
    case .allocationStopRequested(let id, let request):
      stop(id, request, "alloc was stopped", into: &effects)
    case .allocationRuns(let id):
      if let slot = allocations[id]?.slot, holders[slot] == id, allocations[id]?.version == version,
        replacing.remove(slot) != nil
      {
        settleAll(at: now, into: &effects)
      }
    case .allocationEnded(let id, let status):
      guard let slot = allocations[id]?.slot, allocations[id]?.ended == nil else { break }
      allocations[id]?.ended = status
      if holders[slot] == id { settle(slot, at: now, into: &effects) }
    case .retryDue(let slot):
      guard retrying.remove(slot) != nil else { break }
      retry(slot, at: now, into: &effects)
    case .refused(let slot):
      blocked.insert(slot)
    case .hostChanged:
      for slot in blocked.sorted() {
        blocked.remove(slot)
        settle(slot, at: now, into: &effects, isAsked: true)
      }
    }
    return effects
  }

  /// Answers an effect: the slot's new allocation.
  public mutating func placed(
    _ id: String, in slot: JobSlot, previous: String?, attempts: [RescheduleAttempt]
  ) {
    allocations[id] = JobAllocation(
      id: id, slot: slot, version: version, previous: previous, attempts: attempts)
    holders[slot] = id
    blocked.remove(slot)
  }

  /// Forgets an allocation that has ended. One that holds its slot is what says that the slot is done, so it
  /// is not forgotten while the job wants the slot.
  ///
  /// - Returns: Whether it is forgotten.
  public mutating func forget(_ id: String) -> Bool {
    guard let allocation = allocations[id], allocation.ended != nil else { return false }
    if holders[allocation.slot] == id {
      guard isStopped || !wants(allocation.slot) else { return false }
      holders[allocation.slot] = nil
    }
    allocations[id] = nil
    return true
  }

  // MARK: Slots

  private func wants(_ slot: JobSlot) -> Bool {
    guard !isStopped, !isTemplate, let group = job.groups.first(where: { $0.name == slot.group }) else {
      return false
    }
    return slot.index < group.count
  }

  private mutating func settleAll(
    at now: Timestamp, into effects: inout [Effect], isAsked: Bool = false,
    request: StopRequest? = nil
  ) {
    // What is not wanted first: it makes room.
    for slot in holders.keys.filter({ !wants($0) }).sorted(by: >) {
      settle(slot, at: now, into: &effects, request: request)
    }
    for slot in blocked where !wants(slot) { blocked.remove(slot) }
    guard !isStopped, !isTemplate else { return }
    for group in job.groups {
      for index in 0..<max(0, group.count) {
        settle(JobSlot(group: group.name, index: index), at: now, into: &effects, isAsked: isAsked)
      }
    }
  }

  /// Decides for one slot.
  ///
  /// - Parameter isAsked: Whether somebody asked: a service that has ended is placed again then.
  private mutating func settle(
    _ slot: JobSlot, at now: Timestamp, into effects: inout [Effect], isAsked: Bool = false,
    request: StopRequest? = nil
  ) {
    guard wants(slot) else {
      if retrying.remove(slot) != nil { effects.append(.cancelRetry(slot)) }
      replacing.remove(slot)
      // A second request may be more urgent than the first; nothing else asks twice.
      guard let id = holders[slot], request != nil || allocations[id]?.desired == .run else { return }
      return stop(id, request ?? StopRequest(), "alloc not needed due to job update", into: &effects)
    }
    guard let id = holders[slot], let holder = allocations[id] else {
      effects.append(.place(slot, previous: nil, attempts: []))
      return
    }
    guard let ended = holder.ended else { return update(holder, into: &effects) }
    if holder.desired == .stop || holder.version != version {
      if retrying.remove(slot) != nil { effects.append(.cancelRetry(slot)) }
      effects.append(.place(slot, previous: id, attempts: []))
    } else if ended == .failed {
      guard !retrying.contains(slot), let policy = group(of: slot)?.reschedule,
        let delay = policy.delay(after: holder.attempts, at: now)
      else { return }
      retrying.insert(slot)
      effects.append(.retry(slot, after: delay))
    } else if isAsked && job.type.restartsOnSuccess {
      effects.append(.place(slot, previous: id, attempts: []))
    }
  }

  private func group(of slot: JobSlot) -> Job.Group? { job.groups.first { $0.name == slot.group } }

  private mutating func retry(_ slot: JobSlot, at now: Timestamp, into effects: inout [Effect]) {
    guard wants(slot), let id = holders[slot], let holder = allocations[id], holder.ended == .failed,
      let delay = group(of: slot)?.reschedule?.delay(after: holder.attempts, at: now)
    else { return }
    let attempt = RescheduleAttempt(time: now, delay: delay, previous: id)
    effects.append(.place(slot, previous: id, attempts: holder.attempts + [attempt]))
  }

  /// Brings an allocation that runs to the newest version.
  private mutating func update(_ holder: JobAllocation, into effects: inout [Effect]) {
    guard holder.desired == .run, holder.version != version else { return }
    if holder.version >= sameSince[holder.slot.group] ?? version {
      allocations[holder.id]?.version = version
      effects.append(.adopt(holder.id, version: version))
      return
    }
    let busy = replacing.count { $0.group == holder.slot.group }
    guard busy < parallelUpdates(of: holder.slot) else { return }
    replacing.insert(holder.slot)
    stop(holder.id, StopRequest(), "alloc is being updated due to job update", into: &effects)
  }

  /// How many of a group's allocations may be down for an update at once.
  private func parallelUpdates(of slot: JobSlot) -> Int {
    guard job.type.restartsOnSuccess else { return .max }
    let limit = (group(of: slot)?.update ?? job.update)?.maxParallel ?? 1
    return limit > 0 ? limit : .max
  }

  private mutating func stop(
    _ id: String, _ request: StopRequest, _ description: String, into effects: inout [Effect]
  ) {
    guard let allocation = allocations[id], allocation.ended == nil else {
      // A job that is started again begins anew, whatever became of it.
      allocations[id]?.desired = .stop
      return
    }
    allocations[id]?.desired = .stop
    effects.append(.stop(id, request, description: description))
  }
}
