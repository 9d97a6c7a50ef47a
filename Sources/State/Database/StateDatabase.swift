import HCL
import Synchronization

/// Where batches are written. Called from one thread at a time; blocks on the disk.
public protocol StateTarget: Sendable {
  /// Makes a batch durable, all of it or nothing. A batch may be written again after a failure, whatever
  /// became of it the first time.
  func write(_ batch: StateBatch) throws(StoreFailure)
}

/// Who opens a state file.
public struct StateOpener: Hashable, Sendable {
  /// The kernel's id of this boot: processes of another boot are gone.
  public var bootID: String
  /// The version of hostler.
  public var version: String

  /// Makes an opener from its parts.
  public init(bootID: String, version: String) {
    self.bootID = bootID
    self.version = version
  }
}

/// A state file that is open for reading and writing: SQLite with a write-ahead log, every commit synced.
/// All of its functions block on the disk.
public final class StateDatabase: StateTarget {
  /// The file's path, absolute.
  public let path: String
  let opener: StateOpener
  let shared: Mutex<Shared>

  /// What one thread at a time uses.
  struct Shared {
    let connection: SQLiteConnection
    /// The number of this boot in the table of boots, once that is durable.
    var boot: Int64?
  }

  private init(path: String, connection: sending SQLiteConnection, opener: StateOpener) {
    self.path = path
    shared = Mutex(Shared(connection: connection))
    self.opener = opener
  }

  /// Opens a state file, and makes one where there is none. A file of an older schema is brought up to date;
  /// one that cannot be used is left as it is, byte for byte.
  ///
  /// Whoever opens it must see to it that nobody else does: the data directory has a lock for that.
  public static func open(_ path: String, by opener: StateOpener) throws(StateError) -> StateDatabase {
    try open(path, by: opener, migrations: Schema.migrations)
  }

  static func open(
    _ path: String, by opener: StateOpener, migrations: [String]
  ) throws(StateError) -> StateDatabase {
    let file = StateFile(path: path)
    try file.checkWritable()
    if file.exists {
      try StateCheck(file: file, schema: migrations.count).run()
    } else {
      try create(file, by: opener, migrations: migrations)
    }
    let connection: SQLiteConnection
    do throws(SQLiteError) {
      connection = try connect(file)
      try migrate(connection, with: migrations)
    } catch {
      throw StateError(error, writing: path)
    }
    return StateDatabase(path: path, connection: connection, opener: opener)
  }

  private static func connect(_ file: StateFile) throws(SQLiteError) -> SQLiteConnection {
    let connection = try SQLiteConnection(file.path, for: .writing)
    try connection.execute("PRAGMA synchronous = FULL")
    guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
      throw SQLiteError(code: SQLiteError.unusable, message: "the file system cannot hold a write-ahead log")
    }
    return connection
  }

  /// Makes the file under another name first: a crash on the way leaves none that is half made, so an empty
  /// file is always one that was damaged.
  private static func create(
    _ file: StateFile, by opener: StateOpener, migrations: [String]
  ) throws(StateError) {
    let draft = StateFile(path: file.path + ".new")
    do throws(StateError) {
      try draft.remove()
      try draft.create()
      do throws(SQLiteError) {
        try fill(draft, by: opener, migrations: migrations)
      } catch {
        throw StateError(error, writing: file.path)
      }
      guard draft.logIsEmpty else {
        throw .notWritable(path: file.path, reason: "the log could not be moved into the new file")
      }
      try draft.sync()
      try draft.rename(to: file)
    } catch {
      // What is left of the draft is removed by the next attempt, if not now.
      try? draft.remove()
      throw error
    }
  }

  private static func fill(
    _ draft: StateFile, by opener: StateOpener, migrations: [String]
  ) throws(SQLiteError) {
    let connection = try connect(draft)
    // Closing moves everything from the log into the file.
    defer { connection.close() }
    try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
    try migrate(connection, with: migrations)
    try connection.write { () throws(SQLiteError) in
      for (name, value) in [
        ("node_id", randomUUID()), ("created_by", opener.version), ("last_opened_by", opener.version),
      ] {
        try connection.run("INSERT INTO meta VALUES (?, ?)", .text(name), .text(value))
      }
    }
  }

  private static func migrate(
    _ connection: SQLiteConnection, with migrations: [String]
  ) throws(SQLiteError) {
    let schema = Int(try connection.integer("PRAGMA user_version") ?? 0)
    for (index, sql) in migrations.enumerated().dropFirst(schema) {
      try connection.write { () throws(SQLiteError) in
        try connection.execute(sql)
        try connection.execute("PRAGMA user_version = \(index + 1)")
      }
    }
  }

  /// Closes the file; the log is moved into it. Nothing is lost when that fails: the next who opens the
  /// file does it.
  public func close() { shared.withLock { $0.connection.close() } }
}

extension StateError {
  /// What an error of SQLite means for a file that was to be written.
  init(_ error: SQLiteError, writing path: String) {
    self =
      error.isDamage
      ? .damaged(path: path, found: error.message) : .notWritable(path: path, reason: error.message)
  }

  /// What an error of SQLite means for a file that was to be read.
  init(_ error: SQLiteError, reading path: String) {
    self =
      error.isDamage
      ? .damaged(path: path, found: error.message) : .notReadable(path: path, reason: error.message)
  }
}

extension StoreFailure {
  /// What an error of SQLite means for a batch.
  init(_ error: SQLiteError) { self.init(error.isDiskFull ? .diskFull : .other, message: error.message) }
}
