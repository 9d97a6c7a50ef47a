import Testing

@testable import API

@Suite("The table of routes")
struct RouteTableTests {
  @Test("gives a job's id with slashes to the route that is meant")
  func matchesJobIDs() throws {
    #expect(parameters("GET", "/v1/job/web")?["job"] == "web")
    #expect(parameters("GET", "/v1/job/resize/dispatch-1-2")?["job"] == "resize/dispatch-1-2")
    #expect(parameters("GET", "/v1/job/resize%2Fdispatch-1-2/allocations")?["job"] == "resize/dispatch-1-2")
    #expect(path("GET", "/v1/job/a/b/allocations") == "/v1/job/{job...}/allocations")
    #expect(path("GET", "/v1/job/allocations") == "/v1/job/{job...}")
  }

  @Test("tells a wrong method from an unknown path")
  func tellsWhatIsWrong() {
    guard case .wrongMethod = RouteTable.standard.find("PATCH", "/v1/job/web") else {
      Issue.record("a wrong method")
      return
    }
    for unknown in ["/v1/none", "/v1", "/v1/job", "/v2/jobs", "/x"] {
      guard case .unknown = RouteTable.standard.find("GET", unknown[...]) else {
        Issue.record("\(unknown) is known")
        continue
      }
    }
  }

  @Test("has each address once")
  func hasEachOnce() {
    let names = RouteTable.standard.routes.map { "\($0.verb) \($0.path)" }
    #expect(Set(names).count == names.count)
  }

  @Test("lets no client change anything that may only read")
  func guardsChanges() {
    for route in RouteTable.standard.routes where route.verb != .get {
      let readsOnly = [
        "/v1/jobs/parse", "/v1/validate/job", "/v1/search", "/v1/search/fuzzy", "/v1/jobs/statuses",
      ]
      let isPlan = route.path.hasSuffix("/plan")
      #expect(
        readsOnly.contains(route.path) || isPlan || route.policy != .read && route.policy != .anonymous
          || route.path == "/v1/acl/bootstrap",
        "\(route.path) changes something and asks for \(route.policy)")
    }
  }

  @Test("finds a route again by the path that it is written with")
  func findsEveryRoute() {
    for route in RouteTable.standard.routes {
      let method = ["get": "GET", "put": "PUT", "delete": "DELETE"]["\(route.verb)"] ?? ""
      let concrete = route.path.split(separator: "/").map { $0.hasPrefix("{") ? "x" : String($0) }
      #expect(path(method, "/" + concrete.joined(separator: "/")) == route.path)
    }
  }

  private func parameters(_ method: String, _ path: Substring) -> [String: String]? {
    guard case .route(_, let parameters) = RouteTable.standard.find(method, path) else { return nil }
    return parameters
  }

  private func path(_ method: String, _ path: String) -> String? {
    guard case .route(let route, _) = RouteTable.standard.find(method, path[...]) else { return nil }
    return route.path
  }
}
