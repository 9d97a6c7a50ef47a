public import Lifecycle

/// Something that changed in an allocation, as it is told to whoever watches.
public enum AllocationChange: Sendable {
  /// An event was added to a task's list.
  case taskEvent(task: String, TaskEvent)
  /// A task's phase, restarts or times changed.
  case taskChanged(task: String, TaskState)
  /// What clients know of the allocation changed.
  case statusChanged(ClientStatus, description: String)
  /// Nothing runs and nothing will: the last change, with what became of the allocation.
  case ended(ClientStatus)
}

/// Watches an allocation.
public protocol AllocationObserver: Sendable {
  /// Takes a change in. Called in order, from the allocation's own actor: must not block.
  func allocation(_ id: String, changed change: AllocationChange)
}

/// Keeps what an allocation needs to be restored.
///
/// `store` is called before the effects that rely on it, in the order of the machine's effects.
public protocol AllocationJournal: Sendable {
  /// Stores what a task needs. Called from the allocation's own actor: must not block.
  func store(_ record: TaskRecord, of task: String, in allocation: String)
  /// Stores what the allocation itself needs. Called from the allocation's own actor: must not block.
  func store(_ record: AllocationRecord, of allocation: String)
  /// Suspends until everything that was stored so far is safe, or the calling task is cancelled.
  ///
  /// - Parameter isUrgent: Whether something is held up by it; without, it may take some moments longer, so
  ///   that more is made safe at once.
  func flush(isUrgent: Bool) async
}

/// Where allocations take the time from.
public protocol RunnerClock: Sendable {
  /// The time of day.
  func now() -> Timestamp
  /// Suspends for a while; throws only when the task is cancelled.
  func sleep(for duration: Duration) async throws
}
