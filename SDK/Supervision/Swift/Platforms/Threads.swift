internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

private final class ThreadBody: Sendable {
  let name: String
  let run: @Sendable () -> Void

  init(name: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Starts a thread that nobody waits for. No signal of the process is delivered to it.
///
/// - Parameter name: what tools show, at most 15 bytes.
/// - Returns: whether there is one; the kernel may refuse.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
  startJoinableThread(named: name, body).map { pthread_detach($0) } != nil
}

/// Starts a thread that the caller joins.
func startJoinableThread(named name: String, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 256 * 1024)
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(ThreadBody(name: name, run: body))
  let result = pthread_create(
    &thread, &attributes,
    { context in
      guard let context else { return nil }
      let body = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
      hostler_name_thread(body.name)
      body.run()
      return nil
    }, context.toOpaque())
  guard result == 0 else {
    context.release()
    return nil
  }
  return thread
}
