internal import CHostlerDriver

extension LoadedDriver {
  func inspect(_ taskID: String, detail: StatusDetail) throws(DriverError) -> TaskStatus {
    try quick(.inspect, taskID) { () throws(DriverError) in
      let inspect = try function(table.inspect, .inspect)
      return try status(.inspect, taskID, detail) { answer, message in
        taskID.withHostlerString { inspect(instance, $0, answer, message) }
      }
    }
  }

  /// Lets a function of the driver fill in a status, and reads it.
  @inline(__always)
  func status(
    _ call: DriverCall, _ taskID: String, _ detail: StatusDetail,
    _ body: (UnsafeMutablePointer<hostler_task_status>, hostler_sink) -> hostler_status
  ) throws(DriverError) -> TaskStatus {
    var answer = hostler_task_status()
    answer.size = MemoryLayout<hostler_task_status>.size
    var error = ByteCollector()
    var message = ByteCollector()
    var attributes = PairCollector()
    let code = withUnsafeMutablePointer(to: &error) { error in
      withUnsafeMutablePointer(to: &message) { message in
        withUnsafeMutablePointer(to: &attributes) { attributes in
          if detail == .full {
            answer.message = hostler_sink(message)
            answer.attributes = hostler_pair_sink(attributes)
          }
          return body(&answer, hostler_sink(error))
        }
      }
    }
    try check(code, error, call, taskID)
    var status = TaskStatus(
      state: try state(answer, call, taskID), startedAtNanoseconds: answer.started_at,
      exitedAtNanoseconds: answer.exited_at)
    if detail == .full {
      status.message = message.sentence
      status.attributes = attributes.pairs
    }
    return status
  }

  @inline(__always)
  private func state(
    _ answer: hostler_task_status, _ call: DriverCall, _ taskID: String
  ) throws(DriverError) -> TaskStatus.State {
    switch Int(answer.state) {
    case HOSTLER_TASK_RUNNING: return .running
    case HOSTLER_TASK_UNKNOWN: return .unknown
    case HOSTLER_TASK_EXITED:
      return .exited(
        ExitStatus(
          code: answer.exit_code, signal: answer.exit_signal, wasOutOfMemory: answer.oom_killed != 0,
          isUnknown: answer.exit_unknown != 0))
    default: throw error(.protocolViolation(.inspect), call, taskID, "\(answer.state) is no state of a task")
    }
  }

  /// A new descriptor that turns readable when the task has ended: the caller's, if it is one at all.
  func waitDescriptor(of taskID: String) throws(DriverError) -> Int32 {
    try quick(.wait, taskID) { () throws(DriverError) in
      var descriptor: Int32 = -1
      let wait = try function(table.wait, .wait)
      var message = ByteCollector()
      let status = withUnsafeMutablePointer(to: &message) { message in
        taskID.withHostlerString { wait(instance, $0, &descriptor, hostler_sink(message)) }
      }
      try check(status, message, .wait, taskID)
      return descriptor
    }
  }

  func waitForExit(of taskID: String) async throws(DriverError) -> TaskStatus {
    let descriptor = try waitDescriptor(of: taskID)
    let violation = { (message: String) in
      self.error(.protocolViolation(.waitDescriptor), .wait, taskID, message)
    }
    switch await poller.wait(for: descriptor, owner: ObjectIdentifier(self)) {
    case .readable: break
    case .cancelled: throw error(.cancelled, .wait, taskID)
    case .ended: throw error(.notServing, .wait, taskID, "the driver was closed")
    case .refused(.notOpen): throw violation("descriptor \(descriptor) is not an open one of its own")
    case .refused(.notPollable): throw violation("descriptor \(descriptor) cannot be polled")
    case .refused(.alreadyPolled): throw violation("descriptor \(descriptor) was handed out before")
    case .refused(.outOfResources(let reason)): throw error(.recoverable, .wait, taskID, reason)
    }
    let status = try inspect(taskID, detail: .full)
    guard status.exit != nil else {
      throw violation("its descriptor says that the task has ended, and inspect that it has not")
    }
    return status
  }
}
