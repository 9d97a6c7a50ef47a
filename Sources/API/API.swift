import Agent
import Lifecycle
import Logging

/// What handlers work with.
struct API: Sendable {
  /// The agent.
  let agent: HostAgent
  /// This host as a node.
  let node: NodeState
  /// Who may do what; nil when everybody may do everything.
  let access: KeptValue<AccessList>?
  /// Whether this host takes allocations, kept from one agent to the next.
  let availability: KeptValue<NodeAvailability>
  /// Pairs that jobs and people keep.
  let variables: KeptValue<VariableList>
  /// The version of the program.
  let version: String
  /// When the agent was started.
  let startedAt: Timestamp
  /// Says what the API does.
  let log: Logger

  /// The jobs.
  var jobs: JobTable { agent.jobs }
}
