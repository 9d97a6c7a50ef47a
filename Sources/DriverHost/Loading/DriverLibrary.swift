internal import CHostlerDriver
internal import Synchronization

/// A driver library that is loaded into this process, for ever.
struct DriverLibrary: Sendable {
  /// What it holds.
  let drivers: [DriverDescriptor]
  /// Its file.
  let path: String
  private let open: LibraryReader.OpenFunction

  /// Held while code of a library runs that may end the process; see ``CrashNote``.
  private static let loading = Mutex(())

  /// Checks a file, loads it and reads what it says about itself. Blocks.
  ///
  /// - Parameters:
  ///   - isNamed: whether the configuration names it; of a file that was merely found, nil
  ///     says that it is no driver.
  ///   - notesCrashes: whether this process says on standard error which library ended it.
  static func load(
    _ check: LibraryCheck, isNamed: Bool = true, notesCrashes: Bool = true
  ) throws(DriverLoadError) -> DriverLibrary? {
    let file: LibraryCheck.CheckedFile
    do {
      file = try check.run()
    } catch {
      if !isNamed, error.problem == .missingEntrySymbol { return nil }
      throw error
    }
    guard let loaderPath = LibraryDirectories.loaderPath(of: file) else {
      throw DriverLoadError(
        .changedAfterLoad, driver: check.driver, file: check.path,
        expected: "the file as it was when this process loaded it",
        found: "other content in the same file",
        remedy: "replace a library by moving a new file over it, never by writing into it; restart now")
    }
    return try loading.withLock { _ throws(DriverLoadError) -> DriverLibrary in
      try CrashNote.whileLoading(notesCrashes ? file.realPath : nil) {
        () throws(DriverLoadError) -> DriverLibrary in
        try load(loaderPath, file, check)
      }
    }
  }

  private static func load(
    _ loaderPath: String, _ file: LibraryCheck.CheckedFile, _ check: LibraryCheck
  ) throws(DriverLoadError) -> DriverLibrary {
    let handle: DynamicLoader.Handle
    do {
      handle = try DynamicLoader.load(loaderPath)
    } catch {
      throw DriverLoadError(
        .loaderRefused, driver: check.driver, file: check.path,
        expected: "a library that the dynamic loader accepts",
        found: error.message.replacing(loaderPath, with: file.realPath),
        remedy: "install what it needs, or use a build of the driver for this system")
    }
    guard let symbol = handle.symbol(DriverABI.entrySymbol) else {
      throw DriverLoadError(
        .missingEntrySymbol, driver: check.driver, file: check.path,
        expected: "the exported function \(DriverABI.entrySymbol)", found: "no such symbol",
        remedy: "check that this is a hostler driver")
    }
    typealias EntryFunction = @convention(c) () -> UnsafeRawPointer?
    let entry = unsafeBitCast(symbol, to: EntryFunction.self)
    var reader = try LibraryReader(path: check.path, driver: check.driver)
    let contents = try reader.read(entry())
    return DriverLibrary(
      drivers: contents.drivers.map { descriptor in
        var descriptor = descriptor
        descriptor.libraryPath = file.realPath
        return descriptor
      }, path: check.path, open: contents.open)
  }

  /// Opens one of its drivers. Blocks.
  func open(
    _ descriptor: DriverDescriptor, places: DriverPlaces = DriverPlaces(), deadlines: DriverDeadlines,
    notesCrashes: Bool = true, log: @escaping @Sendable (DriverLogMessage) -> Void
  ) throws(DriverLoadError) -> LoadedDriver {
    let host = HostInterface(driver: descriptor.name, places: places, log: log)
    var error = ByteCollector()
    var driver = hostler_driver()
    let status = Self.loading.withLock { _ in
      CrashNote.whileLoading(notesCrashes ? path : nil) {
        withUnsafeMutablePointer(to: &error) { error in
          open(host.table, descriptor.name, &driver, hostler_sink(error))
        }
      }
    }
    guard status == hostler_status(HOSTLER_OK) else {
      let message = error.sentence
      throw DriverLoadError(
        .openFailed, driver: descriptor.name, file: path, expected: "the driver to open",
        found: message.isEmpty ? "status \(status) without a message" : message,
        remedy: "see what the driver says, and its documentation")
    }
    let reader = try LibraryReader(path: path, driver: descriptor.name)
    let table = try reader.table(driver.table.map { UnsafeRawPointer($0) })
    return LoadedDriver(
      descriptor: descriptor, table: table, instance: driver.instance, host: host, deadlines: deadlines)
  }
}
