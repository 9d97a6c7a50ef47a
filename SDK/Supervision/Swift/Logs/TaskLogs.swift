#if canImport(Glibc)
  import Glibc
#endif

/// Where a task's output goes: files `NAME.0`, `NAME.1`, … of one directory.
public struct TaskLogs: Sendable, Equatable {
  /// The directory of the files: an absolute path.
  public var directory: String
  /// The name of the standard output's files, before the number.
  public var standardOutputName: String
  /// The name of the standard error's files, before the number.
  public var standardErrorName: String
  /// How large and how many.
  public var limits: LogLimits

  /// Describes the files.
  public init(directory: String, standardOutputName: String, standardErrorName: String, limits: LogLimits) {
    self.directory = directory
    self.standardOutputName = standardOutputName
    self.standardErrorName = standardErrorName
    self.limits = limits
  }

  /// The numbers of the files that exist, of both streams.
  func existingNumbers() throws(SupervisionError) -> (output: [Int], error: [Int]) {
    guard let listing = opendir(directory) else {
      throw SupervisionError(
        kind: .systemCall,
        description: "cannot read the log directory \(directory): \(Supervision.describe(errno: errno))")
    }
    defer { closedir(listing) }
    var output: [Int] = []
    var error: [Int] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = LogRotation.number(ofFile: name, stream: standardOutputName) {
        output.append(number)
      } else if let number = LogRotation.number(ofFile: name, stream: standardErrorName) {
        error.append(number)
      }
    }
    return (output, error)
  }

  /// Opens the files of both outputs, making the first of each.
  ///
  /// - Throws: `SupervisionError` when the directory cannot be read or written.
  public func openFiles() throws(SupervisionError) -> (output: LogFiles, error: LogFiles) {
    let existing = try existingNumbers()
    return (
      try LogFiles(
        prefix: directory + "/" + standardOutputName + ".", limits: limits, existing: existing.output),
      try LogFiles(
        prefix: directory + "/" + standardErrorName + ".", limits: limits, existing: existing.error)
    )
  }
}
