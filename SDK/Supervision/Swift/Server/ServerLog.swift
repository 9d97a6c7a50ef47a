#if canImport(Glibc)
  import Glibc
#endif

/// The supervisor's log: its standard error, which is a file in its state directory.
enum ServerLog {
  static func write(_ line: String) {
    let text = Array("\(wallClockNanoseconds() / 1_000_000_000) \(line)\n".utf8)
    _ = retrying { Glibc.write(STDERR_FILENO, text, text.count) }
  }
}
