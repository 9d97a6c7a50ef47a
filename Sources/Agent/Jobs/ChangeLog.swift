public import DriverHost

/// A change on this host, for whoever follows.
public struct HostEvent: Sendable {
  /// What the event shows.
  public enum Payload: Sendable {
    case job(JobSnapshot)
    case allocation(AllocationSnapshot)
    case evaluation(EvaluationSnapshot)
    case driver(DriverInfo)
    case node
  }

  /// The index of the change.
  public var index: UInt64
  /// What happened, spelled as clients know it: `JobRegistered`, `AllocationUpdated`.
  public var type: String
  /// What changed, as it is after the change.
  public var payload: Payload
}

/// Counts the changes of this host, keeps the newest, and wakes those who wait for more.
struct ChangeLog {
  /// How many of the newest changes can be asked for again.
  private static let keptEvents = 256
  /// How far a follower may fall behind before it is let go.
  private static let mostUnread = 4096

  /// The index of the newest change; rises by at least one with each.
  private(set) var index: UInt64
  /// The index of the newest change of each part of the state.
  private var newest: [UInt8: UInt64] = [:]
  /// The index that a part has which has not changed.
  private let first: UInt64
  private var events: [HostEvent] = []
  private var waiters: [UInt64: (above: UInt64, continuation: CheckedContinuation<Void, Never>)] = [:]
  private var followers: [UInt64: AsyncStream<HostEvent>.Continuation] = [:]
  private var nextID: UInt64 = 0

  /// Makes a log whose next change has the index after this one.
  init(index: UInt64) {
    self.index = index
    first = index
  }

  /// The index of the newest change of any of these parts.
  func index(of tables: StateTables) -> UInt64 {
    newest.reduce(first) { tables.contains(StateTables(rawValue: $1.key)) ? max($0, $1.value) : $0 }
  }

  /// A new index for a change that is about to be told.
  mutating func advance() -> UInt64 {
    index += 1
    return index
  }

  /// Tells of a change.
  mutating func append(_ event: HostEvent) {
    if events.count >= Self.keptEvents { events.removeFirst(events.count / 2) }
    events.append(event)
    newest[event.table.rawValue] = event.index
    for (id, follower) in followers {
      // One that does not read must not fill the memory.
      if case .dropped = follower.yield(event) {
        follower.finish()
        followers[id] = nil
      }
    }
    for (id, waiter) in waiters where waiter.above < index {
      waiters[id] = nil
      waiter.continuation.resume()
    }
  }

  /// An id for a waiter or follower.
  mutating func makeID() -> UInt64 {
    nextID += 1
    return nextID
  }

  /// Resumes the continuation at the first change above an index; at once when there was one.
  mutating func wait(
    _ id: UInt64, above: UInt64, _ continuation: CheckedContinuation<Void, Never>
  ) {
    if index > above { return continuation.resume() }
    waiters[id] = (above, continuation)
  }

  /// Resumes a waiter before there is a change.
  mutating func cancelWait(_ id: UInt64) { waiters.removeValue(forKey: id)?.continuation.resume() }

  /// Every change from an index on that is still known, and those to come. Ends for a reader that falls far
  /// behind.
  mutating func follow(from first: UInt64, _ id: UInt64) -> (
    [HostEvent], AsyncStream<HostEvent>, AsyncStream<HostEvent>.Continuation
  ) {
    let (stream, continuation) = AsyncStream<HostEvent>.makeStream(
      bufferingPolicy: .bufferingOldest(Self.mostUnread))
    followers[id] = continuation
    return (events.filter { $0.index >= first }, stream, continuation)
  }

  /// Lets a follower go.
  mutating func unfollow(_ id: UInt64) { followers[id] = nil }

  /// Ends every follower and resumes every waiter: the agent goes down.
  mutating func close() {
    for follower in followers.values { follower.finish() }
    for waiter in waiters.values { waiter.continuation.resume() }
    followers = [:]
    waiters = [:]
  }
}
