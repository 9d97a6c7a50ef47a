import Agent

/// What allocations use and offer.
extension API {
  /// `GET /v1/client/allocation/ID/stats`
  func readAllocationUsage(_ request: APIRequest) async throws -> APIResponse {
    _ = try allocation(request)
    // Drivers do not tell yet what their tasks use.
    return .json([
      "ResourceUsage": [
        "CpuStats": [
          "Measured": .null, "Percent": .double(0), "SystemMode": .double(0), "ThrottledPeriods": .int(0),
          "ThrottledTime": .int(0), "TotalTicks": .double(0), "UserMode": .double(0),
        ], "DeviceStats": [],
        "MemoryStats": [
          "Cache": .int(0), "KernelMaxUsage": .int(0), "KernelUsage": .int(0), "MappedFile": .int(0),
          "MaxUsage": .int(0), "Measured": .null, "RSS": .int(0), "Swap": .int(0), "Usage": .int(0),
        ],
      ], "Tasks": [:], "Timestamp": .int(0),
    ])
  }

  /// `GET /v1/client/allocation/ID/checks`
  func listAllocationChecks(_ request: APIRequest) async throws -> APIResponse {
    _ = try allocation(request)
    return .json([:])
  }

  /// `GET /v1/allocation/ID/services`
  func listAllocationServices(_ request: APIRequest) async throws -> APIResponse {
    try await read(request, .allocations) {
      _ = try allocation(request, missing: "alloc not found")
      return .json([], index: jobs.index(of: .allocations))
    }
  }
}
