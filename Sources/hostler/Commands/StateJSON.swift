import HCL
import Jobs
import Lifecycle
import State

/// What a state file holds, for programs. Times are nanoseconds since 1970, handles hexadecimal.
struct StateJSON {
  private let contents: StateContents
  private let path: String

  init(_ contents: StateContents, path: String) {
    self.contents = contents
    self.path = path
  }

  var text: String {
    jsonText(
      .object([
        "path": .string(path), "schema": number(contents.schema),
        "meta": .object(contents.meta.mapValues { .string($0) }),
        "jobs": .tuple(contents.jobs.map(value)),
        "unreadable": .tuple(contents.unreadable.map { .string($0.description) }),
      ]))
  }

  private func number(_ value: Int?) -> Value { value.map { .number(Number($0)) } ?? .null }

  private func time(_ value: Timestamp?) -> Value { number(value.map { Int($0.nanosecondsSinceEpoch) }) }

  private func value(_ job: StoredJob) -> Value {
    .object([
      "namespace": .string(job.job.namespace), "id": .string(job.job.id), "version": number(job.version),
      "type": .string(job.job.type.rawValue), "artifact_base": .string(job.artifactBase),
      "allocations": .tuple(job.allocations.map(value)),
    ])
  }

  private func value(_ allocation: StoredAllocation) -> Value {
    .object([
      "id": .string(allocation.id), "group": .string(allocation.group), "index": number(allocation.index),
      "began_at": time(allocation.record?.beganAt), "stopping": .bool(allocation.record?.stop != nil),
      "ended": .bool(allocation.record?.ended ?? false), "tasks": .tuple(allocation.tasks.map(value)),
    ])
  }

  private func value(_ task: StoredTask) -> Value {
    let record = task.record
    return .object([
      "name": .string(task.name), "state": .string(record.state.phase.rawValue),
      "failed": .bool(record.state.failed), "exit_code": number(record.exitCode),
      "restarts": number(record.state.restarts), "position": .string(record.position.storedName),
      "intent": .string(record.intent.storedName), "invocation": number(Int(record.invocation.rawValue)),
      "handle": record.handle.map { .string(hexadecimal($0.driverState)) } ?? .null,
      "handle_version": number(record.handle.map { Int($0.version) }), "boot_id": .string(task.bootID),
      "started_at": time(record.state.startedAt), "finished_at": time(record.state.finishedAt),
      "events": .tuple(record.state.events.map(value)),
    ])
  }

  private func value(_ event: TaskEvent) -> Value {
    .object([
      "event": .string(event.kind.rawValue), "time": time(event.time), "message": .string(event.message),
      "details": .object(event.details.mapValues { .string($0) }),
    ])
  }
}
