import Glibc
import Synchronization

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

  private static let firstOutputFailure = Atomic<Int32>(0)

  /// The error number of the first write to standard output that failed; nil while none has. `EPIPE`: its
  /// reader has gone away.
  static var outputFailure: Int32? {
    let number = firstOutputFailure.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Writes text to standard output at once. A failure is told once on standard error, unless it is the
  /// reader who has gone away; see ``outputFailure``.
  func write(_ text: String) {
    // A reader does not come back.
    if Self.outputFailure == EPIPE { return }
    let number = Self.write(text, to: STDOUT_FILENO)
    guard number != 0,
      Self.firstOutputFailure.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged,
      number != EPIPE
    else { return }
    Self.writeError("hostler: standard output cannot be written: \(String(cString: strerror(number)))")
  }

  /// Writes lines to standard output, without what could change the terminal's state.
  func writeLine(_ text: String) {
    write(Self.cleaned(text) + "\n")
  }

  /// Writes a line to standard error, without what could change the terminal's state.
  static func writeError(_ line: String) {
    writeStyledError(cleaned(line))
  }

  /// Writes a line to standard error as it is.
  static func writeStyledError(_ line: String) {
    _ = write(line + "\n", to: STDERR_FILENO)
  }

  private static func cleaned(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).withoutControlCharacters }.joined(separator: "\n")
  }

  /// - Returns: 0, or the number of the error.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
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
          return errno
        }
        rest = rest.dropFirst(count)
      }
      return 0
    }
  }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
  fileprivate var baseAddress: UnsafePointer<UInt8>? { base.baseAddress?.advanced(by: startIndex) }
}
