import Foundation
import Jobs
import Lifecycle
import Testing

@testable import State

/// Which files are opened, and which are refused and left alone.
@Suite("State files")
struct StateFileTests {
  private let newer = Schema.migrations + ["CREATE TABLE future (a INTEGER) STRICT"]

  /// Expects that a file is refused, with these words, by agent and operator, and stays as it is.
  private func expectRefusal(
    of directory: StateDirectory, saying words: String..., because kind: (StateError) -> Bool
  ) throws {
    let before = try directory.files()
    for attempt in [{ _ = try directory.open() }, { _ = try StateReader.read(directory.path) }] {
      guard let error = #expect(throws: StateError.self, performing: attempt) else { continue }
      #expect(kind(error), "\(error)")
      for word in [directory.path] + words { #expect("\(error)".contains(word), "\(error)") }
      #expect(try directory.files() == before)
    }
  }

  private func isDamaged(_ error: StateError) -> Bool {
    if case .damaged = error { return true }
    return false
  }

  /// A state file with as many rows as fill some pages.
  private func fillMore(_ directory: StateDirectory) async throws {
    try await directory.withStore { store in
      store.place(
        (0..<500).map { PlacedAllocation(id: "allocation-\($0)", group: "web", index: $0) },
        of: EncodedJob(StateDirectory.job, artifactBase: "/"))
    }
  }

  @Test("what is no database is refused", arguments: ["", "hello", String(repeating: "x", count: 5000)])
  func garbage(text: String) async throws {
    try await StateDirectory.with { directory in
      try Data(text.utf8).write(to: URL(filePath: directory.path))
      try expectRefusal(of: directory, saying: "damaged", "left as it is", because: isDamaged)
    }
  }

  @Test("a file that was cut short is refused", arguments: [50, 100, 4096, 20_000])
  func truncated(bytes: Int) async throws {
    try await StateDirectory.with { directory in
      try await fillMore(directory)
      #expect(truncate(directory.path, bytes) == 0)
      try expectRefusal(of: directory, saying: "damaged", because: isDamaged)
    }
  }

  @Test("a file with a page that was overwritten is refused")
  func overwritten() async throws {
    try await StateDirectory.with { directory in
      try await fillMore(directory)
      var bytes = try Data(contentsOf: URL(filePath: directory.path))
      bytes.replaceSubrange(5 * 4096..<6 * 4096, with: Data(repeating: 0x5A, count: 4096))
      try bytes.write(to: URL(filePath: directory.path))
      try expectRefusal(of: directory, saying: "damaged", because: isDamaged)
    }
  }

  @Test("a file of a later version is refused, and its version is named")
  func later() async throws {
    try await StateDirectory.with { directory in
      let opener = StateOpener(bootID: "b", version: "9.9.9")
      try StateDatabase.open(directory.path, by: opener, migrations: newer).close()
      try expectRefusal(
        of: directory, saying: "schema \(newer.count)", "up to \(Schema.migrations.count)", "9.9.9"
      ) {
        if case .newer = $0 { true } else { false }
      }
    }
  }

  @Test("a later version is recognised when its agent was killed and the log was not moved into the file")
  func laterInLog() async throws {
    try await StateDirectory.with { directory in
      try directory.open().close()
      let opener = StateOpener(bootID: "b", version: "9.9.9")
      let database = try StateDatabase.open(directory.path, by: opener, migrations: newer)
      // As it lies on the disk when the agent is killed here.
      let files = try directory.files()
      database.close()
      try await StateDirectory.with { copy in
        for name in ["state.sqlite", "state.sqlite-wal"] {
          try files[name]?.write(to: copy.folder.appending(path: name))
        }
        try expectRefusal(of: copy, saying: "schema \(newer.count)") {
          if case .newer = $0 { true } else { false }
        }
      }
    }
  }

  @Test("the database of another program is refused")
  func foreign() async throws {
    try await StateDirectory.with { directory in
      try directory.run("CREATE TABLE cats (name TEXT)")
      try expectRefusal(of: directory, saying: "another program") {
        if case .foreign = $0 { true } else { false }
      }
    }
  }

  @Test("a folder without state is told from one that cannot be read")
  func missing() async throws {
    try await StateDirectory.with { directory in
      #expect(throws: StateError.missing(path: directory.path)) { _ = try StateReader.read(directory.path) }
      let nowhere = directory.path + "/nowhere/state.sqlite"
      let error = #expect(throws: StateError.self) {
        _ = try StateDatabase.open(nowhere, by: StateDirectory.opener)
      }
      if case .notWritable = error {} else { Issue.record("\(error.map { "\($0)" } ?? "")") }
    }
  }

