internal import CCallNote
internal import Synchronization

extension DriverRegistry {
  // MARK: Finding tasks again
  /// Finds a task of an earlier agent again. A task of a driver that is not there, or is just being started
  /// again, is left as it is until the driver comes; it is then asked for before the driver is told that
  /// restoring is over.
  ///
  /// - Parameters:
  ///   - request: the task.
  ///   - name: the name of its driver.
  ///   - whenDeferred: called with a reason, perhaps more than once, when the answer has to wait for the
  ///     driver, however long that takes. Nobody else needs to wait for it.
  /// - Throws: as ``Driver/recover(_:)``, though never because the driver cannot say: it is asked again for
  ///   as long as it takes. ``DriverError/Kind/notServing`` when the registry is closed,
  ///   ``DriverError/Kind/cancelled`` when the calling task is cancelled.
  public func recover(
    _ request: RecoverRequest, with name: String,
    whenDeferred: @escaping @Sendable (String) async -> Void = { _ in }
  ) async throws(DriverError) -> TaskStatus {
    while true {
      guard let driver = seat(for: name) else {
        throw DriverError(
          .notServing, driver: name, call: .recover, taskID: request.taskID,
          message: "the drivers are closed")
      }
      do throws(DriverError) {
        return try await driver.recover(request, whenDeferred: whenDeferred)
      } catch {
        // One that is just being unloaded is not there any more: the next is waited for.
        guard driver.isClosed, error.kind == .notServing else { throw error }
        await Task.yield()
      }
    }
  }

  /// What a task waits for, also when it is not there; nil when the registry is closed.
  private func seat(for name: String) -> ReplaceableDriver? {
    state.withLock { state in
      if state.isClosed { return nil }
      if let driver = state.entries[name]?.driver ?? state.awaited[name] { return driver }
      let driver = ReplaceableDriver(named: name, deadlines: deadlines, log: log)
      if state.isRestored { driver.handle(.restoreRequested) }
      state.awaited[name] = driver
      return driver
    }
  }

  /// The drivers that are not there while tasks of an earlier agent wait for them, by name.
  public var awaited: [String] { state.withLock { $0.awaited.keys.sorted() } }

  // MARK: Reload
  /// Replaces a driver by what its library's file holds now, while its tasks run; loads one that is not
  /// there.
  ///
  /// The new library is checked, loaded, opened and configured first. Then new calls wait, those under way
  /// are left to end, every task is asked for in the new driver, and that takes over; waits go on in it.
  /// When anything of that fails the old driver goes on as before. A library without a process of its own
  /// stays in memory, since none may ever be unmapped; see ``DriverIsolation``.
  ///
  /// - Parameters:
  ///   - name: the driver's name.
  ///   - configuration: what to load it by; nil for the configuration of the last load.
  /// - Throws: why the driver was not replaced.
  public func reload(
    _ name: String, with configuration: DriversConfiguration? = nil
  ) async throws(DriverReloadError) {
    hostler_call_note_install()
    let (known, configuration) = state.withLock { state in
      if let configuration { state.configuration = configuration }
      return (state.entries[name], state.configuration)
    }
    let library: LoadPlan.Library
    do {
      library = try await self.library(
        of: name, loadedFrom: known?.info.descriptor.libraryPath, configuration)
    } catch {
      if known == nil, error.problem == .noLibrary {
        throw DriverReloadError(name, .unknown(unknownDriver(name)))
      }
      throw DriverReloadError(name, .notLoaded(error))
    }
    let maker = maker(of: name, in: library, configuration)
    if let known {
      try await known.driver.reload(with: maker)
      await known.driver.waitUntilSettled()
      update(await Self.ask(known.driver))
      log(
        DriverLogMessage(
          driver: name, level: .info,
          text: "replaced by version \(known.driver.descriptor.pluginVersion) of \(library.path)"))
    } else {
      do throws(DriverLoadError) { try await add(try await maker(), maker: maker) } catch {
        throw DriverReloadError(name, .notLoaded(error))
      }
    }
  }

