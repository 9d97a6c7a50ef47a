internal import HCL
internal import Synchronization

/// Loads libraries, and opens and configures the drivers in them.
struct DriverLoader {
  let deadlines: DriverDeadlines
  let configuration: DriversConfiguration
  let log: @Sendable (DriverLogMessage) -> Void
  /// When it is said that a library takes its time.
  private static let patience = Duration.seconds(5)
  /// Code of a library that never comes back holds up this pool and nothing else.
  private let pool = BlockingCallPool(usualThreads: 1, mostThreads: 8)

  /// What has not come back, and holds the dynamic loader.
  private let stuck = Stuck()

  private final class Stuck: Sendable {
    let path = Mutex<String?>(nil)
  }

  init(
    _ configuration: DriversConfiguration, deadlines: DriverDeadlines,
    log: @escaping @Sendable (DriverLogMessage) -> Void
  ) {
    self.configuration = configuration
    self.deadlines = deadlines
    self.log = log
  }

  /// What became of a library.
  struct Loaded {
    var drivers: [LoadedDriver] = []
    var failures: [DriverLoadError] = []
  }

  /// Ends the loader's threads.
  func close() { pool.close() }

  /// The names in the plugin directory.
  func files(in directory: String) async throws(DriverLoadError) -> [String] {
    try await run(.load, nil, directory) { () throws(DriverLoadError) in
      do throws(SystemCallError) {
        return try FilePath.names(inDirectory: directory)
      } catch {
        throw DriverLoadError(
          .unreadable, file: directory, expected: "a plugin directory", found: error.description,
          remedy: "correct plugin_dir, or make the directory")
      }
    }
  }

  /// Loads a library and opens its drivers.
  ///
  /// - Parameter taken: the file of each driver that is there already, by name.
  func load(_ library: LoadPlan.Library, taken: [String: String]) async -> Loaded {
    var loaded = Loaded()
    let check = LibraryCheck(
      path: library.path, driver: library.blocks.first?.name, sha256: library.sha256)
    let isNamed = !library.blocks.isEmpty
    do throws(DriverLoadError) {
      let found = try await run(.load, check.driver, library.path) { () throws(DriverLoadError) in
        try DriverLibrary.load(check, isNamed: isNamed)
      }
      guard let found else {
        log(
          DriverLogMessage(
            driver: library.path, level: .warning,
            text: "passed over: it is no hostler driver, as it does not export \(DriverABI.entrySymbol)"))
        return loaded
      }
      loaded.failures = missing(library.blocks, in: found)
      for descriptor in found.drivers {
        do throws(DriverLoadError) {
          if let other = taken[descriptor.name] { throw duplicate(descriptor, other) }
          let block = library.blocks.first { $0.name == descriptor.name }
          loaded.drivers.append(try await open(descriptor, of: found, block))
        } catch { loaded.failures.append(error) }
      }
    } catch { loaded.failures.append(error) }
    return loaded
  }

  private func missing(_ blocks: [PluginBlock], in library: DriverLibrary) -> [DriverLoadError] {
    let names = library.drivers.map(\.name)
    return blocks.filter { !names.contains($0.name) }.map { block in
      DriverLoadError(
        .noSuchDriver, driver: block.name, file: library.path,
        expected: "a library with a driver \"\(block.name)\"",
        found: "one with \(names.map { "\"\($0)\"" }.joined(separator: ", "))",
        remedy: "name the plugin block as the driver is named")
    }
  }

  private func duplicate(_ descriptor: DriverDescriptor, _ other: String) -> DriverLoadError {
    DriverLoadError(
      .duplicateName, driver: descriptor.name, file: descriptor.libraryPath,
      expected: "one driver of each name", found: "\"\(descriptor.name)\" loaded from \(other) before",
      remedy: "remove one of the two files")
  }

  private func open(
    _ descriptor: DriverDescriptor, of library: DriverLibrary, _ block: PluginBlock?
  ) async throws(DriverLoadError) -> LoadedDriver {
    let configuration: CheckedConfiguration
    do {
      configuration = try descriptor.pluginSchema.check(
        block?.config, subject: "plugin \"\(descriptor.name)\"", range: block?.range)
    } catch {
      throw DriverLoadError(
        .invalidConfiguration, driver: descriptor.name, file: library.path,
        expected: "a config block that fits the driver", found: error.description,
        remedy: "correct the plugin block", diagnostics: error.diagnostics)
    }
    let (deadlines, log, host) = (deadlines, log, self.configuration)
    let driver = try await run(.open, descriptor.name, library.path) { () throws(DriverLoadError) in
      let places = try DriverPlaces(of: descriptor, host)
      return try library.open(descriptor, places: places, deadlines: deadlines, log: log)
    }
    do {
      try await driver.configure(configuration)
      return driver
    } catch {
      // A driver whose configure has not returned must not be called again.
      if error.kind == .timedOut { driver.abandon() } else { await driver.close() }
      throw DriverLoadError(
        error.kind == .timedOut ? .timedOut : .configureFailed, driver: descriptor.name, file: library.path,
        expected: "the driver to accept its configuration", found: error.description,
        remedy: "see what the driver says, and correct its plugin block")
    }
  }

  private func run<Value: Sendable>(
    _ call: DriverCall, _ driver: String?, _ path: String,
    _ body: @escaping @Sendable () throws(DriverLoadError) -> Value
  ) async throws(DriverLoadError) -> Value {
    let limit = deadlines.deadline(of: call)
    if let other = stuck.path.withLock({ $0 }) {
      throw DriverLoadError(
        .timedOut, driver: driver, file: path, expected: "the library to \(call.rawValue)",
        found: "the dynamic loader still busy with \(other)", remedy: "remove that one, and restart")
    }
    let (log, patience) = (log, Self.patience)
    let reminder = Task {
      // Cancelled when the call has come back before.
      guard (try? await Task.sleep(for: patience)) != nil else { return }
      log(
        DriverLogMessage(
          driver: driver ?? path, level: .warning,
          text: "has not finished to \(call.rawValue) after \(patience); it is given up after \(limit)"))
    }
    defer { reminder.cancel() }
    switch await pool.run(within: limit, { Result(catching: body) }) {
    case .finished(let result): return try result.get()
    case .timedOut:
      stuck.path.withLock { $0 = path }
      throw DriverLoadError(
        .timedOut, driver: driver, file: path, expected: "the library to \(call.rawValue) within \(limit)",
        found: "no answer", remedy: "the driver blocks where it must not: tell its author, and restart")
    }
  }
}
