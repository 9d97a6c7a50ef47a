import Testing

@testable import Runner

@Suite("Following a task's output")
struct LogTailTests {
  private static func text(_ piece: LogTail.Piece) -> String {
    switch piece {
    case .line(let text): text
    case .skipped(let bytes): "skipped \(bytes)"
    }
  }

  private func lines(_ tail: inout LogTail) throws -> [String] {
    var lines: [String] = []
    try tail.read { lines.append(Self.text($0)) }
    return lines
  }

  @Test("lines come once, complete, in order, over rotated files")
  func followsRotation() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout", fileLimitBytes: 100)
      #expect(try lines(&tail) == [])
      try FileSystem.write(Array("one\ntw".utf8), to: path + "/t.stdout.0")
      #expect(try lines(&tail) == ["one"])
      try FileSystem.write(Array("one\ntwo\nthr".utf8), to: path + "/t.stdout.0")
      try FileSystem.write(Array("ee\nfour\n".utf8), to: path + "/t.stdout.1")
      #expect(try lines(&tail) == ["two", "three", "four"])
      #expect(try lines(&tail) == [])
    }
  }

  @Test("what rotation removed before it was read is told, and no line is made of two halves")
  func skipsRemovedFiles() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout", fileLimitBytes: 100)
      try FileSystem.write(Array("zero\nhal".utf8), to: path + "/t.stdout.0")
      #expect(try lines(&tail) == ["zero"])
      try FileSystem.remove(path + "/t.stdout.0")
      try FileSystem.write(Array("f\nfive\n".utf8), to: path + "/t.stdout.5")
      try FileSystem.write(Array("six\n".utf8), to: path + "/t.stdout.6")
      try FileSystem.write(Array("other\n".utf8), to: path + "/t.stdout.x")
      #expect(try lines(&tail) == ["hal", "skipped 492", "f", "five", "six"])
    }
  }

  @Test("a stream that is longer than the budget is read in turns")
  func budget() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout", fileLimitBytes: 1 << 20)
      try FileSystem.write([UInt8](repeating: UInt8(ascii: "\n"), count: 100_000), to: path + "/t.stdout.0")
      var count = 0
      #expect(try tail.read(upTo: 1) { _ in count += 1 })
      #expect(count == 64 << 10)
      #expect(try !tail.read(upTo: .max) { _ in count += 1 })
      #expect(count == 100_000)
    }
  }

  @Test("what has no newline at the end comes with finish, and a very long line in pieces")
  func finishes() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout", fileLimitBytes: 100)
      let long = [UInt8](repeating: UInt8(ascii: "x"), count: LogTail.longestLineBytes + 5)
      try FileSystem.write(long, to: path + "/t.stdout.0")
      var lengths = try lines(&tail).map(\.utf8.count)
      tail.finish { lengths.append(Self.text($0).utf8.count) }
      #expect(lengths == [LogTail.longestLineBytes, 5])
    }
  }
}
