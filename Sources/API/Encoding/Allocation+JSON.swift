import Agent
import Jobs
import Lifecycle
import Runner

extension AllocationSnapshot {
  /// The allocation as lists show it.
  ///
  /// - Parameters:
  ///   - node: This host.
  ///   - withResources: Whether what it may use is told.
  ///   - withTasks: Whether the tasks' states are told.
  func stub(on node: NodeState, withResources: Bool = false, withTasks: Bool = true) -> JSON {
    let stub: JSON = [
      "ClientDescription": .string(statusDescription), "ClientStatus": .string(status.rawValue),
      "CreateIndex": .number(createIndex), "CreateTime": .nanoseconds(createdAt),
      "DeploymentStatus": .null, "DesiredDescription": .string(desiredDescription),
      "DesiredStatus": .string(desired.rawValue), "DesiredTransition": transition,
      "EvalID": .string(evaluation), "FollowupEvalID": .string(""), "ID": .string(id),
      "JobID": .string(identity.job.id), "JobType": .string(identity.job.type.rawValue),
      "JobVersion": .number(jobVersion), "ModifyIndex": .number(modifyIndex),
      "ModifyTime": .nanoseconds(modifiedAt), "Name": .string(identity.name),
      "Namespace": .string(identity.job.namespace), "NextAllocation": .string(next ?? ""),
      "NodeID": .string(node.id), "NodeName": .string(node.name), "PreemptedAllocations": .null,
      "PreemptedByAllocation": .string(""), "RescheduleTracker": rescheduleTracker,
      "TaskGroup": .string(identity.group.name), "TaskStates": withTasks ? taskStates : .null,
    ]
    guard withResources else { return stub }
    return stub.adding([JSON.Member("AllocatedResources", allocatedResources)])
  }

  /// The allocation with everything.
  ///
  /// - Parameter withJob: Whether the job is told, as it was when the allocation was placed.
  func json(on node: NodeState, withJob: Bool = true) -> JSON {
    var members: [JSON.Member] = [
      JSON.Member("AllocModifyIndex", .number(allocModifyIndex)),
      JSON.Member("AllocatedResources", allocatedResources),
      JSON.Member("ClientDescription", .string(statusDescription)),
      JSON.Member("ClientStatus", .string(status.rawValue)),
      JSON.Member("CreateIndex", .number(createIndex)), JSON.Member("CreateTime", .nanoseconds(createdAt)),
      JSON.Member("DeploymentID", .string("")),
      JSON.Member("DeploymentStatus", .null), JSON.Member("DesiredStatus", .string(desired.rawValue)),
      JSON.Member("DesiredTransition", transition), JSON.Member("EvalID", .string(evaluation)),
      JSON.Member("ID", .string(id)), JSON.Member("JobID", .string(identity.job.id)),
      JSON.Member("Metrics", PlacementMetrics.placed(on: node).json),
      JSON.Member("ModifyIndex", .number(modifyIndex)), JSON.Member("ModifyTime", .nanoseconds(modifiedAt)),
      JSON.Member("Name", .string(identity.name)), JSON.Member("Namespace", .string(identity.job.namespace)),
      JSON.Member(
        "NetworkStatus",
        [
          "Address": .string(""), "AddressIPv6": .string(""), "DNS": .null, "InterfaceName": .string(""),
        ]),
      JSON.Member("NodeID", .string(node.id)), JSON.Member("NodeName", .string(node.name)),
      JSON.Member("Resources", ResourceSums(identity.group.tasks, diskMB: diskMB).json),
      JSON.Member("SharedResources", ResourceSums([], diskMB: diskMB).json),
      JSON.Member("SigningKeyID", .string("")), JSON.Member("TaskGroup", .string(identity.group.name)),
      JSON.Member("TaskResources", tasks { ResourceSums([$0], diskMB: 0).json }),
      JSON.Member("TaskStates", taskStates),
    ]
    if withJob { members.append(JSON.Member("Job", jobJSON)) }
    if !desiredDescription.isEmpty {
      members.append(JSON.Member("DesiredDescription", .string(desiredDescription)))
    }
    if let next { members.append(JSON.Member("NextAllocation", .string(next))) }
    if let previous { members.append(JSON.Member("PreviousAllocation", .string(previous))) }
    if !attempts.isEmpty { members.append(JSON.Member("RescheduleTracker", rescheduleTracker)) }
    return .object(members)
  }

  /// The job as it was when the allocation was placed.
  private var jobJSON: JSON {
    .value(
      identity.job.json(
        .stored,
        standing: JobStanding(
          version: jobVersion, status: "pending",
          submittedAt: Int(createdAt.nanosecondsSinceEpoch), createIndex: Int(clamping: createIndex),
          modifyIndex: Int(clamping: createIndex), jobModifyIndex: Int(clamping: createIndex))))
  }

