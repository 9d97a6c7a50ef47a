import Testing

@testable import Agent

@Suite("Which allocations begin when")
struct AdmissionTests {
  private func admission(of taskCounts: [Int], _ limits: AdmissionLimits) -> Admission<Int> {
    var admission = Admission<Int>(limits: limits)
    for (place, count) in taskCounts.enumerated() { admission.add(place, tasks: count) }
    return admission
  }

  @Test("a few start at a time, and each that has started lets another begin")
  func starting() {
    var admission = admission(of: [1, 1, 1, 1, 1], AdmissionLimits(starting: 2, tasks: 100))
    #expect(admission.admit() == [0, 1])
    #expect(admission.admit() == [])
    admission.hasStarted(1)
    admission.hasStarted(1)
    #expect(admission.admit() == [2])
    #expect(admission.waiting == 2)
  }

  @Test("no more tasks are there at once than there is room for")
  func tasks() {
    var admission = admission(of: [2, 2, 2, 1], AdmissionLimits(starting: 10, tasks: 4))
    #expect(admission.admit() == [0, 1])
    admission.hasStarted(0)
    #expect(admission.admit() == [])
    admission.hasEnded(0)
    #expect(admission.admit() == [2])
    admission.hasEnded(1)
    #expect(admission.admit() == [3])
    #expect(admission.waiting == 0)
  }

  @Test("an allocation with more tasks than there is room for runs alone")
  func large() {
    var admission = admission(of: [1, 9, 1], AdmissionLimits(starting: 10, tasks: 4))
    #expect(admission.admit() == [0])
    admission.hasEnded(0)
    #expect(admission.admit() == [1])
    admission.hasEnded(1)
    #expect(admission.admit() == [2])
  }

  @Test("after a stop none begins")
  func stop() {
    var admission = admission(of: [1, 1, 1, 1, 1], AdmissionLimits(starting: 2, tasks: 100))
    #expect(admission.admit() == [0, 1])
    #expect(admission.stop() == [2, 3, 4])
    admission.hasEnded(0)
    #expect(admission.admit() == [])
    #expect(admission.waiting == 0)
  }

  @Test("an allocation that is taken out never begins, and others go ahead of it")
  func removal() {
    var admission = admission(of: [1, 1, 1], AdmissionLimits(starting: 1, tasks: 100))
    #expect(admission.admit() == [0])
    let (waited, began) = (admission.remove(1), admission.remove(0))
    #expect(waited && !began)
    admission.hasStarted(0)
    #expect(admission.admit() == [2])
  }
}
