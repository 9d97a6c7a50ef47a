import Agent
import Lifecycle
import Runner

/// Pairs that jobs and people keep.
extension API {
  private func variableKey(_ request: APIRequest) -> VariableList.Key {
    VariableList.Key(namespace: request.namespace ?? "default", path: request["path"])
  }

  /// `GET /v1/vars`
  func listVariables(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    let list = variables.value
    let page = try ListPage(
      list.variables.values.filter { variable in
        variable.path.hasPrefix(query.prefix)
          && (request.namespace == nil || variable.namespace == request.namespace)
      }.sorted { ($0.namespace, $0.path) < ($1.namespace, $1.path) }, query,
      token: { "\($0.namespace).\($0.path)" }, json: \.stub)
    return page.response(index: list.index)
  }

  /// `GET /v1/var/PATH`
  func readVariable(_ request: APIRequest) async throws -> APIResponse {
    let list = variables.value
    guard let variable = list.variables[variableKey(request)] else {
      var response = APIResponse.error(.notFound("variable not found"))
      response.index = list.index
      response.isRead = true
      return response
    }
    return .json(variable.json, index: variable.modifyIndex, isRead: true)
  }

  /// `PUT /v1/var/PATH`
  func putVariable(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    let key = variableKey(request)
    if let path = try fields.string("Path"), path != key.path {
      throw APIError.badRequest("the path of the variable is not that of the request")
    }
    let items = try fields.pairs("Items") ?? [:]
    do throws(APIError) { try VariableList.check(key.path, items) } catch {
      var response = APIResponse.error(error)
      response.index = variables.value.index
      return response
    }
    let expected = try request.query.int("cas", in: 0 ... .max).map { UInt64($0) }
    let now = agent.clock.now()
    let outcome = try await variables.change { list -> Result<VariableList.Variable, VariableList.Refusal> in
      Result { () throws(VariableList.Refusal) in try list.put(key, items, expecting: expected, at: now) }
    }
    switch outcome {
    case .success(let variable): return .json(variable.json, index: variable.modifyIndex)
    case .failure(let refusal): return conflict(refusal)
    }
  }

  /// `DELETE /v1/var/PATH`
  func deleteVariable(_ request: APIRequest) async throws -> APIResponse {
    let key = variableKey(request)
    let expected = try request.query.int("cas", in: 0 ... .max).map { UInt64($0) }
    let outcome = try await variables.change { list -> Result<UInt64, VariableList.Refusal> in
      Result { () throws(VariableList.Refusal) in
        try list.remove(key, expecting: expected)
        return list.index
      }
    }
    switch outcome {
    case .success(let index):
      var response = APIResponse.empty(204)
      response.index = index
      return response
    case .failure(let refusal): return conflict(refusal)
    }
  }

  /// What is there instead of what was expected.
  private func conflict(_ refusal: VariableList.Refusal) -> APIResponse {
    let variable =
      switch refusal {
      case .conflict(let variable): variable
      }
    var response = APIResponse.json(variable?.json ?? ["ModifyIndex": .int(0)], index: variable?.modifyIndex)
    response.status = 409
    return response
  }
}
