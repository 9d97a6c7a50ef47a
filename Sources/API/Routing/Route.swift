/// What a client must be allowed to do.
enum RoutePolicy: String, CaseIterable, Sendable {
  /// Nothing.
  case anonymous
  /// See jobs, allocations and nodes.
  case read
  /// Read the files and the output of allocations.
  case files = "read-files"
  /// Run, change and stop jobs and allocations.
  case submit
  /// Run commands within tasks.
  case exec
  /// Load, reload and unload drivers, and call their actions.
  case driverAdmin = "driver-admin"
  /// Everything, the tokens of others too.
  case management
}

/// An address of the API with what answers there.
struct Route: Sendable {
  /// Answers a request.
  typealias Handler = @Sendable (API, APIRequest) async throws -> APIResponse

  /// What a request does, by its method.
  enum Verb: Sendable {
    case get
    /// Both methods, as Nomad's clients use the one or the other.
    case put
    case delete
  }

  /// What the request does.
  var verb: Verb
  /// The path, as it is written in the table.
  var path: String
  /// What a client must be allowed to do.
  var policy: RoutePolicy
  /// Answers.
  var handler: Handler
  /// The path in parts.
  let pattern: PathPattern

  init(_ verb: Verb, _ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
    self.verb = verb
    self.path = path
    self.policy = policy
    self.handler = handler
    pattern = PathPattern(path)
  }
}

extension Route.Verb {
  /// What a method does; nil for those that nothing answers.
  init?(method: String) {
    switch method {
    case "GET", "HEAD": self = .get
    case "PUT", "POST": self = .put
    case "DELETE": self = .delete
    default: return nil
    }
  }
}
