import HCL
import Lifecycle

extension TaskState {
  /// The state as clients read it.
  var json: JSON {
    [
      "Events": .array(events.map(\.json)), "Failed": .bool(failed), "FinishedAt": .time(finishedAt),
      "LastRestart": .time(lastRestart), "Paused": .string(""), "Restarts": .number(restarts),
      "StartedAt": .time(startedAt), "State": .string(phase.rawValue),
    ]
  }
}

extension TaskEvent {
  /// The event as clients read it: beside the pairs, each has a member of its own for older ones.
  var json: JSON {
    let signal = details["signal"].flatMap { Int64($0) }
    return [
      "Details": .pairs(details), "DiskLimit": .int(0), "DisplayMessage": .string(message),
      "DownloadError": detail("download_error"), "DriverError": detail("driver_error"),
      "DriverMessage": detail("driver_message"), "ExitCode": number("exit_code"),
      "FailedSibling": detail("failed_sibling"), "FailsTask": .bool(details["fails_task"] == "true"),
      "GenericSource": .string(""), "KillError": detail("kill_error"), "KillReason": detail("kill_reason"),
      "KillTimeout": details["kill_timeout"].flatMap { try? Duration(goSyntax: $0) }
        .map { .duration($0) } ?? .int(0),
      "Message": detail(kind == .terminated ? "exit_message" : "message"),
      "RestartReason": detail("restart_reason"), "SetupError": detail("setup_error"),
      "Signal": .int(signal ?? 0), "StartDelay": number("start_delay"),
      "TaskSignal": kind == .signaling ? detail("signal") : detail("task_signal"),
      "TaskSignalReason": detail("task_signal_reason"), "Time": .nanoseconds(time),
      "Type": .string(kind.rawValue), "ValidationError": detail("validation_error"),
      "VaultError": .string(""),
    ]
  }

  private func detail(_ name: String) -> JSON { .string(details[name] ?? "") }

  private func number(_ name: String) -> JSON { .int(details[name].flatMap { Int64($0) } ?? 0) }
}
