import GRDB

/// Looks at a state file without changing it, and says why it cannot be used.
struct StateCheck {
  let file: StateFile
  /// The newest schema that is known.
  let schema: Int

  private static let signature = Array("SQLite format 3\0".utf8)

  /// Throws why the file is refused.
  func run() throws(StateError) {
    try checkHeader()
    let hadIndex = file.logIndexExists
    do {
      try checkContent()
    } catch {
      // Reading a log makes an index of it, which is worth nothing without the log's readers.
      if !hadIndex { file.removeLogIndex() }
      throw error
    }
  }

  private func checkHeader() throws(StateError) {
    let head = try file.head(byteCount: 100)
    if head.isEmpty { throw .damaged(path: file.path, found: "it is empty") }
    guard head.starts(with: Self.signature) else {
      throw .damaged(path: file.path, found: "it does not begin as a database does")
    }
    guard head.count == 100 else {
      throw .damaged(path: file.path, found: "it ends within its header, after \(head.count) bytes")
    }
  }

  private func checkContent() throws(StateError) {
    do {
      let queue = try StateReader.connect(file)
      defer { try? queue.close() }
      try queue.read { database in
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
          throw StateError.foreign(path: file.path)
        }
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if found > schema {
          let writer = try? String.fetchOne(
            database, sql: "SELECT value FROM meta WHERE name = 'last_opened_by'")
          throw StateError.newer(
            path: file.path, schema: found, supported: schema, lastOpenedBy: (writer ?? nil) ?? "")
        }
        let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
        if let problem, problem != "ok" { throw StateError.damaged(path: file.path, found: problem) }
      }
    } catch {
      throw StateError(error, reading: file.path)
    }
  }
}
