import CSQLite
import Foundation
import Testing

@testable import State

/// The layer on SQLite's C functions.
@Suite("Connections to a database")
struct SQLiteConnectionTests {
  private static func with(_ body: (SQLiteConnection, StateDirectory) throws -> Void) async throws {
    try await StateDirectory.with { directory in
      try directory.run("CREATE TABLE t (a ANY) STRICT")
      let connection = try SQLiteConnection(directory.path, for: .writing)
      defer { connection.close() }
      try body(connection, directory)
    }
  }

  @Test("values come back as they were stored")
  func values() async throws {
    try await Self.with { connection, _ throws in
      let texts = ["", "a", "é\u{0}ü", String(repeating: "x", count: 100_000), "'; DROP TABLE t; --"]
      for text in texts {
        try connection.run("DELETE FROM t")
        try connection.run("INSERT INTO t VALUES (?)", .text(text))
        #expect(try connection.text("SELECT a FROM t") == text)
        #expect(try connection.text("SELECT typeof(a) FROM t") == "text")
      }
      let blobs: [[UInt8]] = [[], [0], Array(0...255), [UInt8](repeating: 7, count: 100_000)]
      for blob in blobs {
        try connection.run("DELETE FROM t")
        try connection.run("INSERT INTO t VALUES (?)", .bytes(blob))
        try connection.run("SELECT a, typeof(a) FROM t") { row in
          let (bytes, type) = (row.bytes(0), row.text(1))
          #expect(bytes == blob && type == "blob")
        }
      }
      for number in [0, 1, -1, Int64.min, Int64.max] {
        try connection.run("DELETE FROM t")
        try connection.run("INSERT INTO t VALUES (?)", .integer(number))
        #expect(try connection.integer("SELECT a FROM t") == number)
      }
      try connection.run("DELETE FROM t")
      for value in [SQLiteValue.null, .integer(Int?.none), .bytes([UInt8]?.none)] {
        try connection.run("INSERT INTO t VALUES (?)", value)
      }
      #expect(try connection.integer("SELECT count(*) FROM t WHERE a IS NULL") == 3)
      #expect(try connection.integer("SELECT a FROM t") == nil)
      try connection.run("SELECT a FROM t") { row in
        let values = (row.isNull(0), row.integer(0), row.text(0), row.bytes(0))
        #expect(values == (true, 0, "", []))
      }
    }
  }

  @Test("text that is not UTF-8 is read, with what cannot be read replaced")
  func invalidText() async throws {
    try await Self.with { connection, _ throws in
      #expect(try connection.text("SELECT CAST(x'61FF62' AS TEXT)") == "a\u{FFFD}b")
    }
  }

  @Test("a statement is used again with other values, also while it runs")
  func reuse() async throws {
    try await Self.with { connection, _ throws in
      for number in 1...3 { try connection.run("INSERT INTO t VALUES (?)", .integer(number)) }
      var seen: [Int64] = []
      try connection.run("SELECT a FROM t ORDER BY a") { outer in
        seen.append(outer.integer(0))
        do {
          try connection.run("SELECT a FROM t ORDER BY a") { seen.append($0.integer(0) * 10) }
        } catch {
          Issue.record(error)
        }
      }
      #expect(seen == [1, 10, 20, 30, 2, 10, 20, 30, 3, 10, 20, 30])
      try connection.execute("ALTER TABLE t ADD COLUMN b INTEGER")
      #expect(try connection.integer("SELECT count(*) FROM t") == 3)
    }
  }

  @Test("a write that fails half way changes nothing, and the next one works")
  func rollback() async throws {
    try await Self.with { connection, _ throws in
      let error = #expect(throws: SQLiteError.self) {
        try connection.write { () throws(SQLiteError) in
          try connection.run("INSERT INTO t VALUES (1)")
          try connection.run("INSERT INTO nowhere VALUES (1)")
        }
      }
      #expect(error?.message == "no such table: nowhere" && error?.isDamage == true)
      try connection.write { () throws(SQLiteError) in try connection.run("INSERT INTO t VALUES (2)") }
      #expect(try connection.integer("SELECT sum(a) FROM t") == 2)
    }
  }

  @Test("a statement that broke a rule can be used again")
  func constraint() async throws {
    try await Self.with { connection, _ throws in
      try connection.execute("CREATE TABLE u (a INTEGER PRIMARY KEY) STRICT")
      for (number, succeeds) in [(1, true), (1, false), (2, true)] {
        if succeeds {
          try connection.run("INSERT INTO u VALUES (?)", .integer(number))
        } else {
          let error = #expect(throws: SQLiteError.self) {
            try connection.run("INSERT INTO u VALUES (?)", .integer(number))
          }
          #expect(error?.code == SQLITE_CONSTRAINT | 6 << 8, "the extended code of a primary key")
        }
      }
    }
  }

  @Test("what is no single statement, or has other parameters, is an error")
  func misuse() async throws {
    try await Self.with { connection, _ throws in
      for sql in ["", "SELECT 1; SELECT 2", "SELEC 1", "SELECT \"nothing\""] {
        #expect(throws: SQLiteError.self) { () throws in try connection.run(sql) }
      }
      #expect(throws: SQLiteError.self) { () throws in try connection.run("INSERT INTO t VALUES (?)") }
      #expect(throws: SQLiteError.self) { () throws in
        try connection.run("INSERT INTO t VALUES (1)", .integer(1))
      }
      #expect(try connection.integer("SELECT count(*) FROM t") == 0)
    }
  }

  @Test("a reading connection sees one moment, and cannot write")
  func snapshot() async throws {
    try await Self.with { connection, directory throws in
      try connection.execute("PRAGMA journal_mode = WAL")
      let reader = try SQLiteConnection(directory.path, for: .reading)
      defer { reader.close() }
      let counts = try reader.read { () throws(SQLiteError) in
        let before = try reader.integer("SELECT count(*) FROM t")
        try connection.run("INSERT INTO t VALUES (1)")
        return [before, try reader.integer("SELECT count(*) FROM t")]
      }
      #expect(counts == [0, 0])
      #expect(try reader.integer("SELECT count(*) FROM t") == 1)
      #expect(throws: SQLiteError.self) { () throws in try reader.run("INSERT INTO t VALUES (1)") }
    }
  }

  @Test("a file that is not there is not made, and a connection that was closed says so")
  func closed() async throws {
    try await Self.with { connection, directory throws in
      for access in [SQLiteConnection.Access.reading, .writing] {
        #expect(throws: SQLiteError.self) { _ = try SQLiteConnection(directory.path + ".other", for: access) }
      }
      #expect(try directory.files().keys.sorted() == ["state.sqlite"])
      connection.close()
      connection.close()
      let error = #expect(throws: SQLiteError.self) { () throws in try connection.run("SELECT 1") }
      #expect(error?.message == "the database is closed")
    }
  }
}
