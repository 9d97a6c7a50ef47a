import Agent
import DriverHost
import HCL

/// The drivers of this host; these addresses are hostler's own.
extension API {
  /// `GET /v1/drivers`
  func listDrivers(_ request: APIRequest) async throws -> APIResponse {
    let query = try ListQuery(request.query)
    return try await read(request, .node) {
      let page = try ListPage(
        agent.drivers.all.sorted { $0.name < $1.name }.filter { $0.name.hasPrefix(query.prefix) }, query,
        token: { $0.name }, json: { $0.stub })
      return page.reading(index: jobs.index(of: .node))
    }
  }

  /// `GET /v1/driver/NAME`
  func readDriver(_ request: APIRequest) async throws -> APIResponse {
    guard let driver = agent.drivers.info(named: request["driver"]) else {
      throw APIError.notFound("there is no driver \"\(request["driver"])\"")
    }
    return .json(
      driver.stub.adding([
        JSON.Member("Attributes", .pairs(driver.fingerprint?.attributes ?? [:])),
        JSON.Member("Documentation", .string(driver.descriptor.documentation)),
        JSON.Member("FilesystemIsolation", .string(driver.descriptor.filesystemIsolation.rawValue)),
      ]))
  }

  /// `POST /v1/drivers`
  func loadDriver(_ request: APIRequest) async throws -> APIResponse {
    let fields = try request.fields()
    guard let name = try fields.string("Name"), !name.isEmpty else {
      throw APIError.badRequest("Name must be given")
    }
    var block = PluginBlock(
      name: name, path: try fields.string("Path"), sha256: try fields.string("SHA256"),
      config: fields.value("Config").map { LocatedValue(value: $0, range: nil) })
    if let text = try fields.string("Isolation") {
      guard let isolation = DriverIsolation(rawValue: text) else {
        throw APIError.badRequest(
          "Isolation is one of \(DriverIsolation.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      block.isolation = isolation
    }
    do throws(DriverLoadError) { try await agent.drivers.load(block) } catch {
      throw APIError.badRequest("\(error)")
    }
    return try await readDriver(APIRequest(method: "GET", parameters: ["driver": name]))
  }

  /// `PUT /v1/driver/NAME/reload`
  func reloadDriver(_ request: APIRequest) async throws -> APIResponse {
    do throws(DriverReloadError) { try await agent.drivers.reload(request["driver"]) } catch {
      if case .unknown = error.problem { throw APIError.notFound("\(error)") }
      throw APIError.failed("\(error)")
    }
    return try await readDriver(request)
  }

  /// `DELETE /v1/driver/NAME`
  func unloadDriver(_ request: APIRequest) async throws -> APIResponse {
    do throws(DriverUnloadError) { try await agent.drivers.unload(request["driver"]) } catch {
      if case .unknown = error.problem { throw APIError.notFound("\(error)") }
      throw APIError.conflict("\(error)")
    }
    return .empty()
  }
}

extension DriverInfo {
  /// The driver as lists show it.
  fileprivate var stub: JSON {
    [
      "ABIVersion": .string(descriptor.abiVersion.description),
      "Capabilities": .strings(descriptor.capabilities.names),
      "HealthDescription": .string(failure?.description ?? fingerprint?.description ?? ""),
      "Health": .string(health.rawValue), "Isolation": .string(descriptor.isolation.rawValue),
      "Library": .string(descriptor.libraryPath), "Name": .string(name),
      "PluginVersion": .string(descriptor.pluginVersion),
    ]
  }
}
