import Testing

@testable import DriverHost

@Suite("Fingerprints")
struct FingerprintTests {
  @Test("health, description and attributes come as the driver gives them")
  func healthy() async throws {
    let test = try await TestDriver()
    let fingerprint = try await test.driver.fingerprint()
    #expect(
      fingerprint
        == Fingerprint(
          health: .healthy, description: "as scripted", attributes: ["driver.scripted.version": "1.2"]))
  }

  @Test("a driver whose engine is missing is undetected")
  func undetected() async throws {
    let test = try await TestDriver(config: "fingerprint = \"undetected\"")
    #expect(try await test.driver.fingerprint().health == .undetected)
  }

  @Test(
    "an answer against the rules is the driver's mistake",
    arguments: [
      ("bad_health", ABIRule.fingerprint), ("closed_descriptor", .fingerprint),
      ("file_descriptor", .fingerprint),
      ("bad_text", .text),
    ])
  func mistakes(mode: String, rule: ABIRule) async throws {
    let test = try await TestDriver(config: "fingerprint = \"\(mode)\"")
    let error = try await requireDriverError { () async throws(DriverError) in
      try await test.driver.fingerprint()
    }
    #expect(error.kind == .protocolViolation(rule))
  }

  @Test("the descriptor of changes wakes who waits for one, and is quiet after the next fingerprint")
  func changes() async throws {
    let test = try await TestDriver(config: "fingerprint = \"changing\"")
    #expect(try await test.driver.fingerprint().health == .healthy)
    async let change: Void = test.driver.waitForFingerprintChange()
    try await test.driver.signal("any", signal: 1000)
    await change
    #expect(try await test.driver.fingerprint().health == .unhealthy)
    let quiet = Task { await test.driver.waitForFingerprintChange() }
    quiet.cancel()
    await quiet.value
  }
}
