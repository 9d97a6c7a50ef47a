/// A request as its handler sees it.
struct APIRequest: Sendable {
  /// The method in capitals.
  var method: String
  /// What stands in the path where the route has a name.
  var parameters: [String: String]
  /// The parameters behind the question mark.
  var query: Query
  /// The body; empty for most.
  var body: [UInt8]
  /// The token that the client has sent; nil when it has sent none.
  var token: String?

  init(
    method: String, parameters: [String: String] = [:], query: Query = Query(), body: [UInt8] = [],
    token: String? = nil
  ) {
    self.method = method
    self.parameters = parameters
    self.query = query
    self.body = body
    self.token = token
  }

  /// What stands in the path where the route has this name.
  subscript(_ parameter: String) -> String { parameters[parameter] ?? "" }

  /// The namespace that is asked about; nil for all.
  var namespace: String? {
    switch query.text("namespace") {
    case nil: "default"
    case "*": nil
    case let name?: name
    }
  }

  /// The members of the body.
  func fields() throws(APIError) -> BodyFields { try BodyFields(body: body) }
}
