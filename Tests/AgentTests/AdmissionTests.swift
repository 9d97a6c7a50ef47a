import Testing

@testable import Agent

@Suite("Which allocations begin when")
struct AdmissionTests {
  @Test("a few start at a time, and each that has started lets another begin")
  func starting() {
    var admission = Admission(
      taskCounts: [Int](repeating: 1, count: 5), limits: Admission.Limits(starting: 2, tasks: 100))
    #expect(admission.admit() == 0..<2)
    #expect(admission.admit() == 2..<2)
    admission.hasStarted(1)
    admission.hasStarted(1)
    #expect(admission.admit() == 2..<3)
    #expect(admission.waiting == 2)
  }

  @Test("no more tasks are there at once than there is room for")
  func tasks() {
    var admission = Admission(taskCounts: [2, 2, 2, 1], limits: Admission.Limits(starting: 10, tasks: 4))
    #expect(admission.admit() == 0..<2)
    admission.hasStarted(0)
    #expect(admission.admit() == 2..<2)
    admission.hasEnded(0)
    #expect(admission.admit() == 2..<3)
    admission.hasEnded(1)
    #expect(admission.admit() == 3..<4)
    #expect(admission.waiting == 0)
  }

  @Test("an allocation with more tasks than there is room for runs alone")
  func large() {
    var admission = Admission(taskCounts: [1, 9, 1], limits: Admission.Limits(starting: 10, tasks: 4))
    #expect(admission.admit() == 0..<1)
    admission.hasEnded(0)
    #expect(admission.admit() == 1..<2)
    admission.hasEnded(1)
    #expect(admission.admit() == 2..<3)
  }

  @Test("after a stop none begins")
  func stop() {
    var admission = Admission(
      taskCounts: [Int](repeating: 1, count: 5), limits: Admission.Limits(starting: 2, tasks: 100))
    #expect(admission.admit() == 0..<2)
    #expect(admission.stop() == 2..<5)
    admission.hasEnded(0)
    #expect(admission.admit() == 2..<2)
    #expect(admission.waiting == 0)
  }
}
