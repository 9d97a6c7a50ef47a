import CSQLite

/// A statement that was compiled; for one thread at a time, and used up before its connection closes.
struct SQLiteStatement: ~Copyable {
  private let connection: OpaquePointer
  private let handle: OpaquePointer

  /// Compiles the one statement of a text.
  init(_ sql: String, on connection: OpaquePointer) throws(SQLiteError) {
    var handle: OpaquePointer?
    var isOnlyOne = true
    let result = sql.withCString { text in
      var rest: UnsafePointer<CChar>?
      let result = sqlite3_prepare_v3(
        connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, &rest)
      if let rest, rest.pointee != 0 { isOnlyOne = false }
      return result
    }
    guard result == SQLITE_OK else { throw SQLiteError(of: connection) }
    guard let handle, isOnlyOne else {
      sqlite3_finalize(handle)
      throw SQLiteError(code: SQLITE_MISUSE, message: "one statement is needed: \(sql)")
    }
    self.connection = connection
    self.handle = handle
  }

  deinit { sqlite3_finalize(handle) }

  /// Runs the statement to its end.
  ///
  /// - Parameters:
  ///   - values: One for each parameter.
  ///   - body: Called with each row.
  func run(_ values: [SQLiteValue], _ body: (borrowing SQLiteRow) -> Void) throws(SQLiteError) {
    // What a step returned says all; a reset only repeats it.
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    guard Int32(values.count) == sqlite3_bind_parameter_count(handle) else {
      throw SQLiteError(
        code: SQLITE_RANGE,
        message: "\(values.count) values for \(sqlite3_bind_parameter_count(handle)) parameters")
    }
    for (index, value) in values.enumerated() { try bind(value, at: Int32(index) + 1) }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: body(SQLiteRow(statement: handle))
      case SQLITE_DONE: return
      default: throw SQLiteError(of: connection)
      }
    }
  }

  private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
    let result: Int32
    switch value {
    case .null: result = sqlite3_bind_null(handle, index)
    case .integer(let number): result = sqlite3_bind_int64(handle, index, number)
    case .text(var text):
      result = text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          hostler_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
        }
      }
    case .bytes(let bytes):
      result = bytes.withUnsafeBytes {
        hostler_sqlite_bind_bytes(handle, index, $0.baseAddress, UInt64($0.count))
      }
    }
    guard result == SQLITE_OK else { throw SQLiteError(of: connection) }
  }
}

/// A row that a statement is at. Columns are counted from 0; what is NULL, or not there, is zero or empty
/// where no optional is asked for.
struct SQLiteRow: ~Copyable {
  fileprivate let statement: OpaquePointer

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

  func text(_ column: Int) -> String {
    // The text first: asking for it may change the count.
    guard let text = sqlite3_column_text(statement, Int32(column)) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }

  func bytes(_ column: Int) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(statement, Int32(column)) else { return [] }
    return Array(
      UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
  }
}