  @Test("reading a file that was closed leaves nothing beside it; closing leaves only the file")
  func noLitter() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      #expect(try directory.files().keys.sorted() == ["state.sqlite"])
      _ = try StateReader.read(directory.path)
      #expect(try directory.files().keys.sorted() == ["state.sqlite"])
      let mode = try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test("a path with characters that mean something in a URI is a path like any other")
  func oddPath() async throws {
    try await StateDirectory.with { directory in
      let odd = StateDirectory(folder: directory.folder.appending(path: "a?b#c%20d é"))
      try FileManager.default.createDirectory(at: odd.folder, withIntermediateDirectories: true)
      try await odd.fill()
      #expect(try StateReader.read(odd.path).jobs.count == 1)
      #expect(try odd.files().keys.sorted() == ["state.sqlite"])
    }
  }

  @Test("a draft that a crash left behind is no hindrance")
  func draft() async throws {
    try await StateDirectory.with { directory in
      try Data("half".utf8).write(to: URL(filePath: directory.path + ".new"))
      try await directory.fill()
      #expect(try directory.files().keys.sorted() == ["state.sqlite"])
    }
  }

  @Test("a file of an older schema is brought up to date, and keeps what it holds")
  func migrates() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      let before = try StateReader.read(directory.path)
      let database = try StateDatabase.open(
        directory.path, by: StateDirectory.opener, migrations: newer)
      var after = try database.contents()
      database.close()
      #expect(after.schema == newer.count)
      after.schema = before.schema
      #expect(after.jobs == before.jobs && after.meta == before.meta)
    }
  }

  @Test("a migration that fails leaves the file with the schema that it had")
  func failedMigration() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      let broken = Schema.migrations + ["CREATE TABLE half (a); CREATE TABLE half (a)"]
      #expect(throws: StateError.self) {
        _ = try StateDatabase.open(directory.path, by: StateDirectory.opener, migrations: broken)
      }
      let contents = try StateReader.read(directory.path)
      #expect(contents.schema == Schema.migrations.count && contents.jobs.count == 1)
    }
  }

  @Test("a file as version 0.1.0 wrote it is opened and read")
  func schemaOne() async throws {
    try await StateDirectory.with { directory in
      let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/schema-1.sql")
      try directory.run(String(contentsOf: fixture, encoding: .utf8))
      let database = try directory.open()
      let contents = try database.contents()
      database.close()
      #expect(contents.unreadable == [])
      let job = try #require(contents.jobs.first)
      #expect(job.job == StateDirectory.job)
      #expect(job.allocations.map { $0.record?.ended } == [false, true])
      #expect(job.allocations.flatMap(\.tasks).map(\.record) == [false, true].map(StateDirectory.record))
    }
  }

  @Test("a record that cannot be read is named, and the others are read")
  func unreadable() async throws {
    try await StateDirectory.with { directory in
      try await directory.fill()
      try directory.run("UPDATE tasks SET record = x'FF' WHERE allocation = '11111111-a'")
      let contents = try StateReader.read(directory.path)
      #expect(contents.unreadable.map(\.key) == ["app of 11111111-a"])
      #expect(contents.jobs[0].allocations.map(\.tasks.count) == [0, 1])
    }
  }
}
