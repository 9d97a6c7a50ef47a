import Testing

@testable import Runner

@Suite("Signal numbers")
struct SignalNumberTests {
  @Test("a signal that a job file may name has a number, with its prefix or without")
  func known() {
    #expect(signalNumber(named: "SIGIOT") == signalNumber(named: "ABRT"))
    #expect(signalNumber(named: "SIGINT") == 2)
    #expect(signalNumber(named: "SIGNONSENSE") == nil)
  }
}
