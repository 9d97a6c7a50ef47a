/// Gathers text for standard output, so that many short pieces become one write.
struct OutputBuffer {
  private static let mostBytes = 64 << 10

  private let terminal: Terminal
  private var text = ""

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// Adds text; it is written when there is much of it, and by ``flush()``.
  mutating func write(_ more: String) {
    text += more
    if text.utf8.count >= Self.mostBytes { flush() }
  }

  /// Writes what was gathered.
  mutating func flush() {
    if text.isEmpty { return }
    terminal.write(text)
    text.removeAll(keepingCapacity: true)
  }
}
