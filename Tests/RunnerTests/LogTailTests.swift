import Testing

@testable import Runner

@Suite("Following a task's output")
struct LogTailTests {
  private func lines(_ tail: inout LogTail) throws -> [String] {
    var lines: [String] = []
    try tail.readLines { lines.append($0) }
    return lines
  }

  @Test("lines come once, complete, in order, over rotated files")
  func followsRotation() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout")
      #expect(try lines(&tail) == [])
      try FileSystem.write(Array("one\ntw".utf8), to: path + "/t.stdout.0")
      #expect(try lines(&tail) == ["one"])
      try FileSystem.write(Array("one\ntwo\nthr".utf8), to: path + "/t.stdout.0")
      try FileSystem.write(Array("ee\nfour\n".utf8), to: path + "/t.stdout.1")
      #expect(try lines(&tail) == ["two", "three", "four"])
      #expect(try lines(&tail) == [])
    }
  }

  @Test("files that rotation removed before they were read are skipped")
  func skipsRemovedFiles() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout")
      try FileSystem.write(Array("zero\n".utf8), to: path + "/t.stdout.0")
      #expect(try lines(&tail) == ["zero"])
      try FileSystem.remove(path + "/t.stdout.0")
      try FileSystem.write(Array("five\n".utf8), to: path + "/t.stdout.5")
      try FileSystem.write(Array("six\n".utf8), to: path + "/t.stdout.6")
      try FileSystem.write(Array("other\n".utf8), to: path + "/t.stdout.x")
      #expect(try lines(&tail) == ["five", "six"])
    }
  }

  @Test("what has no newline at the end comes with finish, and a very long line in pieces")
  func finishes() throws {
    try withTemporaryDirectory { path in
      var tail = LogTail(directory: path, name: "t.stdout")
      let long = [UInt8](repeating: UInt8(ascii: "x"), count: LogTail.longestLineBytes + 5)
      try FileSystem.write(long, to: path + "/t.stdout.0")
      var lengths = try lines(&tail).map(\.utf8.count)
      tail.finish { lengths.append($0.utf8.count) }
      #expect(lengths == [LogTail.longestLineBytes, 5])
    }
  }
}
