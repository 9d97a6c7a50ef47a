/// Gives a file to a client, and what is added to it.
struct FileSource: ByteSource {
  /// How often a file that is followed is looked at.
  static let lookTime = Duration.milliseconds(200)
  /// How often a client hears that there is nothing new.
  static let heartbeatTime = Duration.seconds(1)

  let files: AllocationFiles
  let path: String
  var offset: Int64
  /// Whether to wait for more at the end.
  let follows: Bool
  private var silent = Duration.zero

  init(_ files: AllocationFiles, path: String, offset: Int64, follows: Bool) {
    self.files = files
    self.path = path
    self.offset = offset
    self.follows = follows
  }

  mutating func next() async throws -> [UInt8]? {
    while true {
      let (files, path, start) = (files, path, offset)
      let (bytes, size) = try await onDiskThread { () throws(APIError) in
        let size = try files.entry(path).sizeBytes
        return (
          size > start ? try files.read(path, at: start, limitBytes: StreamFrame.limitBytes) : [], size
        )
      }
      if !bytes.isEmpty {
        offset += Int64(bytes.count)
        silent = .zero
        return StreamFrame(file: path, data: bytes, offset: offset).bytes
      }
      guard follows else { return nil }
      if size < offset {
        offset = 0
        return StreamFrame(file: path, data: [], offset: 0, event: "file truncated").bytes
      }
      if try await waits(&silent) { return StreamFrame.heartbeat }
    }
  }
}

/// Waits before a file is looked at again.
///
/// - Returns: whether the client has heard nothing for so long that it should.
func waits(_ silent: inout Duration) async throws -> Bool {
  try await Task.sleep(for: FileSource.lookTime)
  silent += FileSource.lookTime
  guard silent >= FileSource.heartbeatTime else { return false }
  silent = .zero
  return true
}
