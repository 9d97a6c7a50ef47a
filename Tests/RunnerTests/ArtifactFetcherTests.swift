import Jobs
import Testing

@testable import Runner

@Suite("Artifacts")
struct ArtifactFetcherTests {
  private func fetch(
    _ artifact: Artifact, prepare: (String) throws -> Void, check: (TaskDirectory) throws -> Void
  ) throws {
    try withTemporaryDirectory { path in
      let directory = AllocationDirectory(root: path + "/alloc")
      try directory.make()
      try directory.task("t").make(owner: nil)
      try prepare(path)
      try ArtifactFetcher(base: path).fetch(
        artifact, source: artifact.source, destination: artifact.destination, into: directory.task("t"),
        of: directory)
      try check(directory.task("t"))
    }
  }

  @Test("a file goes into the destination folder under its own name")
  func file() throws {
    try fetch(Artifact(source: "in.txt")) { path in
      try FileSystem.write([1, 2], to: path + "/in.txt")
    } check: { task in
      let bytes = try content(of: task.local + "/in.txt")
      #expect(bytes == [1, 2])
    }
  }

  @Test("with mode file the destination is the file's name")
  func fileMode() throws {
    try fetch(Artifact(source: "in.txt", destination: "local/deep/out", mode: "file")) { path in
      try FileSystem.write([7], to: path + "/in.txt")
    } check: { task in
      let bytes = try content(of: task.local + "/deep/out")
      #expect(bytes == [7])
    }
  }

  @Test("a folder is copied with what is in it")
  func folder() throws {
    try fetch(Artifact(source: "folder", destination: "local/copy")) { path in
      try FileSystem.makeDirectories(path + "/folder/inner")
      try FileSystem.write([3], to: path + "/folder/inner/x", mode: 0o755)
    } check: { task in
      let bytes = try content(of: task.local + "/copy/inner/x")
      #expect(bytes == [3])
    }
  }

  @Test(
    "what cannot be had is refused with a reason",
    arguments: [
      Artifact(source: "missing.txt"), Artifact(source: "https://example.com/a.tgz"),
      Artifact(source: "git::ssh://example.com/a"), Artifact(source: "in.txt", destination: "../../out"),
      Artifact(source: "in.txt", mode: "dir"), Artifact(source: "in.txt", options: ["checksum": "md5:0"]),
    ])
  func refuses(artifact: Artifact) {
    #expect(throws: ArtifactFetcher.Failure.self) {
      try fetch(artifact) {
        try FileSystem.write([1], to: $0 + "/in.txt")
      } check: { _ in
      }
    }
  }

  @Test(
    "only a failure that may pass is worth another try",
    arguments: [
      ("missing.txt", false), ("https://example.com/a.tgz", true), ("git::ssh://example.com/a", true),
      ("", true), ("file://", true),
    ])
  func permanentFailures(source: String, isPermanent: Bool) {
    #expect {
      try fetch(Artifact(source: source)) { _ in
      } check: { _ in
      }
    } throws: { ($0 as? ArtifactFetcher.Failure)?.isPermanent == isPermanent }
  }

  @Test("what can never be fetched is known from the job file")
  func problems() {
    func problems(_ artifact: Artifact) -> Int {
      ArtifactFetcher.problems(of: Job.Task(name: "t", driver: "d", artifacts: [artifact])).count
    }
    #expect(problems(Artifact(source: "https://example.com/a")) == 1)
    #expect(problems(Artifact(source: "git::https://example.com/a")) == 1)
    #expect(problems(Artifact(source: "a", options: ["checksum": "md5:0"])) == 1)
    for source in ["a", "/a:b", "./a:b", "file:///a", "${meta.scheme}://x"] {
      #expect(problems(Artifact(source: source)) == 0)
    }
  }
}
