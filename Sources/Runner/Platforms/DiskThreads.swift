import Glibc

/// A few threads of their own for work that blocks on the disk, so that a slow disk never holds a
/// thread of the cooperative pool.
///
/// Use it as a task executor preference: a nonisolated async function that runs with it may block.
/// Threads are made when there is work and none is idle, up to the limit, and are kept.
public final class DiskThreads: TaskExecutor, @unchecked Sendable {
  // Unchecked: `jobs`, `idle` and `threads` are read and written only while `mutex` is held, and the
  // mutex and the condition are made once in `init` and never move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [UnownedJob] = []
  private var first = 0
  private var idle = 0
  private var threads = 0
  private let limit: Int

  /// The pool that an agent's allocations share.
  public static let shared = DiskThreads(limit: 4)

  /// Makes a pool of at most `limit` threads; none yet.
  public init(limit: Int) {
    self.limit = limit
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Takes a job of the Swift runtime; see `TaskExecutor`.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(mutex)
    jobs.append(job)
    let wake = idle > 0
    let grow = !wake && threads < limit
    if grow { threads += 1 }
    pthread_mutex_unlock(mutex)
    if wake { pthread_cond_signal(condition) }
    if grow { startThread() }
  }

  private func startThread() {
    var thread = pthread_t()
    // The thread keeps the pool alive: it never ends.
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<DiskThreads>.fromOpaque(context).takeUnretainedValue().work()
      }, context)
    if result == 0 {
      pthread_detach(thread)
      return
    }
    Unmanaged<DiskThreads>.fromOpaque(context).release()
    pthread_mutex_lock(mutex)
    threads -= 1
    let stranded = threads == 0
    pthread_mutex_unlock(mutex)
    // No thread can be made and none exists: the work is done here rather than never.
    if stranded { drain() }
  }

  private func work() -> Never {
    while true {
      pthread_mutex_lock(mutex)
      while first == jobs.count {
        idle += 1
        pthread_cond_wait(condition, mutex)
        idle -= 1
      }
      let job = takeFirst()
      pthread_mutex_unlock(mutex)
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  private func drain() {
    while true {
      pthread_mutex_lock(mutex)
      guard first < jobs.count else {
        pthread_mutex_unlock(mutex)
        return
      }
      let job = takeFirst()
      pthread_mutex_unlock(mutex)
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Takes the oldest job; the mutex is held and there is one.
  private func takeFirst() -> UnownedJob {
    let job = jobs[first]
    first += 1
    if first == jobs.count || first > 1024 {
      jobs.removeFirst(first)
      first = 0
    }
    return job
  }
}
