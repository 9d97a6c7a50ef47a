/// A network of a group or task.
public struct Network: Hashable, Sendable {
  /// `host`, `bridge`, `none`, `cni/NAME`, or empty for the host's.
  public var mode: String = ""
  /// The host name in a network of its own.
  public var hostname: String = ""
  /// The device; kept, without effect.
  public var device: String = ""
  /// The range of addresses; kept, without effect.
  public var cidr: String = ""
  /// The address; chosen by the agent.
  public var ip: String = ""
  /// Bandwidth in Mbit/s; kept, without effect.
  public var megabits: Int? = nil
  /// How names are looked up in a network of its own.
  public var dns: DNS? = nil
  /// Ports with a number that the job chose.
  public var reservedPorts: [Port] = []
  /// Ports whose number the agent chooses.
  public var dynamicPorts: [Port] = []
  /// Arguments for network plugins.
  public var cni: CNI? = nil

  /// Makes the one of a job file that says nothing else.
  public init() {}
  /// All ports.
  public var ports: [Port] { reservedPorts + dynamicPorts }

  /// A port by its label.
  public struct Port: Hashable, Sendable {
    /// The label.
    public var label = ""
    /// The number on the host; 0 when the agent chooses it.
    public var value = 0
    /// The number inside a network of its own; 0 for none, -1 for the one on the host.
    public var to = 0
    /// The host's network that the port is on.
    public var hostNetwork = ""
    /// Whether others may have the same port.
    public var ignoresCollision = false

    /// Makes a port that the agent chooses.
    public init() {}
  }

  /// How names are looked up.
  public struct DNS: Hashable, Sendable {
    /// Addresses of servers.
    public var servers: [String] = []
    /// Domains that are tried.
    public var searches: [String] = []
    /// Options as `resolv.conf` has them.
    public var options: [String] = []

    /// Makes an empty configuration.
    public init() {}
  }

  /// What network plugins are told.
  public struct CNI: Hashable, Sendable {
    /// Arguments by name.
    public var arguments: [String: String] = [:]

    /// Makes an empty configuration.
    public init() {}
  }
}
