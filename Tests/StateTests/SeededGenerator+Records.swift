import HCL
import Jobs
import Lifecycle

// Values of the model with every field at random.
extension SeededGenerator {
  mutating func job() -> Job {
    Job(
      id: text(), name: text(), type: pick(JobType.self), priority: integer(), region: text(),
      nodePool: text(), namespace: text(), datacenters: list(upTo: 2) { $0.text() }, meta: pairs(),
      groups: list(upTo: 2) { $0.group() })
  }

  mutating func group() -> Job.Group {
    Job.Group(
      name: text(), count: integer(), meta: pairs(), restart: restart(),
      reschedule: maybe { $0.reschedule() },
      ephemeralDisk: EphemeralDisk(sizeMB: integer(), migrate: flag(), sticky: flag()),
      shutdownDelay: duration(), tasks: list(upTo: 2) { $0.task() })
  }

  mutating func task() -> Job.Task {
    Job.Task(
      name: text(), driver: text(), config: value(depth: 3), env: pairs(), user: text(), meta: pairs(),
      lifecycle: maybe { LifecycleHook($0.pick(LifecycleHook.Stage.self), sidecar: $0.flag()) },
      leader: flag(), killTimeout: duration(), killSignal: text(), shutdownDelay: duration(),
      logs: LogConfiguration(maxFiles: integer(), maxFileSizeMB: integer(), disabled: flag()),
      resources: Resources(
        cpuMHz: integer(), cores: integer(), memoryMB: integer(), memoryMaxMB: maybe { $0.integer() }),
      restart: restart(), templates: list(upTo: 1) { $0.template() },
      artifacts: list(upTo: 1) { $0.artifact() }, range: range(),
      driverRange: range())
  }

  mutating func template() -> Template {
    Template(
      data: maybe { $0.text() }, source: maybe { $0.text() }, destination: text(), permissions: text(),
      env: flag(), changeMode: text(), range: range())
  }

  mutating func artifact() -> Artifact {
    var artifact = Artifact(
      source: text(), destination: text(), mode: text(), options: pairs(), range: range())
    artifact.sourceRange = range()
    return artifact
  }

  mutating func restart() -> RestartPolicy {
    RestartPolicy(
      attempts: integer(), interval: duration(), delay: duration(), mode: pick(RestartPolicy.Mode.self),
      renderTemplates: flag())
  }

  mutating func reschedule() -> ReschedulePolicy {
    ReschedulePolicy(
      attempts: integer(), interval: duration(), delay: duration(),
      delayFunction: pick(ReschedulePolicy.DelayFunction.self), maxDelay: duration(), unlimited: flag())
  }

  mutating func value(depth: Int) -> LocatedValue {
    let content: LocatedValue.Content
    switch number(0...(depth > 0 ? 5 : 3)) {
    case 0: content = .null
    case 1: content = .bool(flag())
    case 2: content = .number(decimal())
    case 3: content = .string(text())
    case 4: content = .list(list(upTo: 3) { $0.value(depth: depth - 1) })
    default:
      content = .object(
        list(upTo: 3) {
          LocatedValue.Entry(key: $0.text(), keyRange: $0.range(), value: $0.value(depth: depth - 1))
        })
    }
    return LocatedValue(content, range: range())
  }

  mutating func decimal() -> Number {
    switch number(0...2) {
    case 0: Number(integer())
    case 1: Number(Double(integer()) / 7) ?? 0
    default: Number(decimal: "\(integer()).\(number(0...999_999_999))") ?? 1
    }
  }

  mutating func range() -> SourceRange? {
    maybe {
      SourceRange(file: $0.flag() ? "a.hcl" : "b c.hcl", start: $0.position(), end: $0.position())
    }
  }

  mutating func position() -> SourcePosition {
    SourcePosition(line: number(1...1000), column: number(1...200), byteOffset: number(0...100_000))
  }

  // MARK: Lifecycle

  mutating func time() -> Timestamp { Timestamp(nanosecondsSinceEpoch: Int64(integer())) }

  mutating func exitResult() -> ExitResult {
    ExitResult(exitCode: maybe { $0.integer() }, signal: integer(), oomKilled: flag(), message: text())
  }

  mutating func taskRecord() -> TaskRecord {
    var state = TaskState()
    state.phase = pick(TaskState.Phase.self)
    state.failed = flag()
    state.restarts = integer()
    state.lastRestart = maybe { $0.time() }
    state.startedAt = maybe { $0.time() }
    state.finishedAt = maybe { $0.time() }
    for _ in 0..<number(0...60) {
      state.append(TaskEvent(pick(TaskEvent.Kind.self), at: time(), message: text(), details: pairs()))
    }
    let positions: [TaskRecord.Position] = [
      .waiting, .backingOff(until: time()), .starting, .running, .exited(exitResult()),
      .startFailed(recoverable: flag()), .dead, .complete,
    ]
    let intents: [TaskRecord.Intent] = [.run, .restart, .kill]
    return TaskRecord(
      state: state, position: positions[number(0...(positions.count - 1))], intent: intents[number(0...2)],
      invocation: Invocation(UInt32.random(in: .min ... .max, using: &self)),
      handle: maybe { generator in
        TaskHandle(
          driverState: generator.list(upTo: 40) { UInt8.random(in: .min ... .max, using: &$0) },
          version: UInt32.random(in: .min ... .max, using: &generator))
      },
      restartCount: integer(), restartIntervalStart: maybe { $0.time() }, directoryBuilt: flag())
  }

  mutating func allocationRecord() -> AllocationRecord {
    AllocationRecord(
      beganAt: time(),
      stop: maybe { generator in
        let urgencies: [StopRequest.Urgency] = [.graceful, .withoutDelay, .immediate]
        return StopRequest(
          urgency: urgencies[generator.number(0...2)], reason: generator.text(),
          skipsPoststop: generator.flag())
      },
      isRestarting: flag(), ended: flag())
  }
}
