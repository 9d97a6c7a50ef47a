internal import CSpawn

#if canImport(Glibc)
  import Glibc
#endif

/// The descriptors that a new process gets as 0, 1 and 2, and perhaps as 3.
struct StandardDescriptors {
  var input: Int32
  var output: Int32
  var error: Int32
  /// What it gets as 3, or -1 for nothing.
  var passed: Int32 = -1
}

/// A process that was just started.
struct SpawnedProcess {
  var pid: Int32
  /// Owned by whoever holds this value.
  var pidfd: Int32
  /// Whether it could hand out its own pidfd.
  var isAnnounced: Bool
}

/// Where a new process says that it exists, before anything of its program runs.
struct SpawnTrace {
  /// Memory that outlives this process.
  var record: UnsafeMutablePointer<hostler_task_record>?
  /// A socket for its pidfd, or -1.
  var socket: Int32 = -1
  /// What goes with the pidfd.
  var announcement: UInt64 = 0
}

extension Command {
  /// Starts the command as the leader of a new session.
  ///
  /// A program that was just written can be busy for a moment: processes that are being started elsewhere in
  /// this process hold a copy of the descriptor it was written through, until they run their own program.
  /// So that is tried again a few times.
  ///
  /// - Parameters:
  ///   - descriptors: what it reads from and writes to.
  ///   - controlGroup: a descriptor of the cgroup directory to start in, or -1.
  ///   - trace: where the process says that it exists.
  /// - Throws: `SupervisionError` naming the step that failed; nothing is left of the process then.
  func spawn(
    descriptors: StandardDescriptors, controlGroup: Int32, trace: SpawnTrace = SpawnTrace()
  ) throws(SupervisionError) -> SpawnedProcess {
    var pauseMilliseconds: Int32 = 1
    while true {
      let result = spawnOnce(descriptors, controlGroup, trace)
      if result.step == HOSTLER_SPAWN_OK {
        return SpawnedProcess(pid: result.pid, pidfd: result.pidfd, isAnnounced: result.announced != 0)
      }
      guard result.step == HOSTLER_SPAWN_EXEC, result.error == ETXTBSY, pauseMilliseconds <= 64 else {
        throw error(of: result)
      }
      _ = poll(nil, 0, pauseMilliseconds)
      pauseMilliseconds *= 2
    }
  }

  private func spawnOnce(
    _ descriptors: StandardDescriptors, _ controlGroup: Int32, _ trace: SpawnTrace
  ) -> hostler_spawn_result {
    let limits = limits.map { hostler_spawn_limit(resource: $0.number, soft: $0.soft, hard: $0.hard) }
    let groups = credentials?.groups ?? []
    var result = hostler_spawn_result()
    _ = CStringBlock(arguments).withPointers { arguments in
      CStringBlock(environment).withPointers { environment in
        program.withCString { program in
          workingDirectory.withCString { directory in
            limits.withUnsafeBufferPointer { limits in
              groups.withUnsafeBufferPointer { groups in
                var request = hostler_spawn_request()
                request.program = program
                request.arguments = arguments
                request.environment = environment
                request.directory = directory
                request.standard_input = descriptors.input
                request.standard_output = descriptors.output
                request.standard_error = descriptors.error
                request.passed = descriptors.passed
                request.cgroup = controlGroup
                request.record = trace.record
                request.announce_to = trace.socket
                request.announcement = trace.announcement
                request.limits = limits.baseAddress
                request.limit_count = limits.count
                if let credentials {
                  request.change_user = 1
                  request.user_id = credentials.userID
                  request.group_id = credentials.groupID
                  request.groups = groups.baseAddress
                  request.group_count = groups.count
                }
                if let oomScoreAdjustment {
                  request.set_oom_score = 1
                  request.oom_score = Int32(clamping: oomScoreAdjustment)
                }
                return hostler_spawn(&request, &result)
              }
            }
          }
        }
      }
    }
    return result
  }

  private func error(of result: hostler_spawn_result) -> SupervisionError {
    let reason = describe(errno: result.error)
    let passing: Set<Int32> = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY]
    let kind: SupervisionError.Kind = passing.contains(result.error) ? .outOfResources : .invalidCommand
    func failure(_ sentence: String) -> SupervisionError {
      SupervisionError(kind: kind, description: "\(sentence): \(reason)")
    }
    switch result.step {
    case HOSTLER_SPAWN_EXEC:
      if result.error == ENOENT && access(program, F_OK) == 0 {
        return failure("cannot run \(program), its interpreter or loader is missing")
      }
      return failure("cannot run \(program)")
    case HOSTLER_SPAWN_DIRECTORY: return failure("cannot enter the working directory \(workingDirectory)")
    case HOSTLER_SPAWN_RESOURCE_LIMIT:
      let limit = limits[result.limit_index]
      return failure("cannot set the limit \(limit.name) to \(limit.soft):\(limit.hard)")
    case HOSTLER_SPAWN_OOM_SCORE: return failure("cannot set the OOM score to \(oomScoreAdjustment ?? 0)")
    case HOSTLER_SPAWN_GROUPS, HOSTLER_SPAWN_GROUP, HOSTLER_SPAWN_USER:
      return failure("cannot become user \(credentials?.userID ?? 0) group \(credentials?.groupID ?? 0)")
    case HOSTLER_SPAWN_CGROUP: return failure("cannot enter the task's cgroup")
    case HOSTLER_SPAWN_CLONE:
      return SupervisionError(kind: .outOfResources, description: "cannot make a process: \(reason)")
    default:
      return SupervisionError(
        kind: .systemCall, description: "cannot prepare a process (step \(result.step.rawValue)): \(reason)")
    }
  }
}
