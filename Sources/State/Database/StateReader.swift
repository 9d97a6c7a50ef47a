import Jobs
import Lifecycle
import Synchronization

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
    do throws(SQLiteError) {
      let connection = try connect(file)
      defer { connection.close() }
      return try contents(of: connection)
    } catch {
      throw StateError(error, reading: file.path)
    }
  }

  /// Opens a file for reading only. One whose log is empty is taken as it is, so that no index of a log is
  /// made beside it, and a folder that cannot be written to is good enough.
  static func connect(_ file: StateFile) throws(SQLiteError) -> SQLiteConnection {
    try SQLiteConnection(file.logIsEmpty ? file.immutableURI : file.path, for: .reading)
  }

  /// Everything that there is, at one moment.
  static func contents(of connection: SQLiteConnection) throws(SQLiteError) -> StateContents {
    try connection.read { () throws(SQLiteError) in
      var contents = StateContents()
      contents.schema = Int(try connection.integer("PRAGMA user_version") ?? 0)
      try connection.run("SELECT name, value FROM meta") { contents.meta[$0.text(0)] = $0.text(1) }
      contents.indexCeiling = contents.meta[Schema.indexCeiling].flatMap { UInt64($0) } ?? 0
      let hasRegistrations = contents.schema >= 2
      if hasRegistrations {
        contents.registrations = try registrations(connection, problems: &contents.unreadable)
      }
      var tasks = try tasks(connection, problems: &contents.unreadable)
      let byJob = try allocations(
        connection, hasPlacements: hasRegistrations, tasks: &tasks, problems: &contents.unreadable)
      try connection.run(
        """
        SELECT namespace, id, version, artifact_base, definition FROM jobs ORDER BY namespace, id, version
        """
      ) { row in
        let key = StateBatch.JobKey(row)
        do throws(RecordError) {
          contents.jobs.append(
            StoredJob(
              job: try Job(storedBytes: row.bytes(4)), version: key.version, artifactBase: row.text(3),
              allocations: byJob[key] ?? []))
        } catch {
          contents.unreadable.append(
            UnreadableRecord(table: "jobs", key: "\(key.id) version \(key.version)", reason: error.message))
        }
      }
      return contents
    }
  }

  private static func registrations(
    _ connection: SQLiteConnection, problems: inout [UnreadableRecord]
  ) throws(SQLiteError) -> [JobRegistration] {
    var registrations: [JobRegistration] = []
    try connection.run("SELECT namespace, id, record FROM registrations ORDER BY namespace, id") { row in
      do throws(RecordError) {
        registrations.append(try JobRegistration(storedBytes: row.bytes(2)))
      } catch {
        problems.append(
          UnreadableRecord(
            table: "registrations", key: "\(row.text(0))/\(row.text(1))", reason: error.message))
      }
    }
    return registrations
  }

  private static func tasks(
    _ connection: SQLiteConnection, problems: inout [UnreadableRecord]
  ) throws(SQLiteError) -> [String: [StoredTask]] {
    var tasks: [String: [StoredTask]] = [:]
    try connection.run(
      """
      SELECT allocation, name, record, boot_id FROM tasks JOIN boots ON boots.number = tasks.boot
      ORDER BY allocation, name
      """
    ) { row in
      let (allocation, name) = (row.text(0), row.text(1))
      do throws(RecordError) {
        tasks[allocation, default: []].append(
          StoredTask(name: name, record: try TaskRecord(storedBytes: row.bytes(2)), bootID: row.text(3)))
      } catch {
        problems.append(
          UnreadableRecord(table: "tasks", key: "\(name) of \(allocation)", reason: error.message))
      }
    }
    return tasks
  }

  private static func allocations(
    _ connection: SQLiteConnection, hasPlacements: Bool, tasks: inout [String: [StoredTask]],
    problems: inout [UnreadableRecord]
  ) throws(SQLiteError) -> [StateBatch.JobKey: [StoredAllocation]] {
    var allocations: [StateBatch.JobKey: [StoredAllocation]] = [:]
    try connection.run(
      """
      SELECT namespace, job, version, id, task_group, place, record,
        \(hasPlacements ? "placement" : "NULL") FROM allocations
      ORDER BY task_group, place, id
      """
    ) { row in
      var allocation = StoredAllocation(id: row.text(3), group: row.text(4), index: Int(row.integer(5)))
      do throws(RecordError) {
        if !row.isNull(6) { allocation.record = try AllocationRecord(storedBytes: row.bytes(6)) }
        if !row.isNull(7) { allocation.placement = try PlacementRecord(storedBytes: row.bytes(7)) }
      } catch {
        problems.append(UnreadableRecord(table: "allocations", key: allocation.id, reason: error.message))
      }
      allocation.tasks = tasks.removeValue(forKey: allocation.id) ?? []
      allocations[StateBatch.JobKey(row), default: []].append(allocation)
    }
    return allocations
  }
}

extension StateBatch.JobKey {
  /// From the first three columns of a row.
  fileprivate init(_ row: borrowing SQLiteRow) {
    self.init(namespace: row.text(0), id: row.text(1), version: Int(row.integer(2)))
  }
}

extension StateDatabase {
  /// Everything that is durable.
  public func contents() throws(StateError) -> StateContents {
    try reading { connection throws(SQLiteError) in try StateReader.contents(of: connection) }
  }

  /// Which allocations are stored and what they were placed from; what a ``StoreCore`` begins with.
  public func index() throws(StateError) -> AllocationIndex {
    try reading { connection throws(SQLiteError) in
      try connection.read { () throws(SQLiteError) in
        var index = AllocationIndex()
        try connection.run("SELECT namespace, id, version, digest FROM jobs") {
          index.add(StateBatch.JobKey($0), digest: $0.bytes(3))
        }
        try connection.run("SELECT namespace, job, version, id FROM allocations") {
          index.add($0.text(3), of: StateBatch.JobKey($0))
        }
        return index
      }
    }
  }

  private func reading<Result: Sendable>(
    _ body: (SQLiteConnection) throws(SQLiteError) -> Result
  ) throws(StateError) -> Result {
    do throws(SQLiteError) {
      return try shared.withLock { shared throws(SQLiteError) in try body(shared.connection) }
    } catch {
      throw StateError(error, reading: path)
    }
  }
}
