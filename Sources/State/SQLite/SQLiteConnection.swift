import CSQLite

/// A connection to a database file. For one thread at a time: whoever shares it keeps it under a lock. All of
/// its functions block on the disk.
final class SQLiteConnection {
  enum Access {
    /// Reads what is there.
    case reading
    /// Reads and writes; the file must be there.
    case writing
  }

  private static let busyMilliseconds: Int32 = 5000

  private var handle: OpaquePointer?
  /// Compiled statements that nobody uses at the moment, by their text.
  private var statements: [String: Box] = [:]

  private final class Box {
    let statement: SQLiteStatement
    init(_ statement: consuming SQLiteStatement) { self.statement = statement }
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file, or a URI that begins with `file:`.
  ///   - access: What will be done.
  init(_ path: String, for access: Access) throws(SQLiteError) {
    var flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    flags |= access == .reading ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let result = sqlite3_open_v2(path, &handle, flags, nil)
    do throws(SQLiteError) {
      guard let handle else {
        throw SQLiteError(code: result, message: String(cString: sqlite3_errstr(result)))
      }
      guard result == SQLITE_OK else { throw SQLiteError(of: handle) }
      // Somebody may look at the file with other tools.
      sqlite3_busy_timeout(handle, Self.busyMilliseconds)
      guard hostler_sqlite_refuse_quoted_strings(handle) == SQLITE_OK else { throw SQLiteError(of: handle) }
      try execute("PRAGMA foreign_keys = ON")
    } catch {
      // A connection that could not be opened has to be closed, too.
      close()
      throw error
    }
  }

  deinit { close() }

  /// Closes the connection; the last one of a file moves the log into it. Any use after that is an error.
  func close() {
    statements = [:]
    sqlite3_close_v2(handle)
    handle = nil
  }

  private func openHandle() throws(SQLiteError) -> OpaquePointer {
    guard let handle else { throw SQLiteError(code: SQLITE_MISUSE, message: "the database is closed") }
    return handle
  }

  /// Runs any number of statements, once.
  func execute(_ script: String) throws(SQLiteError) {
    let handle = try openHandle()
    guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else { throw SQLiteError(of: handle) }
  }

  /// Runs one statement, which stays compiled for the next time.
  func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) {
    try run(sql, values) { _ in }
  }

  /// Runs one statement, which stays compiled for the next time, and calls a function with each row.
  func run(
    _ sql: String, _ values: [SQLiteValue] = [], forEachRow body: (borrowing SQLiteRow) -> Void
  ) throws(SQLiteError) {
    let handle = try openHandle()
    // Taken out while it runs, so that the function may run the same one.
    let box =
      if let known = statements.removeValue(forKey: sql) {
        known
      } else {
        Box(try SQLiteStatement(sql, on: handle))
      }
    defer { if self.handle != nil { statements[sql] = box } }
    try box.statement.run(values, body)
  }

  /// The first column of the first row; nil when there is no row, or NULL in it.
  func integer(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> Int64? {
    try first(sql, values) { $0.integer(0) }
  }

  /// The first column of the first row; nil when there is no row, or NULL in it.
  func text(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> String? {
    try first(sql, values) { $0.text(0) }
  }

  private func first<Result>(
    _ sql: String, _ values: [SQLiteValue], _ read: (borrowing SQLiteRow) -> Result
  ) throws(SQLiteError) -> Result? {
    var result: Result?
    var isFirst = true
    try run(sql, values) { row in
      if isFirst && !row.isNull(0) { result = read(row) }
      isFirst = false
    }
    return result
  }

  /// Runs a body whose changes are made durable together, or not at all when it throws.
  func write<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
    try transaction("BEGIN IMMEDIATE", body)
  }

  /// Runs a body that sees everything as it is at one moment.
  func read<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
    try transaction("BEGIN DEFERRED", body)
  }

  private func transaction<Result>(
    _ begin: String, _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    try run(begin)
    do throws(SQLiteError) {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // Some failures, a full disk among them, have rolled everything back already.
      if let handle, sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }
}
