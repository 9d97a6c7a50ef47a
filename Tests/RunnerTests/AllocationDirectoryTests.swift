import Testing

@testable import Runner

@Suite("Allocation directories")
struct AllocationDirectoryTests {
  @Test("the layout is made, twice without harm, and removed")
  func layout() throws {
    try withTemporaryDirectory { path in
      let directory = AllocationDirectory(root: path + "/a")
      for _ in 0..<2 {
        try directory.make()
        try directory.task("web").make(owner: nil)
      }
      #expect(try FileSystem.names(in: directory.root) == ["alloc", "web"])
      #expect(try FileSystem.names(in: directory.shared) == ["data", "logs", "tmp"])
      #expect(try FileSystem.names(in: directory.task("web").root) == ["local", "secrets", "tmp"])
      try directory.remove()
      #expect(!FileSystem.exists(directory.root))
      try directory.remove()
    }
  }

  @Test(
    "a destination stays within the allocation",
    arguments: [
      ("local/a", "/web/local/a"), ("./local//b", "/web/local/b"), ("../alloc/data/x", "/alloc/data/x"),
      ("/local/c", "/web/local/c"),
    ])
  func resolves(destination: String, expected: String) throws {
    try withTemporaryDirectory { path in
      let directory = AllocationDirectory(root: path)
      let resolved = try directory.task("web").resolve(destination, within: directory)
      #expect(resolved == path + expected)
    }
  }

  @Test("a destination that a reference made absolute is where it says, if that is in the allocation")
  func resolvesReferences() throws {
    try withTemporaryDirectory { path in
      let directory = AllocationDirectory(root: path)
      let task = directory.task("web")
      let destinations = [
        (task.secrets + "/x", "/web/secrets/x"), (directory.shared + "/data/x", "/alloc/data/x"),
        (path + "x/y", "/web" + path + "x/y"),
      ]
      for (destination, expected) in destinations {
        let resolved = try task.resolve(destination, within: directory)
        #expect(resolved == path + expected)
      }
      #expect(throws: EscapeError.self) { try task.resolve(path + "/../x", within: directory) }
    }
  }

  @Test(
    "a destination that leads out is refused",
    arguments: ["../../x", "../../../etc/passwd", "link/x", "dangling"])
  func refusesEscape(destination: String) throws {
    try withTemporaryDirectory { path in
      let directory = AllocationDirectory(root: path)
      try directory.make()
      try directory.task("web").make(owner: nil)
      try TestLink.make("/etc", at: path + "/web/link")
      try TestLink.make("/nonexistent-target", at: path + "/web/dangling")
      #expect(throws: EscapeError.self) { try directory.task("web").resolve(destination, within: directory) }
    }
  }
}
