import Foundation
import GRDB
import Jobs
public import Lifecycle
import Synchronization

extension StateDatabase {
  /// Makes a batch durable, all of it or nothing.
  public func write(_ batch: StateBatch) throws(StoreFailure) {
    do {
      let known = boot.withLock { $0 }
      let number = try queue.write { database in
        let number = try known ?? self.enterBoot(database)
        try BatchWriter(database: database, boot: number).write(batch)
        return number
      }
      boot.withLock { $0 = number }
    } catch {
      throw StoreFailure(error)
    }
  }

  /// Notes who writes; not done on opening, so that a full disk does not keep an agent from opening.
  private func enterBoot(_ database: Database) throws -> Int64 {
    try database.execute(
      sql: "INSERT INTO meta VALUES ('last_opened_by', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      arguments: [opener.version])
    try database.execute(
      sql: "INSERT INTO boots (boot_id) VALUES (?) ON CONFLICT DO NOTHING", arguments: [opener.bootID])
    return try Int64.fetchOne(
      database, sql: "SELECT number FROM boots WHERE boot_id = ?", arguments: [opener.bootID]) ?? 0
  }
}

/// Writes the changes of a batch within a transaction.
private struct BatchWriter {
  let database: Database
  let boot: Int64

  func write(_ batch: StateBatch) throws {
    // What goes, goes first: a definition that nobody needed may have come back under the same key.
    for id in batch.removals {
      try run("DELETE FROM allocations WHERE id = ?", id)
    }
    for key in batch.obsoleteDefinitions {
      try run(
        "DELETE FROM jobs WHERE namespace = ? AND id = ? AND version = ?", key.namespace, key.id, key.version)
    }
    for (key, definition) in batch.definitions { try write(key, definition) }
    for placement in batch.placements { try write(placement) }
    for (id, record) in batch.allocations { try write(record, of: id) }
    for (key, record) in batch.tasks { try write(record, of: key) }
  }

  private func run(_ sql: String, _ values: (any DatabaseValueConvertible)?...) throws {
    try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
  }

  private func write(_ key: StateBatch.JobKey, _ definition: StateBatch.Definition) throws {
    try run(
      """
      INSERT INTO jobs (namespace, id, version, type, artifact_base, digest, definition)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      key.namespace, key.id, key.version, definition.type.rawValue, definition.artifactBase,
      Data(definition.digest), Data(definition.bytes))
  }

  private func write(_ placement: StateBatch.Placement) throws {
    try run(
      """
      INSERT INTO allocations (id, namespace, job, version, task_group, place)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      placement.id, placement.job.namespace, placement.job.id, placement.job.version, placement.group,
      placement.index)
  }

  private func write(_ record: AllocationRecord, of id: String) throws {
    try run(
      "UPDATE allocations SET began_at = ?, is_stopping = ?, has_ended = ?, record = ? WHERE id = ?",
      record.beganAt.nanosecondsSinceEpoch, record.stop != nil, record.ended, Data(record.storedBytes), id)
  }

  private func write(_ record: TaskRecord, of key: StateBatch.TaskKey) throws {
    try run(
      """
      INSERT OR REPLACE INTO tasks (
        allocation, name, state, failed, exit_code, restarts, position, intent, invocation, handle, started_at,
        finished_at, boot, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      key.allocation, key.task, record.state.phase.rawValue, record.state.failed, record.exitCode,
      record.state.restarts, record.position.storedName, record.intent.storedName,
      Int64(record.invocation.rawValue), record.handle.map { Data($0.driverState) },
      record.state.startedAt?.nanosecondsSinceEpoch, record.state.finishedAt?.nanosecondsSinceEpoch, boot,
      Data(record.storedBytes))
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
