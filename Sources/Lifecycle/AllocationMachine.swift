/// Runs one allocation: every decision about its tasks, and none of the work.
///
/// Feed it events, perform the effects it gives back in their order. It is a value: copy it, compare
/// it, throw it away and make it again from records.
public struct AllocationMachine: Hashable, Sendable {
  /// One task as it can be seen from outside.
  public struct Task: Hashable, Sendable {
    /// The task's name.
    public var name: String
    /// What can be seen of it.
    public var state: TaskState
  }

  /// The plan that it follows.
  public let plan: AllocationPlan

  /// A machine for an allocation that has not run.
  public init(plan: AllocationPlan) {
    self.plan = plan
  }

  /// A machine for an allocation that ran before the agent went away.
  public init(plan: AllocationPlan, restoring restored: RestoredAllocation) {
    self.plan = plan
  }

  /// Takes an event in and gives back what is to be done.
  public mutating func handle(_ event: AllocationEvent, at now: Timestamp) -> [AllocationEffect] {
    var effects: [AllocationEffect] = []
    handle(event, at: now, into: &effects)
    return effects
  }

  /// As ``handle(_:at:)``, adding to a list that the caller uses again and again.
  public mutating func handle(
    _ event: AllocationEvent, at now: Timestamp, into effects: inout [AllocationEffect]
  ) {
  }

  /// The tasks, in the order of the plan.
  public var tasks: [Task] { plan.tasks.map { Task(name: $0.name, state: TaskState()) } }

  /// What can be seen of one task, without looking at the others.
  public func state(of task: TaskIndex) -> TaskState { TaskState() }

  /// What clients know of the allocation.
  public var clientStatus: ClientStatus { .pending }

  /// `clientStatus` in words.
  public var clientDescription: String { "No tasks have started" }

  /// Whether every task is complete; nothing will run again.
  public var hasEnded: Bool { false }
}
