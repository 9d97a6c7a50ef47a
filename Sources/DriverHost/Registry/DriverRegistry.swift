internal import CCallNote
internal import HCL
internal import Synchronization

/// The drivers of an agent: loads them, knows their health, and hands them out by name.
///
/// Every method may be called from any task.
public final class DriverRegistry: Sendable {
  struct Entry {
    var driver: ReplaceableDriver
    var info: DriverInfo
    /// Asks again by time and when the driver says so; ended when the registry is closed.
    var refresher: Task<Void, Never>?
  }

  struct State {
    var entries: [String: Entry] = [:]
    /// Drivers that are not there and that tasks wait for.
    var awaited: [String: ReplaceableDriver] = [:]
    /// What was loaded last.
    var configuration = DriversConfiguration()
    var observers: [Int: AsyncStream<DriverInfo>.Continuation] = [:]
    var nextObserver = 0
    var isRestored = false
    var isClosed = false
  }

  let state = Mutex(State())
  let deadlines: DriverDeadlines
  private let refreshLimits: RefreshLimits
  let log: @Sendable (DriverLogMessage) -> Void

  /// Makes an empty registry.
  ///
  /// - Parameters:
  ///   - deadlines: how long to wait for drivers.
  ///   - refreshLimits: how often to ask drivers how they are.
  ///   - log: takes what drivers log; called on any thread, must be quick.
  public init(
    deadlines: DriverDeadlines = DriverDeadlines(), refreshLimits: RefreshLimits = RefreshLimits(),
    log: @escaping @Sendable (DriverLogMessage) -> Void = { _ in }
  ) {
    self.deadlines = deadlines
    self.refreshLimits = refreshLimits
    self.log = log
  }

  // MARK: Loading
  /// Loads, opens and configures drivers and takes their first fingerprint.
  ///
  /// A block that names no file stands for NAME.so or libNAME.so in the plugin directory. Every other
  /// driver library of that directory is loaded too, and its drivers get an empty configuration; a library
  /// that is no driver is passed over.
  ///
  /// - Returns: what could not be used, one error each; everything else is there.
  public func load(_ configuration: DriversConfiguration) async -> [DriverLoadError] {
    hostler_call_note_install()
    state.withLock { $0.configuration = configuration }
    var failures: [DriverLoadError] = []
    var files: [String] = []
    let loader = DriverLoader(configuration, deadlines: deadlines, log: log)
    defer { loader.close() }
    if let directory = configuration.pluginDirectory {
      do { files = try await loader.files(in: directory) } catch { failures.append(error) }
    }
    let plan = LoadPlan(configuration, files: files)
    failures += plan.failures
    for library in plan.libraries {
      let taken = state.withLock { $0.entries.mapValues(\.info.descriptor.libraryPath) }
      let loaded = await loader.load(library, taken: taken)
      failures += loaded.failures
      for driver in loaded.drivers {
        let maker = maker(of: driver.descriptor.name, in: library, configuration)
        do { try await add(driver, maker: maker) } catch { failures.append(error) }
      }
    }
    return failures
  }

  /// Adds a driver that was made elsewhere, and takes its first fingerprint. It belongs to the registry
  /// from then on; one that is refused is closed.
  ///
  /// - Throws: ``DriverLoadError/Problem/duplicateName``.
  public func add(_ driver: any Driver) async throws(DriverLoadError) {
    try await add(driver, maker: nil)
  }

  /// - Parameter maker: makes another when this one ends.
  func add(_ driver: any Driver, maker: ReplaceableDriver.Maker?) async throws(DriverLoadError) {
    let descriptor = driver.descriptor
    let name = descriptor.name
    let (other, seat) = state.withLock { state -> (String?, ReplaceableDriver) in
      let seat = state.awaited[name] ?? ReplaceableDriver(named: name, deadlines: deadlines, log: log)
      if let known = state.entries[name] { return (known.info.descriptor.libraryPath, seat) }
      state.awaited[name] = nil
      state.entries[name] = Entry(driver: seat, info: DriverInfo(descriptor: descriptor))
      return (nil, seat)
    }
    if let other {
      await driver.close()
      throw .duplicate(name, file: descriptor.libraryPath, loadedFrom: other)
    }
    if state.withLock({ $0.isRestored }) { seat.handle(.restoreRequested) }
    // A registry that was closed meanwhile has closed the seat.
    guard seat.put(driver, maker: maker) else { return await driver.close() }
    await seat.waitUntilSettled()
    let info = await Self.ask(seat)
    state.withLock { $0.entries[name]?.info = info }
    publish(info)
    let refresher = Task { await self.keepAsking(seat) }
    let isKept = state.withLock { state in
      state.entries[name]?.refresher = refresher
      return state.entries[name] != nil
    }
    if !isKept { refresher.cancel() }
  }

  // MARK: Looking up
  /// A driver by its name.
  public func driver(named name: String) throws(UnknownDriverError) -> any Driver {
    let (driver, names) = state.withLock { ($0.entries[name]?.driver, $0.entries.keys.sorted()) }
    if let driver { return driver }
    throw unknownDriver(name, among: names)
  }

