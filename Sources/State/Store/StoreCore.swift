public import Lifecycle

/// Decides what is written when: gathers changes into batches, says when the next one is due, knows what
/// is durable, and keeps everything when writing fails.
///
/// It has no thread, no clock and no file. Whoever drives it asks for the ``step(at:)``, writes the batch
/// that it gets, and says how that went. Times are durations since a moment of the driver's choice.
public struct StoreCore: Sendable {
  /// How long changes are gathered, and how writing is tried again.
  public struct Timing: Hashable, Sendable {
    /// How long the first who waits for durable records waits for others to join.
    public var gather: Duration
    /// The same under load: a large batch lets the next one gather longer, so that the number of syncs does
    /// not grow with the load.
    public var longestGather: Duration
    /// How long records are gathered that nobody waits for.
    public var linger: Duration
    /// The wait before the first new attempt after a failed one; doubles with each.
    public var firstRetry: Duration
    /// The longest wait before a new attempt.
    public var longestRetry: Duration

    /// Makes timing from its parts.
    public init(
      gather: Duration = .milliseconds(1), longestGather: Duration = .milliseconds(10),
      linger: Duration = .milliseconds(25), firstRetry: Duration = .milliseconds(250),
      longestRetry: Duration = .seconds(10)
    ) {
      self.gather = gather
      self.longestGather = longestGather
      self.linger = linger
      self.firstRetry = firstRetry
      self.longestRetry = longestRetry
    }
  }

  /// What is to be done now.
  public enum Step: Sendable {
    /// Nothing, until something is stored.
    case idle
    /// Nothing, until this time or until something is stored or waited for.
    case wait(until: Duration)
    /// Write this, then say ``StoreCore/committed(at:)`` or ``StoreCore/failed(_:at:)``.
    case commit(StateBatch)
  }

  /// A batch of this many changes is a small one, after which nothing is gathered for longer.
  private static let smallBatch = 2
  /// After this time the last batch says nothing about the load any more.
  private static let loadMemory: Duration = .milliseconds(50)

  /// The allocations that there are and what they were placed from.
  private var index: AllocationIndex
  private let timing: Timing
  private var pending = StateBatch()
  private var pendingSince: Duration = .zero
  private var wantedSince: Duration?
  private var beingWritten: (batch: StateBatch, upTo: UInt64)?
  private var lastCommit: (at: Duration, changes: Int)?
  private var retry: (at: Duration, delay: Duration)?
  private var isClosing = false
  private var stored: UInt64 = 0

  /// The number of the last change that is durable; see ``wait(at:)``.
  public private(set) var durable: UInt64 = 0
  /// Whether records reach the disk.
  public private(set) var health = StoreHealth.writing
  /// What was done so far.
  public private(set) var counts = StoreCounts()

  /// Makes a core for a database.
  ///
  /// - Parameters:
  ///   - index: What the database holds.
  ///   - timing: How long changes are gathered.
  public init(index: AllocationIndex = AllocationIndex(), timing: Timing = Timing()) {
    self.index = index
    self.timing = timing
  }

  // MARK: What is stored

  /// Stores new allocations of a job. Whether the job's definition is stored already is found out.
  ///
  /// - Parameters:
  ///   - allocations: Their ids, the names of their groups and their places.
  ///   - definition: The job's definition.
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func place(
    _ allocations: [PlacedAllocation], of definition: EncodedJob, at now: Duration
  ) -> Bool {
    guard !allocations.isEmpty else { return false }
    let (key, isNew) = index.place(allocations.map(\.id), of: definition)
    if isNew { pending.definitions.append((key, definition.definition)) }
    pending.placements += allocations.map {
      StateBatch.Placement(id: $0.id, job: key, group: $0.group, index: $0.index, record: $0.record)
    }
    return changed(allocations.count, at: now)
  }

