internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What the host was told when a task was started, to tell it again.
struct StartRecord: Sendable {
  var handle: [UInt8]
  var handleVersion: UInt32
  var network: TaskNetwork?
}

/// The tasks of one driver instance by id.
///
/// Looked up with the host's bytes as they are: a call about a task allocates nothing. The table does not
/// know the tasks' type, so that its code is the same for every driver, and fast.
final class TaskTable: Sendable {
  /// One task, and the next with the same hash.
  final class Entry: Sendable {
    let id: [UInt8]
    let task: any AnyObject & Sendable
    let record: StartRecord
    let next: Entry?

    init(id: [UInt8], task: any AnyObject & Sendable, record: StartRecord, next: Entry?) {
      self.id = id
      self.task = task
      self.record = record
      self.next = next
    }

    func isNamed(_ other: UnsafeRawBufferPointer) -> Bool {
      id.count == other.count
        && id.withUnsafeBytes { id in
          guard let id = id.baseAddress, let other = other.baseAddress else { return true }
          return memcmp(id, other, self.id.count) == 0
        }
    }
  }

  private let entries = Mutex<[UInt64: Entry]>([:])

  /// Finds a task.
  func entry(_ id: UnsafeRawBufferPointer) -> Entry? {
    let hash = Self.hash(id)
    var entry = entries.withLock { $0[hash] }
    while let candidate = entry {
      if candidate.isNamed(id) { return candidate }
      entry = candidate.next
    }
    return nil
  }

  /// Adds a task that is not there.
  func insert(_ id: UnsafeRawBufferPointer, _ task: any AnyObject & Sendable, _ record: StartRecord) {
    let hash = Self.hash(id)
    entries.withLock { $0[hash] = Entry(id: Array(id), task: task, record: record, next: $0[hash]) }
  }

  /// Forgets a task.
  func remove(_ id: UnsafeRawBufferPointer) {
    let hash = Self.hash(id)
    entries.withLock { entries in
      var kept: Entry?
      var entry = entries[hash]
      while let candidate = entry {
        if !candidate.isNamed(id) {
          kept = Entry(id: candidate.id, task: candidate.task, record: candidate.record, next: kept)
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
