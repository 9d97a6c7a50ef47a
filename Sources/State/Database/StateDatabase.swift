import Foundation
import GRDB
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
  let queue: DatabaseQueue
  let opener: StateOpener
  /// The number of this boot in the table of boots, once that is durable.
  let boot = Mutex<Int64?>(nil)

  private init(path: String, queue: DatabaseQueue, opener: StateOpener) {
    self.path = path
    self.queue = queue
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
    let queue: DatabaseQueue
    do {
      queue = try connect(file)
      try migrate(queue, with: migrations)
    } catch {
      throw StateError(error, writing: path)
    }
    return StateDatabase(path: path, queue: queue, opener: opener)
  }

  private static func connect(_ file: StateFile) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "hostler.state"
    // Somebody may look at the file with other tools.
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    let queue = try DatabaseQueue(path: file.path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
    }
    return queue
  }

  /// Makes the file under another name first: a crash on the way leaves none that is half made, so an empty
  /// file is always one that was damaged.
  private static func create(
    _ file: StateFile, by opener: StateOpener, migrations: [String]
  ) throws(StateError) {
    let draft = StateFile(path: file.path + ".new")
    do {
      try draft.remove()
      try draft.create()
      let queue = try connect(draft)
      try queue.write { database in
        try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      }
      try migrate(queue, with: migrations)
      try queue.write { database in
        for (name, value) in [
          ("node_id", UUID().uuidString.lowercased()), ("created_by", opener.version),
          ("last_opened_by", opener.version),
        ] {
          try database.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [name, value])
        }
      }
      // Closing moves everything from the log into the file.
      try queue.close()
      try draft.sync()
      try draft.rename(to: file)
    } catch {
      // What is left of the draft is removed by the next attempt, if not now.
      try? draft.remove()
      throw StateError(error, writing: file.path)
    }
  }

  private static func migrate(_ queue: DatabaseQueue, with migrations: [String]) throws {
    let schema = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    for (index, sql) in migrations.enumerated().dropFirst(schema) {
      try queue.write { database in
        try database.execute(sql: sql)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
  }

  /// Closes the file; the log is moved into it. Nothing is lost when that fails: the next who opens the
  /// file does it.
  public func close() {
    try? queue.close()
  }
}

extension StateError {
  /// What an error of SQLite or the kernel means for a file that was to be written.
  init(_ error: any Error, writing path: String) {
    self = Self.damage(error, path) ?? .notWritable(path: path, reason: StoreFailure(error).message)
  }

  /// What an error of SQLite or the kernel means for a file that was to be read.
  init(_ error: any Error, reading path: String) {
    self = Self.damage(error, path) ?? .notReadable(path: path, reason: StoreFailure(error).message)
  }

  private static func damage(_ error: any Error, _ path: String) -> StateError? {
    if let error = error as? StateError { return error }
    guard let error = error as? DatabaseError else { return nil }
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_ERROR:
      return .damaged(path: path, found: error.message ?? "\(error)")
    default: return nil
    }
  }
}

extension StoreFailure {
  /// What an error of SQLite or the kernel means for a batch.
  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self.init(.other, message: "\(error)")
      return
    }
    let message = error.message ?? "\(error)"
    switch error.extendedResultCode {
    // The kernel's ENOSPC in the log or in its index.
    case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: self.init(.diskFull, message: message)
    default: self.init(.other, message: message)
    }
  }
}
