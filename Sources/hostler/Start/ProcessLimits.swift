import Glibc
import Runner

/// Whether this process may have what it needs to do anything at all.
enum ProcessLimits {
  /// How many threads a run with two drivers has.
  private static let threads = 24
  /// How few descriptors make it useless to begin.
  private static let fewestDescriptors = 64

  /// What is missing, as a sentence; nil when nothing is. To be called while there is one thread.
  static func problem() -> String? {
    let descriptors = DescriptorLimit.current
    if descriptors < fewestDescriptors {
      return "only \(descriptors) files may be open at once; raise ulimit -n to \(fewestDescriptors) at least"
    }
    guard let error = threadError() else { return nil }
    return "cannot make a thread: \(String(cString: strerror(error))); it needs about \(threads): "
      + "raise ulimit -u (processes and threads of the user) and ulimit -v (memory)"
  }

  /// Has all the threads at once for a moment; the error number when they cannot be made.
  private static func threadError() -> Int32? {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(gate, nil)
    defer {
      pthread_mutex_destroy(gate)
      gate.deallocate()
    }
    pthread_mutex_lock(gate)
    var made: [pthread_t] = []
    var result: Int32 = 0
    for _ in 0..<threads where result == 0 {
      var thread = pthread_t()
      result = pthread_create(
        &thread, nil,
        { gate in
          if let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) {
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
          }
          return nil
        }, gate)
      if result == 0 { made.append(thread) }
    }
    pthread_mutex_unlock(gate)
    for thread in made { pthread_join(thread, nil) }
    return result == 0 ? nil : result
  }
}
