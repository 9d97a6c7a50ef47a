internal import CLinux
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// One thread that polls the descriptors of all drivers.
final class WaitPoller: Sendable {
  /// How a wait for a descriptor ended.
  enum Outcome: Hashable, Sendable {
    case readable
    /// The calling task was cancelled.
    case cancelled
    /// The owner's waits were ended.
    case ended
    case refused(Refusal)
  }

  /// Why a descriptor cannot be waited for.
  enum Refusal: Hashable, Sendable {
    /// It is not open.
    case notOpen
    /// It is of a kind that never turns readable, such as a file.
    case notPollable
    /// It is being waited for already.
    case alreadyPolled
    case outOfResources(String)
  }

  private struct Wait {
    var descriptor: Int32
    var owner: ObjectIdentifier
    var continuation: UnsafeContinuation<Outcome, Never>
  }

  private struct State {
    var waits: [UInt64: Wait] = [:]
    /// Waits that were cancelled before they had begun.
    var cancelled: Set<UInt64> = []
    var isRunning = false
  }

  private let state = Mutex(State())
  private let nextNumber = Atomic<UInt64>(0)
  private let epoll: Int32

  /// The poller of this process. Its thread starts with the first wait and lives as long as the process.
  static let shared = WaitPoller()

  init() { epoll = hostler_epoll_create() }

  /// Suspends until a descriptor is readable or closed at its other end.
  ///
  /// The descriptor is the caller's until this is called; after that the poller closes it, except where
  /// it was refused as not open or as polled already, when it is not the caller's to close either.
  ///
  /// - Parameter owner: for whom; see ``end(owner:)``.
  func wait(for descriptor: Int32, owner: ObjectIdentifier) async -> Outcome {
    let number = nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
    // A cancellation that comes too late leaves its mark.
    defer { state.withLock { _ = $0.cancelled.remove(number) } }
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        begin(number, Wait(descriptor: descriptor, owner: owner, continuation: continuation))
      }
    } onCancel: {
      cancel(number)
    }
  }

  /// Ends all waits of an owner.
  func end(owner: ObjectIdentifier) {
    let numbers = state.withLock { state in state.waits.filter { $0.value.owner == owner }.map(\.key) }
    for number in numbers { finish(number, .ended) }
  }

  private func begin(_ number: UInt64, _ wait: Wait) {
    var startsThread = false
    // While the lock is held neither the polling thread nor a cancellation can take the wait away, so
    // what is found in the table is in the kernel as well.
    let immediate: Outcome? = state.withLock { state in
      if state.cancelled.remove(number) != nil {
        close(wait.descriptor)
        return .cancelled
      }
      // Low numbers are this process's own; a driver that hands them out would have them closed.
      guard wait.descriptor > 2 else { return .refused(.notOpen) }
      guard hostler_epoll_add(epoll, wait.descriptor, number) == 0 else {
        return .refused(refusal(of: wait.descriptor, error: errno))
      }
      state.waits[number] = wait
      startsThread = !state.isRunning
      state.isRunning = true
      return nil
    }
    if let immediate {
      wait.continuation.resume(returning: immediate)
    } else if startsThread, !startThread(name: "driver-wait", { self.poll() }) {
      state.withLock { $0.isRunning = false }
      finish(number, .refused(.outOfResources("no thread can be made")))
    }
  }

  private func refusal(of descriptor: Int32, error: Int32) -> Refusal {
    switch error {
    case EBADF: return .notOpen
    case EEXIST: return .alreadyPolled
    case EPERM, EINVAL, ELOOP:
      close(descriptor)
      return .notPollable
    default:
      close(descriptor)
      return .outOfResources(String(cString: strerror(error)))
    }
  }

  private func cancel(_ number: UInt64) {
    let isWaiting = state.withLock { state in
      if state.waits[number] != nil { return true }
      state.cancelled.insert(number)
      return false
    }
    if isWaiting { finish(number, .cancelled) }
  }

  /// Resumes a wait, unless somebody else has.
  private func finish(_ number: UInt64, _ outcome: Outcome) {
    let wait = state.withLock { state -> Wait? in
      state.cancelled.remove(number)
      guard let wait = state.waits.removeValue(forKey: number) else { return nil }
      hostler_epoll_remove(epoll, wait.descriptor)
      close(wait.descriptor)
      return wait
    }
    wait?.continuation.resume(returning: outcome)
  }

  private func poll() {
    var numbers = [UInt64](repeating: 0, count: 64)
    while true {
      let count = hostler_epoll_wait(epoll, &numbers, Int32(numbers.count))
      // Only an interruption can fail here.
      guard count > 0 else { continue }
      for number in numbers[..<Int(count)] { finish(number, .readable) }
    }
  }
}
