internal import CHostlerDriver
internal import Synchronization

extension LoadedDriver {
  func fingerprint() async throws(DriverError) -> Fingerprint {
    try await blocking(.fingerprint) { (driver) throws(DriverError) in try driver.fingerprintNow() }
  }

  private func fingerprintNow() throws(DriverError) -> Fingerprint {
    let fingerprint = try function(table.fingerprint, .fingerprint)
    var answer = hostler_fingerprint()
    answer.size = MemoryLayout<hostler_fingerprint>.size
    answer.changed_descriptor = -1
    var (message, description) = (ByteCollector(), ByteCollector())
    var attributes = PairCollector()
    let status = withUnsafeMutablePointer(to: &message) { message in
      withUnsafeMutablePointer(to: &description) { description in
        withUnsafeMutablePointer(to: &attributes) { attributes in
          answer.description = hostler_sink(description)
          answer.attributes = hostler_pair_sink(attributes)
          return fingerprint(instance, &answer, hostler_sink(message))
        }
      }
    }
    try check(status, message, .fingerprint, nil)
    guard !attributes.isInvalid, !description.isInvalid else {
      throw error(.protocolViolation(.text), .fingerprint, nil, "it handed out something that is no text")
    }
    try remember(changedDescriptor: answer.changed_descriptor)
    return Fingerprint(
      health: try health(answer.health), description: description.sentence, attributes: attributes.pairs,
      refreshInterval: answer.refresh_milliseconds == 0
        ? nil : .milliseconds(Int64(answer.refresh_milliseconds)))
  }

  private func health(_ health: hostler_health) throws(DriverError) -> DriverHealth {
    switch Int(health) {
    case HOSTLER_HEALTH_UNDETECTED: return .undetected
    case HOSTLER_HEALTH_UNHEALTHY: return .unhealthy
    case HOSTLER_HEALTH_HEALTHY: return .healthy
    default: throw error(.protocolViolation(.fingerprint), .fingerprint, nil, "\(health) is no health")
    }
  }

  private func remember(changedDescriptor descriptor: Int32) throws(DriverError) {
    let known = changedDescriptor.load(ordering: .acquiring)
    guard descriptor != known else { return }
    let violation = { (message: String) in
      self.error(.protocolViolation(.fingerprint), .fingerprint, nil, message)
    }
    guard known < 0 else {
      throw violation("changed_descriptor was \(known) and is \(descriptor) now")
    }
    guard isPollable(descriptor) else {
      throw violation("changed_descriptor \(descriptor) is not open, or cannot be polled")
    }
    changedDescriptor.store(descriptor, ordering: .releasing)
  }

  /// A copy of the descriptor that tells of a new fingerprint: the caller's. Nil when there is none.
  func copyOfChangedDescriptor() -> Int32? {
    let descriptor = changedDescriptor.load(ordering: .acquiring)
    return descriptor < 0 ? nil : duplicatedDescriptor(descriptor)
  }

  func waitForFingerprintChange() async {
    // The driver's descriptor stays the driver's: a copy is what is polled and closed.
    if let copy = copyOfChangedDescriptor() {
      let outcome = await poller.wait(for: copy, owner: ObjectIdentifier(self))
      if outcome == .readable { return }
    }
    await Self.suspendUntilCancelled()
  }

  private static func suspendUntilCancelled() async {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(86_400)) }
  }
}
