// How what is said about tasks goes through the socket.

extension TaskLogs {
  func write(to writer: inout MessageWriter) {
    for text in [directory, stdoutName, stderrName] { writer.write(text) }
    writer.write(maximumFileBytes)
    writer.write(maximumFiles)
    writer.write(isDisabled)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      directory: try reader.text(), stdoutName: try reader.text(), stderrName: try reader.text(),
      maximumFileBytes: try reader.number(), maximumFiles: try reader.number(), isDisabled: try reader.flag())
  }
}

extension TaskRequest {
  func write(to writer: inout MessageWriter) {
    let texts = [
      taskID, allocationID, jobID, jobName, groupName, taskName, namespace, nodeName, user,
      directories.allocation, directories.task, directories.local, directories.secrets, directories.temporary,
    ]
    for text in texts { writer.write(text) }
    writer.write(list: environment) { $0.write($1) }
    logs.write(to: &writer)
    for number in [
      resources.cpuMHz, resources.cores, resources.memoryBytes, resources.maximumMemoryBytes,
    ] { writer.write(number) }
    configuration.write(to: &writer)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    var texts: [String] = []
    for _ in 0..<14 { texts.append(try reader.text()) }
    let environment = try reader.list { (reader) throws(MessageError) in try reader.text() }
    self.init(
      taskID: texts[0], allocationID: texts[1], jobID: texts[2], jobName: texts[3], groupName: texts[4],
      taskName: texts[5], namespace: texts[6], nodeName: texts[7], environment: environment, user: texts[8],
      directories: Directories(
        allocation: texts[9], task: texts[10], local: texts[11], secrets: texts[12], temporary: texts[13]),
      logs: try TaskLogs(from: &reader),
      resources: TaskResources(
        cpuMHz: try reader.number(), cores: try reader.number(), memoryBytes: try reader.number(),
        maximumMemoryBytes: try reader.number()),
      configuration: try CheckedConfiguration(from: &reader, depth: 1))
  }
}

extension TaskStopRequest {
  func write(to writer: inout MessageWriter) {
    writer.write(optional: signal) { $0.write($1) }
    writer.write(isForced)
    writer.write(timeout.nanoseconds)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      signal: try reader.optional { (reader) throws(MessageError) in try reader.number() },
      isForced: try reader.flag(), timeout: .nanoseconds(try reader.number(Int64.self)))
  }
}

extension RecoverRequest {
  func write(to writer: inout MessageWriter) {
    writer.write(taskID)
    writer.write(handle)
    writer.write(handleVersion)
    writer.write(isReloading)
    logs.write(to: &writer)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      taskID: try reader.text(), handle: try reader.blob(), handleVersion: try reader.number(),
      isReloading: try reader.flag(), logs: try TaskLogs(from: &reader))
  }
}

extension StartedTask {
  func write(to writer: inout MessageWriter) {
    writer.write(handle)
    writer.write(handleVersion)
    writer.write(optional: network) { writer, network in
      writer.write(network.ip)
      writer.write(list: network.ports) { writer, port in
        writer.write(port.key)
        writer.write(port.value)
      }
    }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    self.init(
      handle: try reader.blob(), handleVersion: try reader.number(),
      network: try reader.optional { (reader) throws(MessageError) in
        let ip = try reader.text()
        let ports = try reader.list(limit: DriverABI.pairLimit) { (reader) throws(MessageError) in
          (try reader.text(), try reader.number(UInt16.self))
        }
        return Network(ip: ip, ports: Dictionary(ports) { _, later in later })
      })
  }
}

extension TaskStatus {
  func write(to writer: inout MessageWriter) {
    switch state {
    case .unknown: writer.write(UInt8(0))
    case .running: writer.write(UInt8(1))
    case .exited(let exit):
      writer.write(UInt8(2))
      writer.write(exit.code)
      writer.write(exit.signal)
      writer.write(exit.wasOutOfMemory)
      writer.write(exit.isUnknown)
    }
    writer.write(startedAtNanoseconds)
    writer.write(exitedAtNanoseconds)
    writer.write(message)
    writer.write(attributes)
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    let state: State
    switch try reader.number(UInt8.self) {
    case 0: state = .unknown
    case 1: state = .running
    case 2:
      state = .exited(
        ExitStatus(
          code: try reader.number(), signal: try reader.number(), wasOutOfMemory: try reader.flag(),
          isUnknown: try reader.flag()))
    case let code: throw MessageError("\(code) is no state of a task")
    }
    self.init(
      state: state, startedAtNanoseconds: try reader.number(), exitedAtNanoseconds: try reader.number(),
      message: try reader.text(), attributes: try reader.pairs())
  }
}
