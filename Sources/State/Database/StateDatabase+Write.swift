import CCrashPoint
import Jobs
public import Lifecycle
import Synchronization

extension StateDatabase {
  /// Makes a batch durable, all of it or nothing.
  public func write(_ batch: StateBatch) throws(StoreFailure) {
    do throws(SQLiteError) {
      try shared.withLock { shared throws(SQLiteError) in
        let (connection, known) = (shared.connection, shared.boot)
        shared.boot = try connection.write { () throws(SQLiteError) in
          let boot = if let known { known } else { try enterBoot(connection) }
          try BatchWriter(connection: connection, boot: boot).write(batch)
          hostler_crash_point("agent-before-commit")
          return boot
        }
        hostler_crash_point("agent-after-commit")
      }
    } catch {
      throw StoreFailure(error)
    }
  }

  /// Notes who writes; not done on opening, so that a full disk does not keep an agent from opening.
  private func enterBoot(_ connection: SQLiteConnection) throws(SQLiteError) -> Int64 {
    try connection.run(
      "INSERT INTO meta VALUES ('last_opened_by', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      .text(opener.version))
    try connection.run("INSERT INTO boots (boot_id) VALUES (?) ON CONFLICT DO NOTHING", .text(opener.bootID))
    return try connection.integer("SELECT number FROM boots WHERE boot_id = ?", .text(opener.bootID)) ?? 0
  }
}

/// Writes the changes of a batch within a transaction.
private struct BatchWriter {
  let connection: SQLiteConnection
  let boot: Int64

  func write(_ batch: StateBatch) throws(SQLiteError) {
    // What goes, goes first: a definition that nobody needed may have come back under the same key.
    for id in batch.removals { try connection.run("DELETE FROM allocations WHERE id = ?", .text(id)) }
    for key in batch.obsoleteDefinitions {
      try connection.run(
        "DELETE FROM jobs WHERE namespace = ? AND id = ? AND version = ?", .text(key.namespace),
        .text(key.id),
        .integer(key.version))
    }
    for (key, definition) in batch.definitions { try write(key, definition) }
    for placement in batch.placements { try write(placement) }
    for (id, record) in batch.allocations { try write(record, of: id) }
    for (key, record) in batch.tasks { try write(record, of: key) }
    for (key, registration) in batch.registrations { try write(registration, of: key) }
    if let ceiling = batch.indexCeiling {
      try connection.run(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        .text(Schema.indexCeiling), .text(String(ceiling)))
    }
  }

  private func write(_ key: StateBatch.JobKey, _ definition: StateBatch.Definition) throws(SQLiteError) {
    try connection.run(
      """
      INSERT INTO jobs (namespace, id, version, type, artifact_base, digest, definition)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      .text(key.namespace), .text(key.id), .integer(key.version), .text(definition.type.rawValue),
      .text(definition.artifactBase), .bytes(definition.digest), .bytes(definition.bytes))
  }

  private func write(_ placement: StateBatch.Placement) throws(SQLiteError) {
    try connection.run(
      """
      INSERT INTO allocations (id, namespace, job, version, task_group, place, placement)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      .text(placement.id), .text(placement.job.namespace), .text(placement.job.id),
      .integer(placement.job.version), .text(placement.group), .integer(placement.index),
      .bytes(placement.record?.storedBytes))
  }

  private func write(_ registration: JobRegistration?, of key: JobKey) throws(SQLiteError) {
    guard let registration, let version = registration.versions.first?.number else {
      return try connection.run(
        "DELETE FROM registrations WHERE namespace = ? AND id = ?", .text(key.namespace), .text(key.id))
    }
    try connection.run(
      "INSERT OR REPLACE INTO registrations (namespace, id, version, is_stopped, record) VALUES (?, ?, ?, ?, ?)",
      .text(key.namespace), .text(key.id), .integer(version), .flag(registration.isStopped),
      .bytes(registration.storedBytes))
  }

  private func write(_ record: AllocationRecord, of id: String) throws(SQLiteError) {
    try connection.run(
      "UPDATE allocations SET began_at = ?, is_stopping = ?, has_ended = ?, record = ? WHERE id = ?",
      .integer(record.beganAt.nanosecondsSinceEpoch), .flag(record.stop != nil), .flag(record.ended),
      .bytes(record.storedBytes), .text(id))
  }

  private func write(_ record: TaskRecord, of key: StateBatch.TaskKey) throws(SQLiteError) {
    try connection.run(
      """
      INSERT OR REPLACE INTO tasks (
        allocation, name, state, failed, exit_code, restarts, position, intent, invocation, handle, started_at,
        finished_at, boot, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .text(key.allocation), .text(key.task), .text(record.state.phase.rawValue), .flag(record.state.failed),
      .integer(record.exitCode), .integer(record.state.restarts), .text(record.position.storedName),
      .text(record.intent.storedName), .integer(Int64(record.invocation.rawValue)),
      .bytes(record.handle?.driverState), .integer(record.state.startedAt?.nanosecondsSinceEpoch),
      .integer(record.state.finishedAt?.nanosecondsSinceEpoch), .integer(boot), .bytes(record.storedBytes))
  }
}

extension TaskRecord {
  /// The code of the last exit that is known, or nil.
  public var exitCode: Int? {
    if case .exited(let result) = position { return result.exitCode }
    let last = state.events.last { $0.kind == .terminated }
    return last?.details["exit_code"].flatMap { Int($0) }
  }
}
