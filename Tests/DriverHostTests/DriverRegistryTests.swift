import Foundation
import HCL
import Testing

@testable import DriverHost

@Suite("The registry of drivers")
struct DriverRegistryTests {
  /// A plugin directory with copies of libraries by file name.
  private func directory(_ libraries: [String: String]) throws -> String {
    let directory = try TestLibraries.directory()
    for (name, path) in libraries {
      try FileManager.default.copyItem(atPath: path, toPath: directory + "/" + name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory + "/" + name)
    }
    return directory
  }

  private func scripted() throws -> String { try TestLibraries.library("scripted.c") }
  private func still(_ macros: String...) throws -> String {
    try TestLibraries.library("static_data.c", defining: macros)
  }

  @Test("every driver library of the plugin directory is loaded; what is no driver is passed over")
  func scan() async throws {
    let registry = DriverRegistry()
    let directory = try directory([
      "libscripted.so": scripted(), "still.so": still(), "other.so": TestLibraries.library("not_a_driver.c"),
      "notes.txt": #filePath,
    ])
    let failures = await registry.load(DriversConfiguration(pluginDirectory: directory))
    #expect(failures.isEmpty)
    #expect(registry.all.map(\.name) == ["scripted", "still"])
    #expect(registry.all.map(\.health) == [.healthy, .healthy])
    let info = try #require(registry.info(named: "scripted"))
    #expect(info.descriptor.libraryPath.hasSuffix("/libscripted.so"))
    #expect(info.fingerprint?.attributes["driver.scripted.version"] == "1.2")
    await registry.close()
    #expect(registry.all.isEmpty)
  }

  @Test("one bad library costs one error, and the others go on")
  func othersGoOn() async throws {
    let registry = DriverRegistry()
    let directory = try directory([
      "a.so": still("ABI_MAJOR=9"), "b.so": #filePath, "scripted.so": scripted(),
    ])
    let failures = await registry.load(DriversConfiguration(pluginDirectory: directory))
    #expect(failures.map(\.problem) == [.abiMajor, .notELF])
    #expect(failures.map { ($0.file as NSString?)?.lastPathComponent } == ["a.so", "b.so"])
    #expect(registry.all.map(\.name) == ["scripted"])
    await registry.close()
  }

  @Test("a block finds its library by name, pins it, and configures its driver")
  func block() async throws {
    let registry = DriverRegistry()
    let directory = try directory(["libscripted.so": scripted()])
    let sum = try String(TestLibraries.run("sha256sum", [directory + "/libscripted.so"]).prefix(64))
    let block = PluginBlock(
      name: "scripted", sha256: sum, config: try located("fingerprint = \"undetected\""))
    #expect(await registry.load(DriversConfiguration(pluginDirectory: directory, plugins: [block])).isEmpty)
    #expect(registry.info(named: "scripted")?.health == .undetected)
    await registry.close()
  }

  @Test("a block that cannot be loaded says why", arguments: 0..<6)
  func blockFailures(index: Int) async throws {
    let directory = try directory(["scripted.so": scripted()])
    let path = directory + "/scripted.so"
    let (block, problem): (PluginBlock, DriverLoadError.Problem) =
      [
        (PluginBlock(name: "absent"), .noLibrary),
        (PluginBlock(name: "scripted", sha256: String(repeating: "a", count: 64)), .checksum),
        (PluginBlock(name: "other", path: path), .noSuchDriver),
        (PluginBlock(name: "scripted", config: try located("refused = 1")), .invalidConfiguration),
        (PluginBlock(name: "scripted", config: try located("refuse = \"no licence\"")), .configureFailed),
        (PluginBlock(name: "scripted", config: try located("block = true")), .timedOut),
      ][index]
    let registry = DriverRegistry(
      deadlines: DriverDeadlines(open: .milliseconds(index == 5 ? 20 : 60_000), other: .milliseconds(20)))
    let failures = await registry.load(
      DriversConfiguration(pluginDirectory: block.path == nil ? directory : nil, plugins: [block]))
    #expect(failures.first?.problem == problem)
    #expect(failures.first?.driver == block.name)
    if problem == .configureFailed { #expect(failures.first?.found.contains("no licence") == true) }
    if problem == .invalidConfiguration { #expect(failures.first?.diagnostics.first?.suggestion == "refuse") }
    await registry.close()
  }

  @Test("of two drivers of one name the second is refused, naming both files")
  func duplicates() async throws {
    let registry = DriverRegistry()
    let directory = try directory(["a.so": still(), "b.so": still()])
    let failures = await registry.load(DriversConfiguration(pluginDirectory: directory))
    #expect(failures.map(\.problem) == [.duplicateName])
    #expect(failures.first?.description.contains("/b.so") == true)
    #expect(failures.first?.description.contains("/a.so") == true)
    await registry.close()
  }

  @Test("a library with two drivers gives both")
  func twoDrivers() async throws {
    let registry = DriverRegistry()
    let directory = try directory(["a.so": still("DRIVER_COUNT=2")])
    #expect(await registry.load(DriversConfiguration(pluginDirectory: directory)).isEmpty)
    #expect(registry.all.map(\.name) == ["second", "still"])
    await registry.close()
  }

  @Test("a driver that is not there is answered with those that are")
  func unknown() async throws {
    let registry = DriverRegistry()
    #expect(throws: UnknownDriverError(name: "x", available: [], suggestion: nil)) {
      try registry.driver(named: "x")
    }
    _ = await registry.load(DriversConfiguration(pluginDirectory: try directory(["a.so": scripted()])))
    let error = try #require(throws: UnknownDriverError.self) { try registry.driver(named: "scriptde") }
    #expect(
      error.description == "There is no driver \"scriptde\". Did you mean \"scripted\"? Loaded: scripted.")
    await registry.close()
  }

