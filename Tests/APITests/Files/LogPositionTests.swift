import Testing

@testable import API

@Suite("A place in a task's output")
struct LogPositionTests {
  private let files = [
    LogPosition.File(number: 3, sizeBytes: 10), LogPosition.File(number: 4, sizeBytes: 20),
    LogPosition.File(number: 5, sizeBytes: 5),
  ]

  @Test("is counted from the oldest file on")
  func fromStart() {
    expect(offset: 0, fromEnd: false, number: 3, at: 0)
    expect(offset: 9, fromEnd: false, number: 3, at: 9)
    expect(offset: 10, fromEnd: false, number: 4, at: 0)
    expect(offset: 34, fromEnd: false, number: 5, at: 4)
    expect(offset: 35, fromEnd: false, number: 5, at: 5)
    expect(offset: .max, fromEnd: false, number: 5, at: 5)
  }

  @Test("is counted from the end of the newest file back")
  func fromEnd() {
    expect(offset: 0, fromEnd: true, number: 5, at: 5)
    expect(offset: 5, fromEnd: true, number: 5, at: 0)
    expect(offset: 6, fromEnd: true, number: 4, at: 19)
    expect(offset: .max, fromEnd: true, number: 3, at: 0)
  }

  private func expect(offset: Int64, fromEnd: Bool, number: Int, at place: Int64) {
    let position = LogPosition(files, offset: offset, fromEnd: fromEnd)
    #expect(position.number == number)
    #expect(position.offset == place)
  }
}
