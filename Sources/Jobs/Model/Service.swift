public import HCL

/// A service that a group or task offers.
public struct Service: Hashable, Sendable {
  /// The name it is found by.
  public var name: String = ""
  /// The label of its port, or a number.
  public var portLabel: String = ""
  /// Which address is told: `auto`, `host`, `alloc` or `driver`.
  public var addressMode: String = "auto"
  /// An address in place of it.
  public var address: String = ""
  /// Tags.
  public var tags: [String] = []
  /// Tags while the allocation is a canary.
  public var canaryTags: [String] = []
  /// Free-form pairs.
  public var meta: [String: String] = [:]
  /// Pairs while the allocation is a canary.
  public var canaryMeta: [String: String] = [:]
  /// Further addresses by tag.
  public var taggedAddresses: [String: String] = [:]
  /// Whether others may change the tags; a matter of Consul.
  public var enableTagOverride: Bool = false
  /// Whether checks count for the health of an update: `require_healthy`, `ignore_warnings` or `ignore`.
  public var onUpdate: String = "require_healthy"
  /// Who keeps it: `nomad` or `consul`.
  public var provider: String = "consul"
  /// The cluster of the provider.
  public var cluster: String = "default"
  /// The kind of a mesh service.
  public var kind: String = ""
  /// The task that the service belongs to, for a service of a group.
  public var taskName: String = ""
  /// What tells whether it is healthy.
  public var checks: [ServiceCheck] = []
  /// When failing checks restart a task, for checks that say nothing else.
  public var checkRestart: CheckRestart? = nil
  /// How much it counts in answers of Consul.
  public var weights: ServiceWeights? = nil
  /// The mesh, as written.
  public var connect: Value? = nil
  /// The identity, as written.
  public var identity: Value? = nil

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// What tells whether a service is healthy.
public struct ServiceCheck: Hashable, Sendable {
  /// Its name.
  public var name: String = ""
  /// `http`, `tcp`, `grpc` or `script`.
  public var type: String = ""
  /// The program of a script check.
  public var command: String = ""
  /// Its arguments.
  public var arguments: [String] = []
  /// The path of an HTTP check.
  public var path: String = ""
  /// `http` or `https`.
  public var scheme: String = ""
  /// The label of the port, the service's when it is empty.
  public var portLabel: String = ""
  /// Whether a mesh exposes it.
  public var expose: Bool = false
  /// Which address is checked.
  public var addressMode: String = ""
  /// The time between two checks.
  public var interval: Duration = .zero
  /// How long one may take.
  public var timeout: Duration = .zero
  /// The state before the first check.
  public var initialStatus: String = ""
  /// Text for people.
  public var notes: String = ""
  /// The name that a TLS certificate must have.
  public var tlsServerName: String = ""
  /// Whether certificates are not looked at.
  public var tlsSkipVerify: Bool = false
  /// The method of an HTTP check, `GET` when it is empty.
  public var method: String = ""
  /// The body of an HTTP check.
  public var body: String = ""
  /// The headers of an HTTP check.
  public var header: [String: [String]] = [:]
  /// The service of a gRPC check.
  public var grpcService: String = ""
  /// Whether a gRPC check uses TLS.
  public var grpcUseTLS: Bool = false
  /// The task that a script runs in.
  public var taskName: String = ""
  /// How many successes in a row it takes to pass.
  public var successBeforePassing: Int = 0
  /// How many failures in a row it takes to be critical.
  public var failuresBeforeCritical: Int = 0
  /// How many failures in a row it takes to warn.
  public var failuresBeforeWarning: Int = 0
  /// Whether it counts for the health of an update.
  public var onUpdate: String = ""
  /// When failing restarts the task.
  public var checkRestart: CheckRestart? = nil
  /// The address that is told to others.
  public var advertise: String = ""

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// When a failing check restarts its task.
public struct CheckRestart: Hashable, Sendable {
  /// How many failures in a row it takes; 0 for never.
  public var limit: Int = 0
  /// How long after a start failures do not count.
  public var grace: Duration = .seconds(1)
  /// Whether warnings do not count.
  public var ignoreWarnings: Bool = false

  /// Makes the one of a job file that says nothing else.
  public init() {}
}

/// How much a service counts in answers of Consul.
public struct ServiceWeights: Hashable, Sendable {
  /// While it passes.
  public var passing: Int = 1
  /// While it warns.
  public var warning: Int = 1

  /// Makes the one of a job file that says nothing else.
  public init() {}
}
