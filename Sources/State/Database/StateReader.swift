import Foundation
import GRDB
import Jobs
import Lifecycle

/// Reads a state file, also one that an agent writes to at the same time. All of its functions block on
/// the disk.
public enum StateReader {
  /// Reads everything that a state file holds; changes nothing.
  public static func read(_ path: String) throws(StateError) -> StateContents {
    let file = StateFile(path: path)
    guard file.exists else { throw .missing(path: path) }
    try StateCheck(file: file, schema: Schema.migrations.count).run()
    let wasComplete = file.logIsEmpty
    let contents = try readOnce(file)
    // An agent that was started meanwhile may have written while nothing kept us apart.
    return wasComplete && !file.logIsEmpty ? try readOnce(file) : contents
  }

  private static func readOnce(_ file: StateFile) throws(StateError) -> StateContents {
    do {
      let queue = try connect(file)
      defer { try? queue.close() }
      return try queue.read { try contents(of: $0) }
    } catch {
      throw StateError(error, reading: file.path)
    }
  }

  /// Opens a file for reading only. One whose log is empty is taken as it is, so that no index of a log is
  /// made beside it, and a folder that cannot be written to is good enough.
  static func connect(_ file: StateFile) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "hostler.state.reader"
    configuration.busyMode = .timeout(5)
    let path = file.logIsEmpty ? file.immutableURI : file.path
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Everything that there is, at one moment.
  static func contents(of database: Database) throws -> StateContents {
    var contents = StateContents()
    contents.schema = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    for row in try Row.fetchAll(database, sql: "SELECT name, value FROM meta") {
      contents.meta[row[0]] = row[1]
    }
    var tasks = try tasks(database, problems: &contents.unreadable)
    let jobs = try Row.fetchAll(
      database,
      sql:
        "SELECT namespace, id, version, artifact_base, definition FROM jobs ORDER BY namespace, id, version")
    let byJob = try allocations(database, tasks: &tasks, problems: &contents.unreadable)
    for row in jobs {
      let key = StateBatch.JobKey(namespace: row[0], id: row[1], version: row[2])
      do throws(RecordError) {
        contents.jobs.append(
          StoredJob(
            job: try Job(storedBytes: (row[4] as Data)), version: key.version, artifactBase: row[3],
            allocations: byJob[key] ?? []))
      } catch {
        contents.unreadable.append(
          UnreadableRecord(table: "jobs", key: "\(key.id) version \(key.version)", reason: error.message))
      }
    }
    return contents
  }

  private static func tasks(
    _ database: Database, problems: inout [UnreadableRecord]
  ) throws -> [String: [StoredTask]] {
    var tasks: [String: [StoredTask]] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT allocation, name, record, boot_id FROM tasks JOIN boots ON boots.number = tasks.boot
        ORDER BY allocation, name
        """)
    while let row = try rows.next() {
      let allocation: String = row[0]
      let name: String = row[1]
      do throws(RecordError) {
        tasks[allocation, default: []].append(
          StoredTask(name: name, record: try TaskRecord(storedBytes: (row[2] as Data)), bootID: row[3]))
      } catch {
        problems.append(
          UnreadableRecord(table: "tasks", key: "\(name) of \(allocation)", reason: error.message))
      }
    }
    return tasks
  }

  private static func allocations(
    _ database: Database, tasks: inout [String: [StoredTask]], problems: inout [UnreadableRecord]
  ) throws -> [StateBatch.JobKey: [StoredAllocation]] {
    var allocations: [StateBatch.JobKey: [StoredAllocation]] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT namespace, job, version, id, task_group, place, record FROM allocations
        ORDER BY task_group, place, id
        """)
    while let row = try rows.next() {
      let key = StateBatch.JobKey(namespace: row[0], id: row[1], version: row[2])
      var allocation = StoredAllocation(id: row[3], group: row[4], index: row[5])
      do throws(RecordError) {
        let bytes: Data? = row[6]
        if let bytes { allocation.record = try AllocationRecord(storedBytes: bytes) }
      } catch {
        problems.append(UnreadableRecord(table: "allocations", key: allocation.id, reason: error.message))
      }
      allocation.tasks = tasks.removeValue(forKey: allocation.id) ?? []
      allocations[key, default: []].append(allocation)
    }
    return allocations
  }
}

extension StateDatabase {
  /// Everything that is durable.
  public func contents() throws(StateError) -> StateContents {
    do {
      return try queue.read { try StateReader.contents(of: $0) }
    } catch {
      throw StateError(error, reading: path)
    }
  }

  /// Which allocations are stored and what they were placed from; what a ``StoreCore`` begins with.
  public func index() throws(StateError) -> AllocationIndex {
    do {
      return try queue.read { database in
        var index = AllocationIndex()
        let jobs = try Row.fetchCursor(database, sql: "SELECT namespace, id, version, digest FROM jobs")
        while let row = try jobs.next() {
          index.add(
            StateBatch.JobKey(namespace: row[0], id: row[1], version: row[2]), digest: Array(row[3] as Data))
        }
        let allocations = try Row.fetchCursor(
          database, sql: "SELECT namespace, job, version, id FROM allocations")
        while let row = try allocations.next() {
          index.add(row[3], of: StateBatch.JobKey(namespace: row[0], id: row[1], version: row[2]))
        }
        return index
      }
    } catch {
      throw StateError(error, reading: path)
    }
  }
}
