/// Every address of the API.
struct RouteTable: Sendable {
  /// The routes; the first that fits a request answers it.
  let routes: [Route]
  /// The routes by the second word of their path, which all have.
  private let byArea: [Substring: [Route]]

  /// What is found for a request.
  enum Answer: Sendable {
    case route(Route, [String: String])
    /// There is such an address, and it does not take the method.
    case wrongMethod
    case unknown
  }

  init(_ routes: [Route]) {
    self.routes = routes
    byArea = Dictionary(grouping: routes) { $0.path.split(separator: "/").dropFirst().first ?? "" }
  }

  /// Finds what answers.
  ///
  /// - Parameters:
  ///   - method: The method of the request, in capitals.
  ///   - path: The path of the request, without the parameters.
  func find(_ method: String, _ path: Substring) -> Answer {
    let parts = path.split(separator: "/")
    let verb = Route.Verb(method: method)
    var isKnown = false
    for route in byArea[parts.dropFirst().first ?? ""] ?? [] {
      guard let parameters = route.pattern.match(parts) else { continue }
      if route.verb == verb { return .route(route, parameters) }
      isKnown = true
    }
    return isKnown ? .wrongMethod : .unknown
  }
}