  private var diskMB: Int { identity.group.ephemeralDisk.sizeMB }

  /// The states of all tasks, also of those that nothing has happened to yet.
  private var taskStates: JSON {
    tasks.isEmpty ? .null : tasks { (tasks[$0.name] ?? TaskState()).json }
  }

  private func tasks(_ json: (Job.Task) -> JSON) -> JSON {
    .object(identity.group.tasks.map { JSON.Member($0.name, json($0)) })
  }

  private var rescheduleTracker: JSON {
    guard !attempts.isEmpty else { return .null }
    return [
      "Events": .array(
        attempts.map { attempt in
          [
            "Delay": .duration(attempt.delay), "PrevAllocID": .string(attempt.previous),
            "PrevNodeID": .string(""), "RescheduleTime": .nanoseconds(attempt.time),
          ]
        })
    ]
  }

  private var allocatedResources: JSON {
    [
      "Shared": ["DiskMB": .number(diskMB), "Networks": .null, "Ports": .null],
      "TaskLifecycles": tasks { task in
        task.lifecycle.map { hook in
          ["Hook": .string(hook.stage.rawValue), "Sidecar": .bool(hook.sidecar)]
        } ?? .null
      },
      "Tasks": tasks { task in
        [
          "Cpu": ["CpuShares": .number(task.resources.cpuMHz), "ReservedCores": .null], "Devices": .null,
          "Memory": [
            "MemoryMB": .number(task.resources.memoryMB),
            "MemoryMaxMB": .number(task.resources.memoryMaxMB ?? 0),
          ], "Networks": .null,
        ]
      },
    ]
  }

  /// What somebody asked of the allocation beside its job.
  private var transition: JSON {
    let isStopped: JSON = desired == .stop ? .bool(true) : .null
    let isQuick: JSON = desired == .stop ? .bool(false) : .null
    return [
      "ForceReschedule": .null, "Migrate": isStopped, "MigrateDisablePlacement": .null,
      "NoShutdownDelay": isQuick, "Reschedule": isQuick,
    ]
  }
}

/// What tasks may use together, as older clients read it.
struct ResourceSums {
  var cpuMHz = 0
  var cores = 0
  var memoryMB = 0
  var memoryMaxMB = 0
  var diskMB: Int

  init(_ tasks: [Job.Task], diskMB: Int) {
    self.diskMB = diskMB
    for task in tasks {
      cpuMHz += task.resources.cpuMHz
      cores += task.resources.cores
      memoryMB += task.resources.memoryMB
      memoryMaxMB += task.resources.memoryMaxMB ?? (tasks.count > 1 ? task.resources.memoryMB : 0)
    }
  }

  var json: JSON {
    [
      "CPU": .number(cpuMHz), "Cores": .number(cores), "Devices": .null, "DiskMB": .number(diskMB),
      "IOPS": .int(0), "MemoryMB": .number(memoryMB), "MemoryMaxMB": .number(memoryMaxMB), "NUMA": .null,
      "Networks": .null, "SecretsMB": .int(0),
    ]
  }
}

/// How a group was placed, or why not, as a scheduler of many hosts would tell it.
struct PlacementMetrics {
  /// What this host lacks; nil when there is nothing in the way.
  var refusal: String?
  var datacenter: String
  var nodeID: String

  static func placed(on node: NodeState) -> PlacementMetrics {
    PlacementMetrics(refusal: nil, datacenter: node.datacenter, nodeID: node.id)
  }

  var json: JSON {
    let isPlaced = refusal == nil
    return [
      "AllocationTime": .int(0), "ClassExhausted": .null, "ClassFiltered": .null,
      "CoalescedFailures": .int(0),
      "ConstraintFiltered": .null,
      "DimensionExhausted": refusal.map { [$0: 1] }.map { .map($0) { .int($0) } } ?? .null,
      "NodePool": .string("default"), "NodesAvailable": .object([JSON.Member(datacenter, .int(1))]),
      "NodesEvaluated": .int(1), "NodesExhausted": .int(isPlaced ? 0 : 1), "NodesFiltered": .int(0),
      "NodesInPool": .int(1), "QuotaExhausted": .null, "ResourcesExhausted": .null,
      "ScoreMetaData": isPlaced
        ? [["NodeID": .string(nodeID), "NormScore": .double(1), "Scores": ["binpack": .double(1)]]] : .null,
      "Scores": .null,
    ]
  }
}
