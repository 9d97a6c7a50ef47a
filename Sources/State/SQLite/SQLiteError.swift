import CSQLite

/// What SQLite says went wrong.
struct SQLiteError: Error, Hashable, CustomStringConvertible {
  /// SQLite's extended result code.
  let code: Int32
  let message: String

  init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  /// The last error of a connection.
  init(of connection: OpaquePointer) {
    self.init(
      code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
  }

  /// The code for a file that cannot be used although SQLite itself refused nothing.
  static let unusable = SQLITE_CANTOPEN

  private var primaryCode: Int32 { code & 0xFF }

  /// The file holds something that it should not, or lacks something that it should hold.
  var isDamage: Bool {
    [SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_FORMAT, SQLITE_ERROR].contains(primaryCode)
  }

  /// The kernel's ENOSPC in the log or in its index.
  var isDiskFull: Bool { primaryCode == SQLITE_FULL || Int(code) == hostler_sqlite_no_room_for_index }

  var description: String { message }
}
