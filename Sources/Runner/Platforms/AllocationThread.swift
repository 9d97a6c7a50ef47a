import Glibc

/// What runs on the one thread on which all allocations of this process decide.
///
/// What they do there is short and never blocks; what is slow goes on elsewhere and comes back. So no
/// allocation is handed from thread to thread, and while there is work nobody has to be woken for more of it:
/// waking another thread costs more than most of the work itself.
@globalActor
public actor AllocationActor {
  /// The actor.
  public static let shared = AllocationActor()

  private nonisolated let thread = AllocationThread()

  /// The thread, as the executor of this actor and of every ``AllocationRunner``.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
}

/// A thread that runs jobs of the Swift runtime one after another; it is started by the first, and never ends.
final class AllocationThread: SerialExecutor, @unchecked Sendable {
  // Unchecked: `jobs`, `isWaiting` and `isStarted` are read and written only while `mutex` is held; mutex and
  // condition are made once in `init` and never move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [UnownedJob] = []
  private var isWaiting = false
  private var isStarted = false

  init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(mutex)
    jobs.append(job)
    let wakes = isWaiting
    isWaiting = false
    let starts = !isStarted
    isStarted = true
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(condition) }
    if starts { start() }
  }

  private func start() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<AllocationThread>.fromOpaque(context).takeUnretainedValue().work()
      }, context)
    if result == 0 {
      pthread_detach(thread)
      return
    }
    Unmanaged<AllocationThread>.fromOpaque(context).release()
    // No thread can be made: what is there is done here rather than never. Nobody else does it meanwhile, as
    // the next attempt at a thread comes after this.
    while let jobs = takeAll(orStop: true) { run(jobs) }
  }

  private func work() -> Never {
    while true { if let jobs = takeAll(orStop: false) { run(jobs) } }
  }

  /// Everything that is to be done.
  ///
  /// - Parameter orStop: whether to give nil, and have the next job try to start a thread, when there is
  ///   nothing; otherwise it is waited for.
  private func takeAll(orStop: Bool) -> [UnownedJob]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if orStop && jobs.isEmpty {
      isStarted = false
      return nil
    }
    while jobs.isEmpty {
      isWaiting = true
      pthread_cond_wait(condition, mutex)
    }
    isWaiting = false
    defer { jobs = [] }
    return jobs
  }

  private func run(_ jobs: [UnownedJob]) {
    let executor = asUnownedSerialExecutor()
    for job in jobs { job.runSynchronously(on: executor) }
  }
}
