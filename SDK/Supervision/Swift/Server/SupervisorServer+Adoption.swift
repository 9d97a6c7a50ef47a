internal import CCrashPoint
internal import CSpawn
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

// What an earlier supervisor left: its tasks run on, and belong to this one from now on.
extension SupervisorServer {
  /// Takes over every task of the table.
  func adoptAll() {
    for slot in table.found {
      adopt(slot)
      hostler_crash_point("supervisor-while-adopting")
    }
  }

  private func adopt(_ slot: TaskSlot) {
    let id = slot.id
    switch settledState(of: slot) {
    case UInt32(HOSTLER_RECORD_RUNNING):
      // A kernel that told the child no birth leaves only the number: not enough to know it by.
      let handle = slot.identity.map {
        TaskHandle(
          process: $0, startedAtNanoseconds: slot.record.pointee.started_at, controlGroup: nil)
      }
      let task = handle.map(engine.recover)
      if let task { moveOutput(of: task, slot) }
      take(task, handle: handle, id, slot)
    case UInt32(HOSTLER_RECORD_EXITED):
      // Its output may not have been moved: whoever took note of its end may have been waiting for the pipes.
      let task = SupervisedTask(ended: slot.exit, controlGroup: nil)
      moveOutput(of: task, slot)
      let state = Entry.State.ended(slot.exit, atNanoseconds: slot.record.pointee.exited_at, task)
      insert(id, Entry(slot: slot, state: state, handle: [], isClaimed: false))
    case UInt32(HOSTLER_RECORD_FAILED):
      let state = Entry.State.failed(
        step: slot.record.pointee.failed_step, error: slot.record.pointee.failed_error)
      insert(id, Entry(slot: slot, state: state, handle: [], isClaimed: false))
    default: table.release(slot)
    }
  }

  /// Goes on moving a task's output at once, where it is known how: nobody else may hold its pipes by now.
  private func moveOutput(of task: SupervisedTask, _ slot: TaskSlot) {
    guard let logs = slot.logs, let pipes = OutputPipes(opening: logs, taskID: slot.id) else { return }
    do throws(SupervisionError) {
      try engine.attach(pipes, logs, to: task)
    } catch {
      ServerLog.write("the output of \(slot.id) waits for its driver: \(error)")
    }
  }

  /// A task whose supervisor went away between making its process and that process writing down that it
  /// exists is about to do so: it needs no more of this machine than to be let run once. A process that never
  /// came into being writes nothing.
  private func settledState(of slot: TaskSlot) -> UInt32 {
    for _ in 0..<50 where slot.state == UInt32(HOSTLER_RECORD_STARTING) {
      _ = poll(nil, 0, 1)
    }
    return slot.state
  }

  private func take(_ task: SupervisedTask?, handle: TaskHandle?, _ id: String, _ slot: TaskSlot) {
    guard let task, task.condition() == .running else {
      let exit = TaskExit.unknown(reason: "it ended while no supervisor watched it")
      slot.end(exit, atNanoseconds: 0)
      let state = Entry.State.ended(exit, atNanoseconds: 0, task)
      return insert(id, Entry(slot: slot, state: state, handle: handle?.bytes ?? [], isClaimed: false))
    }
    insert(
      id,
      Entry(slot: slot, state: .running(task, watch: nil), handle: handle?.bytes ?? [], isClaimed: false))
    watch(task, id)
  }

  private func insert(_ id: String, _ entry: Entry) {
    state.withLock { $0.entries[id] = entry }
  }

  /// Takes over a task that the table does not have, by what its driver remembers of it.
  func adopt(_ handle: TaskHandle, _ id: String, _ logs: TaskLogs?) {
    do throws(SupervisionError) {
      let slot = try table.claim(id: id, logs: logs)
      slot.record.pointee.pid = handle.process.pid
      slot.record.pointee.birth = handle.process.birth
      slot.record.pointee.birth_kind = handle.process.birthKind.rawValue
      slot.record.pointee.started_at = handle.startedAtNanoseconds
      slot.set(HOSTLER_RECORD_RUNNING)
      take(engine.recover(handle), handle: handle, id, slot)
    } catch {
      ServerLog.write("\(id) cannot be watched: \(error)")
    }
  }
}
