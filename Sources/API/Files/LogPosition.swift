/// A place in a task's output, which goes through a row of files.
struct LogPosition: Hashable, Sendable {
  /// One file of the row.
  struct File: Hashable, Sendable {
    /// The number at the end of its name.
    var number: Int
    var sizeBytes: Int64
  }

  /// The file.
  var number: Int
  /// The place in it.
  var offset: Int64

  /// The place that is so many bytes from the start or the end of all files.
  ///
  /// - Parameter files: The files, oldest first.
  init(_ files: [File], offset: Int64, fromEnd: Bool) {
    let total = files.reduce(0) { $0 + $1.sizeBytes }
    var rest = fromEnd ? max(0, total - offset) : offset
    number = files.last?.number ?? 0
    self.offset = files.last?.sizeBytes ?? 0
    for file in files {
      if rest < file.sizeBytes {
        number = file.number
        self.offset = rest
        return
      }
      rest -= file.sizeBytes
    }
  }

  /// The files of a task's stream among the names of a directory, oldest first.
  ///
  /// - Parameter stem: What their names begin with: `TASK.stdout.`
  static func files(_ entries: [AllocationFiles.Entry], stem: String) -> [File] {
    entries.compactMap { entry in
      guard entry.isFile, entry.name.hasPrefix(stem), let number = Int(entry.name.dropFirst(stem.count)),
        number >= 0
      else { return nil }
      return File(number: number, sizeBytes: entry.sizeBytes)
    }.sorted { $0.number < $1.number }
  }
}
