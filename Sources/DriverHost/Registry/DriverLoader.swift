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
    var drivers: [any DriverInstance] = []
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
  /// - Parameters:
  ///   - only: the driver that is wanted; nil for all of the library that no other block wants.
  ///   - taken: the file of each driver that is there already, by name.
  func load(_ library: LoadPlan.Library, only: String? = nil, taken: [String: String] = [:]) async -> Loaded {
    var loaded = Loaded()
    if library.isolation == .process {
      for block in library.blocks where only ?? block.name == block.name {
        do throws(DriverLoadError) {
          loaded.drivers.append(try await openInHost(block, of: library))
        } catch { loaded.failures.append(error) }
      }
      return loaded
    }
    do throws(DriverLoadError) {
      let check = LibraryCheck(
        path: library.path, driver: only ?? library.blocks.first?.name, sha256: library.sha256)
      let isNamed = !library.blocks.isEmpty || only != nil
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
      let names = found.drivers.map(\.name)
      let wanted = only.map { [$0] } ?? library.blocks.map(\.name)
      loaded.failures = wanted.filter { !names.contains($0) }.map { .noSuchDriver($0, in: found) }
      for descriptor in found.drivers where only ?? descriptor.name == descriptor.name {
        guard !library.excluded.contains(descriptor.name) else { continue }
        do throws(DriverLoadError) {
          if let other = taken[descriptor.name] {
            throw DriverLoadError.duplicate(
              descriptor.name, file: descriptor.libraryPath, loadedFrom: other)
          }
          let block = library.blocks.first { $0.name == descriptor.name }
          loaded.drivers.append(try await open(descriptor, of: found, block))
        } catch { loaded.failures.append(error) }
      }
    } catch { loaded.failures.append(error) }
    return loaded
  }

  private func open(
    _ descriptor: DriverDescriptor, of library: DriverLibrary, _ block: PluginBlock?
  ) async throws(DriverLoadError) -> any DriverInstance {
    let configuration = try checked(block, descriptor)
    let (deadlines, log, host) = (deadlines, log, self.configuration)
    let driver = try await run(.open, descriptor.name, library.path) { () throws(DriverLoadError) in
      let places = try DriverPlaces(of: descriptor, host)
      return try library.open(descriptor, places: places, deadlines: deadlines, log: log)
    }
    return try await configured(driver, configuration)
  }

  /// Has a library loaded by a process of its own.
  private func openInHost(
    _ block: PluginBlock, of library: LoadPlan.Library
  ) async throws(DriverLoadError) -> any DriverInstance {
    let (log, host, name) = (log, self.configuration, block.name)
    let connection = try await run(.load, name, library.path, usesDynamicLoader: false) {
      () throws(DriverLoadError) in
      do throws(SystemCallError) {
        return try HostConnection(executable: host.driverHostProgram, driver: name, log: log)
      } catch {
        throw DriverLoadError(
          .hostEnded, driver: name, file: library.path, expected: "a process for the driver",
          found: error.description, remedy: "see that the program is still there, and may be started")
      }
    }
    do throws(DriverLoadError) {
      let order = HostRequest.LibraryOrder(path: library.path, sha256: library.sha256, driver: name)
      let driver = try await IsolatedDriver.load(order, in: connection, deadlines: deadlines)
      let configuration = try checked(block, driver.descriptor)
      let places = try await run(.open, name, library.path, usesDynamicLoader: false) {
        () throws(DriverLoadError) in
        try DriverPlaces(of: driver.descriptor, host)
      }
      try await driver.open(places)
      return try await configured(driver, configuration)
    } catch {
      connection.condemn(.closed)
      throw error
    }
  }

  private func checked(
    _ block: PluginBlock?, _ descriptor: DriverDescriptor
  ) throws(DriverLoadError) -> CheckedConfiguration {
    do {
      return try descriptor.pluginSchema.check(
        block?.config, subject: "plugin \"\(descriptor.name)\"", range: block?.range)
    } catch {
      throw DriverLoadError(
        .invalidConfiguration, driver: descriptor.name, file: descriptor.libraryPath,
        expected: "a config block that fits the driver", found: error.description,
        remedy: "correct the plugin block", diagnostics: error.diagnostics)
    }
  }

  private func configured(
    _ driver: any DriverInstance, _ configuration: CheckedConfiguration
  ) async throws(DriverLoadError) -> any DriverInstance {
    do {
      try await driver.configure(configuration)
      return driver
    } catch {
      // A driver whose configure has not returned must not be called again.
      if error.kind == .timedOut { await driver.abandon() } else { await driver.close() }
      let problem: DriverLoadError.Problem =
        switch error.kind {
        case .timedOut: .timedOut
        case .driverGone: .hostEnded
        default: .configureFailed
        }
      throw DriverLoadError(
        problem, driver: driver.descriptor.name, file: driver.descriptor.libraryPath,
        expected: "the driver to accept its configuration", found: error.description,
        remedy: "see what the driver says, and correct its plugin block")
    }
  }

  private func run<Value: Sendable>(
    _ call: DriverCall, _ driver: String?, _ path: String, usesDynamicLoader: Bool = true,
    _ body: @escaping @Sendable () throws(DriverLoadError) -> Value
  ) async throws(DriverLoadError) -> Value {
    let limit = deadlines.deadline(of: call)
    if usesDynamicLoader, let other = stuck.path.withLock({ $0 }) {
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
      if usesDynamicLoader { stuck.path.withLock { $0 = path } }
      throw DriverLoadError(
        .timedOut, driver: driver, file: path, expected: "the library to \(call.rawValue) within \(limit)",
        found: "no answer", remedy: "the driver blocks where it must not: tell its author, and restart")
    }
  }
}
