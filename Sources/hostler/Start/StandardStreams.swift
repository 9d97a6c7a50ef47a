import Glibc

/// Standard input, output and error.
enum StandardStreams {
  /// Opens something in place of those that are closed, so that no other file gets their numbers.
  /// Reading from what stands for input and writing to what stands for output fails, as it would have.
  static func repair() {
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is missing.
      _ = open("/dev/null", mode)
    }
  }
}