  // MARK: One more, one less
  /// Loads one more driver, and gives it the tasks that wait for it. Its block takes the place of one of
  /// the same name in the configuration.
  ///
  /// - Throws: why it cannot be used; ``DriverLoadError/Problem/duplicateName`` for one that is there.
  public func load(_ block: PluginBlock) async throws(DriverLoadError) {
    hostler_call_note_install()
    var configuration = state.withLock { $0.configuration }
    configuration.plugins.removeAll { $0.name == block.name }
    configuration.plugins.append(block)
    let library = try await library(of: block.name, loadedFrom: nil, configuration)
    if let known = info(named: block.name) {
      throw .duplicate(block.name, file: library.path, loadedFrom: known.descriptor.libraryPath)
    }
    let maker = maker(of: block.name, in: library, configuration)
    try await add(try await maker(), maker: maker)
    state.withLock { state in
      state.configuration.plugins.removeAll { $0.name == block.name }
      state.configuration.plugins.append(block)
    }
  }

  /// Closes a driver that has no tasks, and forgets it. A library without a process of its own stays in
  /// memory.
  ///
  /// - Throws: ``DriverUnloadError`` when it is not there or has tasks.
  public func unload(_ name: String) async throws(DriverUnloadError) {
    guard let entry = state.withLock({ $0.entries[name] }) else {
      throw DriverUnloadError(name, .unknown(unknownDriver(name)))
    }
    let tasks = await entry.driver.closeUnlessUsed()
    guard tasks.isEmpty else { throw DriverUnloadError(name, .hasTasks(tasks)) }
    entry.refresher?.cancel()
    state.withLock { state in
      state.configuration.plugins.removeAll { $0.name == name }
      if state.entries[name]?.driver === entry.driver { state.entries[name] = nil }
    }
    log(DriverLogMessage(driver: name, level: .info, text: "unloaded"))
  }

  private func unknownDriver(_ name: String) -> UnknownDriverError {
    unknownDriver(name, among: all.map(\.name))
  }

  /// What a driver is loaded from.
  private func library(
    of name: String, loadedFrom path: String?, _ configuration: DriversConfiguration
  ) async throws(DriverLoadError) -> LoadPlan.Library {
    var files: [String] = []
    let loader = DriverLoader(configuration, deadlines: deadlines, log: log)
    defer { loader.close() }
    if let directory = configuration.pluginDirectory { files = try await loader.files(in: directory) }
    // A block that names nothing but the driver, where there is none: that finds it in the directory too.
    var wanted = configuration
    let hasBlock = configuration.plugins.contains { $0.name == name }
    if !hasBlock { wanted.plugins.append(PluginBlock(name: name, path: path)) }
    let plan = LoadPlan(wanted, files: files)
    if let library = plan.libraries.first(where: { $0.blocks.contains { $0.name == name } }) {
      return library
    }
    if let failure = plan.failures.first(where: { $0.driver == name }) { throw failure }
    throw DriverLoadError(
      .noLibrary, driver: name, expected: "a library for it", found: "none",
      remedy: "set `path` in the plugin block, or put the library into the plugin directory")
  }

  /// What makes a driver, now and whenever it has to be made again.
  func maker(
    of name: String, in library: LoadPlan.Library, _ configuration: DriversConfiguration
  ) -> ReplaceableDriver.Maker {
    let (deadlines, log) = (deadlines, log)
    return { () async throws(DriverLoadError) in
      let loader = DriverLoader(configuration, deadlines: deadlines, log: log)
      defer { loader.close() }
      let loaded = await loader.load(library, only: name)
      if let driver = loaded.drivers.first { return driver }
      throw loaded.failures.first
        ?? DriverLoadError(
          .noSuchDriver, driver: name, file: library.path, expected: "the driver \(name)", found: "none",
          remedy: "name the plugin block as the driver is named")
    }
  }
}