  func unknownDriver(_ name: String, among names: [String]) -> UnknownDriverError {
    UnknownDriverError(name: name, available: names, suggestion: nearestName(to: name, among: names))
  }

  /// The drivers that are there, by name.
  public var all: [DriverInfo] {
    state.withLock { state in state.entries.values.map(\.info).sorted { $0.name < $1.name } }
  }

  /// What is known about a driver.
  public func info(named name: String) -> DriverInfo? { state.withLock { $0.entries[name]?.info } }

  // MARK: Health
  /// What is known about a driver, each time when that has changed; ends when the registry is closed.
  ///
  /// An observer that falls behind misses the oldest changes.
  public func changes() -> AsyncStream<DriverInfo> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: DriverInfo.self, bufferingPolicy: .bufferingNewest(256))
    let number = state.withLock { state -> Int? in
      guard !state.isClosed else { return nil }
      state.nextObserver += 1
      state.observers[state.nextObserver] = continuation
      return state.nextObserver
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.observers.removeValue(forKey: number) }
    }
    return stream
  }

  /// Asks every driver again how it is.
  public func refresh() async {
    let drivers = state.withLock { $0.entries.values.map(\.driver) }
    for driver in drivers { update(await Self.ask(driver)) }
  }

  static func ask(_ driver: any Driver) async -> DriverInfo {
    do {
      return DriverInfo(descriptor: driver.descriptor, fingerprint: try await driver.fingerprint())
    } catch {
      return DriverInfo(descriptor: driver.descriptor, failure: error)
    }
  }

  func update(_ info: DriverInfo) {
    let isNew = state.withLock { state in
      guard let known = state.entries[info.name]?.info, known != info else { return false }
      state.entries[info.name]?.info = info
      return true
    }
    if isNew { publish(info) }
  }

  private func publish(_ info: DriverInfo) {
    let observers = state.withLock { $0.observers.values.map { $0 } }
    for observer in observers { observer.yield(info) }
  }

  func keepAsking(_ driver: any Driver) async {
    let name = driver.descriptor.name
    while !Task.isCancelled {
      let known = info(named: name)
      let pause = refreshLimits.pause(after: known)
      await withTaskGroup { group in
        group.addTask { await driver.waitForFingerprintChange() }
        if let pause { group.addTask { try? await Task.sleep(for: pause) } }
        await group.next()
        group.cancelAll()
      }
      if Task.isCancelled { return }
      update(await Self.ask(driver))
      // A driver that never stops saying so must not take a whole processor.
      try? await Task.sleep(for: refreshLimits.shortest)
    }
  }

  // MARK: The end of restoring, the end
  /// Tells every driver that no more tasks are going to be recovered; see ``Driver/restoreComplete()``.
  /// Drivers that are added later are told at once.
  ///
  /// - Returns: what went wrong; those drivers serve all the same.
  @discardableResult
  public func restoreComplete() async -> [DriverError] {
    let drivers = state.withLock { state -> [any Driver] in
      guard !state.isRestored else { return [] }
      state.isRestored = true
      // Those that are not there are told when they are.
      for driver in state.awaited.values { driver.handle(.restoreRequested) }
      return state.entries.sorted { $0.key < $1.key }.map(\.value.driver)
    }
    // Side by side: one that takes its time keeps no other from serving.
    return await withTaskGroup(of: DriverError?.self) { group in
      for driver in drivers { group.addTask { await self.restore(driver) } }
      var failures: [DriverError] = []
      for await case let failure? in group { failures.append(failure) }
      return failures.sorted { $0.driver < $1.driver }
    }
  }

  private func restore(_ driver: any Driver) async -> DriverError? {
    do throws(DriverError) {
      try await driver.restoreComplete()
      return nil
    } catch {
      return error
    }
  }

  /// Closes every driver; their tasks go on.
  public func close() async {
    let (entries, awaited, observers) = state.withLock { state in
      defer {
        state.entries = [:]
        state.awaited = [:]
        state.observers = [:]
        state.isClosed = true
      }
      return (Array(state.entries.values), Array(state.awaited.values), Array(state.observers.values))
    }
    for entry in entries { entry.refresher?.cancel() }
    for entry in entries { await entry.driver.close() }
    for driver in awaited { await driver.close() }
    for observer in observers { observer.finish() }
  }
}

/// How often drivers are asked how they are.
public struct RefreshLimits: Hashable, Sendable {
  /// The least time between two questions that nobody asked for.
  public var shortest: Duration
  /// When a driver is asked again that could not say.
  public var afterFailure: Duration

  /// Makes limits from their parts.
  public init(shortest: Duration = .seconds(1), afterFailure: Duration = .seconds(30)) {
    self.shortest = shortest
    self.afterFailure = afterFailure
  }

  /// How long to wait before asking again by time; nil for never.
  func pause(after info: DriverInfo?) -> Duration? {
    guard let info, info.failure == nil else { return afterFailure }
    return info.fingerprint?.refreshInterval.map { max($0, shortest) }
  }
}
