import Glibc

/// The terminal, or what stands in its place: a pipe or a file.
struct Terminal: Sendable {
  /// Whether standard output is a terminal that understands cursor movement.
  let isInteractive: Bool
  /// Whether colours are wanted there.
  let hasColours: Bool

  /// Looks at standard output and the environment (`NO_COLOR`, `TERM`).
  static func current() -> Terminal {
    let isTerminal = isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"
    return Terminal(isInteractive: isTerminal, hasColours: isTerminal && environment("NO_COLOR") == nil)
  }

  /// Whether messages on standard error may be coloured.
  static var standardErrorHasColours: Bool {
    isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb" && environment("NO_COLOR") == nil
  }

  /// The size in characters; 80 by 24 where it cannot be known.
  var size: (columns: Int, rows: Int) {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(window.ws_col), Int(window.ws_row))
  }

  /// A variable of the environment; nil when it is not set or empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// Writes text to standard output at once. A reader that has gone away is not an error here: the
  /// job runs on and its exit code still counts.
  func write(_ text: String) {
    Self.write(text, to: STDOUT_FILENO)
  }

  /// Writes a line to standard error.
  static func writeError(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&ready, 1, -1)
            continue
          }
          return
        }
        rest = rest.dropFirst(count)
      }
    }
  }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
  fileprivate var baseAddress: UnsafePointer<UInt8>? { base.baseAddress?.advanced(by: startIndex) }
}
