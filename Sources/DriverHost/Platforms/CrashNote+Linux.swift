#if canImport(Glibc)
  internal import Glibc
#endif

/// Says on standard error which library it was, when this process ends by a signal while the library is
/// being loaded or opened: constructors run in `dlopen`, and nothing can survive one that crashes.
///
/// Only one note is up at a time; the caller holds the lock that says so.
enum CrashNote {
  /// Signals that a program's own mistakes raise, with the names that people know.
  private static let signals: [(number: Int32, name: StaticString)] = [
    (SIGSEGV, "SIGSEGV"), (SIGBUS, "SIGBUS"), (SIGILL, "SIGILL"), (SIGFPE, "SIGFPE"), (SIGABRT, "SIGABRT"),
    (SIGTRAP, "SIGTRAP"), (SIGSYS, "SIGSYS"),
  ]

  /// Runs `body` with the note up for this thread.
  /// - Parameter path: the library, as the note names it; nil for no note.
  static func whileLoading<Result, Failure: Error>(
    _ path: String?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let path else { return try body() }
    let note = Note(
      before: "\nhostler: driver library \(path) ",
      after: """
         while it was loaded. Nothing of a library may fail at load (driver ABI rule \
        \(ABIRule.noCodeAtLoad)), and in this process a crash of one driver is the end of all: remove the \
        library, or give its plugin block isolation = "process".\n
        """, signals: signals.map { ($0.number, $0.name) })
    currentNote.pointee = note
    _ = exitNoteIsRegistered
    for index in 0..<note.count {
      var action = sigaction()
      action.__sigaction_handler.sa_sigaction = writeNote
      action.sa_flags = SA_SIGINFO | SA_ONSTACK
      sigaction(note.entries[index].signal, &action, note.previous + index)
    }
    defer {
      for index in 0..<note.count { sigaction(note.entries[index].signal, note.previous + index, nil) }
      currentNote.pointee = nil
      note.deallocate()
    }
    return try body()
  }
}

/// Everything that the signal handler needs, in memory that it can read without any allocation.
private struct Note {
  struct Entry {
    var signal: Int32
    var name: UnsafePointer<UInt8>
    var nameCount: Int
  }

  let thread: pthread_t
  let before: UnsafeMutableBufferPointer<UInt8>
  let after: UnsafeMutableBufferPointer<UInt8>
  let entries: UnsafeMutablePointer<Entry>
  let previous: UnsafeMutablePointer<sigaction>
  let count: Int

  init(before: String, after: String, signals: [(Int32, StaticString)]) {
    thread = pthread_self()
    count = signals.count
    entries = .allocate(capacity: count)
    previous = .allocate(capacity: count)
    for (index, (number, name)) in signals.enumerated() {
      let entry = Entry(signal: number, name: name.utf8Start, nameCount: name.utf8CodeUnitCount)
      (entries + index).initialize(to: entry)
      (previous + index).initialize(to: sigaction())
    }
    self.before = Note.copy(before)
    self.after = Note.copy(after)
  }

  private static func copy(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
    let bytes = Array(text.utf8)
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    return buffer
  }

  func deallocate() {
    before.deallocate()
    after.deallocate()
    entries.deallocate()
    previous.deallocate()
  }
}

// Unsafe: written only by the thread that holds the lock of loading, before its handlers are in place and
// after they are gone; the handler reads it on that same thread, or compares a thread that it is not.
private nonisolated(unsafe) let currentNote: UnsafeMutablePointer<Note?> = {
  let pointer = UnsafeMutablePointer<Note?>.allocate(capacity: 1)
  pointer.initialize(to: nil)
  return pointer
}()

/// The signal handler: writes the note, puts back what was there before, and lets the signal come again.
/// Calls nothing that is not safe in a signal handler.
private func writeNote(
  _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
  guard let note = currentNote.pointee else { return }
  var index = 0
  while index < note.count, note.entries[index].signal != number { index += 1 }
  guard index < note.count else { return }
  if pthread_equal(pthread_self(), note.thread) != 0 {
    let verb: StaticString = "raised "
    _ = write(2, note.before.baseAddress, note.before.count)
    _ = write(2, verb.utf8Start, verb.utf8CodeUnitCount)
    _ = write(2, note.entries[index].name, note.entries[index].nameCount)
    _ = write(2, note.after.baseAddress, note.after.count)
  }
  sigaction(number, note.previous + index, nil)
  // A fault of the processor comes again by itself; one that was sent is sent again.
  if let information, information.pointee.si_code > 0 { return }
  raise(number)
}

/// Registers, once, what is done when a library ends the process by `exit` while it is loaded.
private let exitNoteIsRegistered: Void = {
  atexit {
    guard let note = currentNote.pointee, pthread_equal(pthread_self(), note.thread) != 0 else { return }
    let what: StaticString = "called exit"
    _ = write(2, note.before.baseAddress, note.before.count)
    _ = write(2, what.utf8Start, what.utf8CodeUnitCount)
    _ = write(2, note.after.baseAddress, note.after.count)
    // Whatever it said: nobody may take this for a success.
    _exit(2)
  }
}()
