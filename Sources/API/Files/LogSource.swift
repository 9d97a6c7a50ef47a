/// Gives a task's output to a client, from file to file, and what is added to it.
struct LogSource: ByteSource {
  /// What may be followed, and whether it is over.
  struct Subject: Sendable {
    let files: AllocationFiles
    /// What the names of the files begin with: `TASK.stdout.`
    let stem: String
    /// Whether more may be written.
    let isOpen: @Sendable () -> Bool
  }

  private static let folder = "alloc/logs"

  let subject: Subject
  /// Whether to wait for more at the end.
  let follows: Bool
  /// Whether the bytes are given as they are, and not in frames.
  let isPlain: Bool
  private let offset: Int64
  private let fromEnd: Bool
  private var position: LogPosition?
  private var silent = Duration.zero

  init(_ subject: Subject, offset: Int64, fromEnd: Bool, follows: Bool, isPlain: Bool) {
    self.subject = subject
    self.offset = offset
    self.fromEnd = fromEnd
    self.follows = follows
    self.isPlain = isPlain
  }

  mutating func next() async throws -> [UInt8]? {
    while true {
      // Asked before reading: what is written until then is read below.
      let isOpen = subject.isOpen()
      let look = look
      if let found = try await onDiskThread({ () throws(APIError) in try look.read() }) {
        position = found.position
        if !found.bytes.isEmpty {
          silent = .zero
          if isPlain { return found.bytes }
          return StreamFrame(
            file: Self.path(subject.stem, found.position.number), data: found.bytes,
            offset: found.position.offset
          ).bytes
        }
        if found.hasMore { continue }
      }
      guard follows, isOpen else { return nil }
      if try await waits(&silent), !isPlain { return StreamFrame.heartbeat }
    }
  }

  static func path(_ stem: String, _ number: Int) -> String { "\(folder)/\(stem)\(number)" }

  private var look: Look {
    Look(files: subject.files, stem: subject.stem, position: position, offset: offset, fromEnd: fromEnd)
  }

  /// One look at the files.
  private struct Look: Sendable {
    let files: AllocationFiles
    let stem: String
    let position: LogPosition?
    let offset: Int64
    let fromEnd: Bool

    /// What was found, and where to go on; nil while there is no file.
    func read() throws(APIError) -> (bytes: [UInt8], position: LogPosition, hasMore: Bool)? {
      let row = LogPosition.files(try files.entries(LogSource.folder), stem: stem)
      guard let newest = row.last else { return nil }
      var position = position ?? LogPosition(row, offset: offset, fromEnd: fromEnd)
      // What was to be read next may have been removed to make room.
      if let oldest = row.first, position.number < oldest.number {
        position = LogPosition([oldest], offset: 0, fromEnd: false)
        position.number = oldest.number
        position.offset = 0
      }
      let bytes = try files.read(
        LogSource.path(stem, position.number), at: position.offset, limitBytes: StreamFrame.limitBytes)
      position.offset += Int64(bytes.count)
      guard bytes.isEmpty, let following = row.first(where: { $0.number > position.number }) else {
        return (bytes, position, position.number < newest.number)
      }
      position.number = following.number
      position.offset = 0
      return ([], position, true)
    }
  }
}