  @Test("a missing plugin directory is one error")
  func noDirectory() async throws {
    let failures = await DriverRegistry().load(DriversConfiguration(pluginDirectory: "/does/not/exist"))
    #expect(failures.map(\.problem) == [.unreadable])
  }

  @Test("a change of health reaches the observers")
  func changes() async throws {
    let registry = DriverRegistry()
    let directory = try directory(["scripted.so": scripted()])
    let block = PluginBlock(name: "scripted", config: try located("fingerprint = \"changing\""))
    let changes = registry.changes()
    _ = await registry.load(DriversConfiguration(pluginDirectory: directory, plugins: [block]))
    await registry.restoreComplete()
    var iterator = changes.makeAsyncIterator()
    #expect(await iterator.next()?.health == .healthy)
    try await registry.driver(named: "scripted").signal("any", signal: 1000)
    #expect(await iterator.next()?.health == .unhealthy)
    #expect(registry.info(named: "scripted")?.health == .unhealthy)
    await registry.close()
    #expect(await iterator.next() == nil)
  }

  @Test("a driver that cannot say how it is counts as unhealthy")
  func failedFingerprint() async throws {
    let registry = DriverRegistry()
    let directory = try directory(["scripted.so": scripted()])
    let block = PluginBlock(name: "scripted", config: try located("fingerprint = \"fails\""))
    #expect(await registry.load(DriversConfiguration(pluginDirectory: directory, plugins: [block])).isEmpty)
    #expect(registry.all.map(\.health) == [.unhealthy])
    #expect(registry.all.first?.failure?.message == "no engine")
    await registry.close()
  }

  @Test("drivers serve once restoring is over, those that come later at once")
  func restoreComplete() async throws {
    let registry = DriverRegistry()
    _ = await registry.load(DriversConfiguration(pluginDirectory: try directory(["a.so": scripted()])))
    #expect(await registry.restoreComplete().isEmpty)
    #expect(await registry.restoreComplete().isEmpty)
    _ = await registry.load(DriversConfiguration(pluginDirectory: try directory(["b.so": still()])))
    for name in ["scripted", "still"] {
      let driver = try registry.driver(named: name)
      let error = try await requireDriverError { () throws(DriverError) in try await driver.inspect("nothing")
      }
      #expect(error.kind == .notFound)
    }
    await registry.close()
  }
}

@Suite("Plugin blocks of an agent configuration")
struct DriversConfigurationTests {
  private func decode(_ text: String) throws -> (DriversConfiguration, [Diagnostic]) {
    let file = ParsedFile(try SourceFile(name: "agent.hcl", bytes: Array(text.utf8)))
    let collector = DiagnosticCollector(source: file.source, diagnostics: file.diagnostics)
    var decoder = BodyDecoder(
      file.body, owner: "the configuration", headerSpan: SourceSpan(start: 0, end: 0),
      context: EvaluationContext(), collector: collector)
    let configuration = DriversConfiguration(decoding: &decoder)
    decoder.finish()
    return (configuration, collector.diagnostics)
  }

  @Test("a block is read with everything it may hold")
  func whole() throws {
    let (configuration, diagnostics) = try decode(
      """
      plugin_dir = "/opt/drivers"
      plugin "raw_exec" {
        path = "/x/raw.so"
        sha256 = "ab"
        isolation = "process"
        config { enabled = true }
      }
      plugin "mock_driver" {}
      """)
    #expect(diagnostics.isEmpty)
    #expect(configuration.pluginDirectory == "/opt/drivers")
    #expect(configuration.plugins.map(\.name) == ["raw_exec", "mock_driver"])
    #expect(configuration.plugins[0].path == "/x/raw.so")
    #expect(configuration.plugins[0].sha256 == "ab")
    #expect(configuration.plugins[0].isolation == .process)
    #expect(configuration.plugins[0].config?["enabled"]?.content == .bool(true))
    #expect(configuration.plugins[0].range?.start.line == 2)
    #expect(
      configuration.plugins[1] == PluginBlock(name: "mock_driver", range: configuration.plugins[1].range))
  }

  @Test("mistakes are pointed at")
  func mistakes() throws {
    let (_, diagnostics) = try decode(
      """
      plugin_dir = ""
      plugin "a" { isolation = "proces" }
      plugin "a" {}
      plugin "b" { pth = "/x" }
      plugin {}
      """)
    #expect(
      diagnostics.map(\.summary).sorted() == [
        "Invalid plugin_dir", "Label missing", "Plugin set twice", "Unknown argument", "Unknown isolation",
      ])
    #expect(diagnostics.compactMap(\.suggestion).sorted() == ["path", "process"])
  }
}
