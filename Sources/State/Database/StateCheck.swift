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
    let finding: StateError?
    do throws(SQLiteError) {
      let connection = try StateReader.connect(file)
      defer { connection.close() }
      finding = try connection.read { () throws(SQLiteError) in try refusal(connection) }
    } catch {
      throw StateError(error, reading: file.path)
    }
    if let finding { throw finding }
  }

  private func refusal(_ connection: SQLiteConnection) throws(SQLiteError) -> StateError? {
    guard try connection.integer("PRAGMA application_id") == Int64(Schema.applicationID) else {
      return .foreign(path: file.path)
    }
    let found = Int(try connection.integer("PRAGMA user_version") ?? 0)
    if found > schema {
      let writer = try? connection.text("SELECT value FROM meta WHERE name = 'last_opened_by'")
      return .newer(path: file.path, schema: found, supported: schema, lastOpenedBy: writer ?? "")
    }
    let problem = try connection.text("PRAGMA quick_check(1)")
    if let problem, problem != "ok" { return .damaged(path: file.path, found: problem) }
    return nil
  }
}
