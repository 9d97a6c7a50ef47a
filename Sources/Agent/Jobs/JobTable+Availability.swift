import Jobs
public import Lifecycle
import Runner
import Synchronization

/// Whether this host takes new allocations, and keeps those that it has.
public struct NodeAvailability: Hashable, Sendable {
  /// Whether new allocations are placed here.
  public var isEligible: Bool
  /// How the allocations leave; nil while they may stay.
  public var drain: NodeDrain?

  /// Makes it from its parts.
  public init(isEligible: Bool = true, drain: NodeDrain? = nil) {
    self.isEligible = isEligible
    self.drain = drain
  }

  /// Why nothing is placed here; nil while it is.
  var refusal: String? {
    if drain != nil { return "the node is being drained" }
    return isEligible ? nil : "the node is not eligible"
  }
}

/// How allocations leave a host.
public struct NodeDrain: Hashable, Sendable {
  /// How long batch jobs may go on; nil for as long as they like, zero for not at all.
  public var deadline: Duration?
  /// Whether system jobs stay.
  public var ignoresSystemJobs: Bool
  /// When it began.
  public var startedAt: Timestamp

  /// Makes it from its parts.
  public init(deadline: Duration?, ignoresSystemJobs: Bool, startedAt: Timestamp) {
    self.deadline = deadline
    self.ignoresSystemJobs = ignoresSystemJobs
    self.startedAt = startedAt
  }
}

extension JobTable {
  /// Whether this host takes new allocations, and keeps those that it has.
  public var availability: NodeAvailability { state.withLock { $0.availability } }

  /// Says whether this host takes new allocations, and keeps those that it has. A drain ends by itself when the
  /// last allocation has left; the host stays ineligible then.
  ///
  /// - Returns: the index of the change.
  @discardableResult
  public func setAvailability(_ new: NodeAvailability) -> UInt64 {
    state.withLock { state in
      let before = state.availability
      state.availability = new
      let index = nextIndex(&state)
      state.log.append(
        HostEvent(index: index, type: new.drain == nil ? "NodeEligibility" : "NodeDrain", payload: .node))
      if new.refusal == nil, before.refusal != nil {
        for key in state.jobs.keys.sorted() {
          send(.hostChanged, to: key, trigger: .nodeUpdate, in: &state)
        }
      }
      if new.drain != before.drain {
        state.drainer?.cancel()
        state.drainer = new.drain.map(seeThrough)
      }
      return index
    }
  }

  /// Goes on with what an agent of before was told. To be called before anything is restored; the drain itself
  /// is taken up with ``setAvailability(_:)``.
  public func assume(_ kept: NodeAvailability) {
    state.withLock { $0.availability.isEligible = kept.isEligible && kept.drain == nil }
  }

  private func seeThrough(_ drain: NodeDrain) -> Task<Void, Never> {
    Task { [weak self, clock = ground.clock] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { [weak self] in
          guard let deadline = drain.deadline, deadline > .zero else { return }
          let rest = clock.now().durationUntil(drain.startedAt.advanced(by: deadline))
          do { try await clock.sleep(for: rest) } catch { return }
          self?.step(drain)
        }
        while !Task.isCancelled, let table = self {
          let seen = table.index
          if table.step(drain) { break }
          await table.waitForChange(above: seen)
        }
        group.cancelAll()
      }
    }
  }

  /// Asks those to leave whose time it is.
  ///
  /// - Returns: whether all have left, or the drain is not wanted any more.
  @discardableResult
  private func step(_ drain: NodeDrain) -> Bool {
    let isOverdue = drain.deadline.map { ground.clock.now() >= drain.startedAt.advanced(by: $0) } ?? false
    return state.withLock { state in
      guard !state.isClosing, state.availability.drain == drain else { return true }
      let open = state.allocations.values.map(\.snapshot).filter { !$0.hasEnded }
      let system = open.filter { $0.identity.job.type == .system || $0.identity.job.type == .sysbatch }
      let others = open.filter { $0.identity.job.type == .service || $0.identity.job.type == .batch }
      var leaving = others.filter { isOverdue || $0.identity.job.type == .service }
      if others.isEmpty, !drain.ignoresSystemJobs { leaving = system }
      for allocation in leaving where allocation.desired == .run {
        send(
          .allocationStopRequested(allocation.id, StopRequest()), to: allocation.key, trigger: .nodeUpdate,
          in: &state)
      }
      guard others.isEmpty, drain.ignoresSystemJobs || system.isEmpty else { return false }
      state.availability.drain = nil
      state.log.append(HostEvent(index: nextIndex(&state), type: "NodeDrain", payload: .node))
      return true
    }
  }

  /// Notes that a slot gets no allocation for now.
  ///
  /// - Parameter evaluation: The evaluation that wanted one.
  func refuse(
    _ slot: JobSlot, of key: JobKey, _ reason: String, _ evaluation: String, in state: inout State
  ) {
    _ = state.jobs[key]?.machine.handle(.refused(slot), at: ground.clock.now())
    state.jobs[key]?.refusals[slot] = reason
    guard let place = state.jobs[key]?.evaluations.lastIndex(where: { $0.id == evaluation }) else { return }
    state.jobs[key]?.evaluations[place].refusals[slot.group] = reason
  }
}
