internal import Synchronization

/// The tasks of one driver instance by id.
///
/// Looked up with the host's bytes as they are: a call about a task allocates nothing.
final class TaskTable<Task: AnyObject & Sendable>: Sendable {
  /// One task, and the next with the same hash.
  final class Entry: Sendable {
    let id: [UInt8]
    let started: StartedTask<Task>
    let next: Entry?

    init(id: [UInt8], started: StartedTask<Task>, next: Entry?) {
      self.id = id
      self.started = started
      self.next = next
    }
  }

  private let entries = Mutex<[UInt64: Entry]>([:])

  /// Finds a task.
  func entry(_ id: UnsafeRawBufferPointer) -> Entry? {
    let first = entries.withLock { $0[Self.hash(id)] }
    return Self.find(id, in: first)
  }

  private static func find(_ id: UnsafeRawBufferPointer, in first: Entry?) -> Entry? {
    var entry = first
    while let candidate = entry {
      if candidate.id.elementsEqual(id) { return candidate }
      entry = candidate.next
    }
    return nil
  }

  /// Adds a task that is not there.
  func insert(_ id: UnsafeRawBufferPointer, _ started: StartedTask<Task>) {
    let hash = Self.hash(id)
    entries.withLock { $0[hash] = Entry(id: Array(id), started: started, next: $0[hash]) }
  }

  /// Forgets a task.
  func remove(_ id: UnsafeRawBufferPointer) {
    let hash = Self.hash(id)
    entries.withLock { entries in
      var kept: Entry?
      var entry = entries[hash]
      while let candidate = entry {
        if !candidate.id.elementsEqual(id) {
          kept = Entry(id: candidate.id, started: candidate.started, next: kept)
        }
        entry = candidate.next
      }
      entries[hash] = kept
    }
  }

  /// Forgets every task.
  func removeAll() {
    entries.withLock { $0 = [:] }
  }

  /// Mixes eight bytes at a time.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var last: UInt64 = 0
    while offset < bytes.count {
      last = last << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return mix(hash ^ last)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xD6E8_FEB8_6659_FD93).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