  /// Stores a task's record. That of an allocation which is not there (any more) is not kept.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func store(
    _ record: TaskRecord, of task: String, in allocation: String, at now: Duration
  ) -> Bool {
    guard index.contains(allocation) else { return false }
    pending.tasks[StateBatch.TaskKey(allocation: allocation, task: task)] = record
    return changed(1, at: now)
  }

  /// Stores an allocation's record. That of an allocation which is not there (any more) is not kept.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func store(
    _ record: AllocationRecord, of allocation: String, at now: Duration
  ) -> Bool {
    guard index.contains(allocation) else { return false }
    pending.allocations[allocation] = record
    return changed(1, at: now)
  }

  /// Forgets an allocation, its tasks, and its job's definition if nobody else needs it.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func remove(_ allocation: String, at now: Duration) -> Bool {
    guard index.contains(allocation) else { return false }
    var removal = StateBatch()
    removal.removals = [allocation]
    if let obsolete = index.remove(allocation) { removal.obsoleteDefinitions = [obsolete] }
    pending.merge(removal)
    return changed(1, at: now)
  }

  /// Stores a job that is to be kept, in place of what was stored of it before.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func register(_ registration: JobRegistration, at now: Duration) -> Bool {
    guard let job = registration.versions.first?.job else { return false }
    pending.registrations[Lifecycle.JobKey(job)] = .some(registration)
    return changed(1, at: now)
  }

  /// Forgets a job that was kept. Its allocations stay.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func unregister(_ key: Lifecycle.JobKey, at now: Duration) -> Bool {
    pending.registrations[key] = .some(nil)
    return changed(1, at: now)
  }

  /// Notes that every index below a number may have been given to a change.
  ///
  /// - Returns: Whether the next step may come earlier than was said before.
  public mutating func reserve(indexesBelow ceiling: UInt64, at now: Duration) -> Bool {
    pending.indexCeiling = ceiling
    return changed(1, at: now)
  }

  private mutating func changed(_ count: Int, at now: Duration) -> Bool {
    let isFirst = stored == (beingWritten?.upTo ?? durable)
    stored += UInt64(count)
    counts.changes += UInt64(count)
    if isFirst { pendingSince = now }
    return isFirst
  }

  // MARK: What is waited for

  /// Notes that somebody waits for everything that was stored so far.
  ///
  /// - Parameter isUrgent: Whether it is written soon, or when it would be if nobody waited.
  /// - Returns: The number that ``durable`` must reach, nil when it has; and whether the next step may come
  ///   earlier than was said before.
  public mutating func wait(at now: Duration, isUrgent: Bool = true) -> (upTo: UInt64?, isEarlier: Bool) {
    if durable == stored { return (nil, false) }
    counts.flushes += 1
    if !isUrgent { return (stored, false) }
    if let beingWritten, beingWritten.upTo == stored { return (stored, false) }
    let isFirst = wantedSince == nil
    if isFirst { wantedSince = now }
    return (stored, isFirst)
  }

  // MARK: What is due

  /// What is to be done now.
  public mutating func step(at now: Duration) -> Step {
    guard beingWritten == nil, !pending.isEmpty else { return .idle }
    if !isClosing {
      let due = retry?.at ?? dueTime(at: now)
      if now < due { return .wait(until: due) }
    }
    let batch = pending
    pending = StateBatch()
    wantedSince = nil
    beingWritten = (batch, stored)
    return .commit(batch)
  }

  private func dueTime(at now: Duration) -> Duration {
    let latest = pendingSince + timing.linger
    guard let wantedSince else { return latest }
    var gather = timing.gather
    if let lastCommit, lastCommit.changes > Self.smallBatch, now - lastCommit.at < Self.loadMemory {
      gather = min(timing.gather * (lastCommit.changes / Self.smallBatch), timing.longestGather)
    }
    return min(latest, wantedSince + gather)
  }

  /// The batch of the last step is durable.
  ///
  /// - Returns: The new state of health, if it is another.
  public mutating func committed(at now: Duration) -> StoreHealth? {
    guard let written = beingWritten else { return nil }
    beingWritten = nil
    durable = written.upTo
    lastCommit = (now, written.batch.changes)
    counts.commits += 1
    retry = nil
    return become(.writing)
  }

  /// The batch of the last step could not be written; it is kept, and due again after a while.
  ///
  /// - Returns: The new state of health, if it is another.
  public mutating func failed(_ failure: StoreFailure, at now: Duration) -> StoreHealth? {
    guard let written = beingWritten else { return nil }
    beingWritten = nil
    var batch = written.batch
    batch.merge(pending)
    if pending.isEmpty { pendingSince = now }
    pending = batch
    let delay = retry.map { min($0.delay * 2, timing.longestRetry) } ?? timing.firstRetry
    retry = (now + delay, delay)
    counts.failedCommits += 1
    return become(.paused(failure))
  }

  private mutating func become(_ new: StoreHealth) -> StoreHealth? {
    guard new != health else { return nil }
    health = new
    return new
  }

  /// Nothing is gathered any more: what is there is due now, and once more if that fails it is not.
  public mutating func close() { isClosing = true }

  /// How many changes are not durable.
  public var unwritten: Int { pending.changes + (beingWritten?.batch.changes ?? 0) }
}
