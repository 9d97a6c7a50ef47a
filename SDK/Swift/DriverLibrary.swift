public import CHostlerDriver
internal import Synchronization

/// What a driver library's entry function returns.
public typealias DriverEntry = UnsafePointer<hostler_entry>

/// The drivers of a shared library. Declare one as a global constant, and export it:
///
/// ```swift
/// let library = DriverLibrary(name: "example", version: "1.0.0", drivers: [ExampleDriver.self])
///
/// @c(hostler_driver_entry) public func entry() -> DriverEntry { library.entry }
/// ```
public struct DriverLibrary: Sendable {
  // It points at memory that is written before it is published and never changed or freed.
  private nonisolated(unsafe) let table: DriverEntry

  /// What the entry function returns.
  public var entry: DriverEntry { table }

  /// Makes the tables that the host reads. They are never freed.
  ///
  /// - Parameters:
  ///   - name: the library's own name, for people.
  ///   - version: the library's version, for people.
  ///   - drivers: the types of the drivers in it.
  public init(name: String, version: String, drivers: [any TaskDriver.Type]) {
    let descriptors = UnsafeMutablePointer<UnsafePointer<hostler_driver_descriptor>?>
      .allocate(capacity: max(1, drivers.count))
    for (index, driver) in drivers.enumerated() {
      (descriptors + index).initialize(to: driver.description.staticDescriptor())
    }
    var entry = hostler_entry()
    entry.abi_major = HOSTLER_ABI_MAJOR
    entry.abi_minor = HOSTLER_ABI_MINOR
    entry.size = MemoryLayout<hostler_entry>.size
    entry.plugin_name = staticCString(name)
    entry.plugin_version = staticCString(version)
    entry.drivers = UnsafePointer(descriptors)
    entry.driver_count = drivers.count
    entry.open = { host, name, driver, error in openDriver(host, name, driver, error) }
    table = staticValue(entry)
    openers.withLock { openers in
      for driver in drivers { openers[driver.description.name] = makeOpener(driver) }
    }
  }
}

private typealias Opener = @Sendable (DriverContext) throws(DriverError) -> AnyDriverInstance

/// How to make an instance of each driver: the entry's `open` is a C function, which carries nothing along.
private let openers = Mutex<[String: Opener]>([:])

/// The table that every instance shares.
private let sharedTable = SharedTable()

private struct SharedTable: Sendable {
  // Written once before it is published, and never changed or freed.
  nonisolated(unsafe) let pointer = staticValue(hostler_driver_table.make())
}

private func makeOpener<Driver: TaskDriver>(_ type: Driver.Type) -> Opener {
  { context throws(DriverError) in try DriverInstance<Driver>(context: context) }
}

private func openDriver(
  _ host: UnsafePointer<hostler_host>?, _ name: UnsafePointer<CChar>?,
  _ driver: UnsafeMutablePointer<hostler_driver>?, _ error: hostler_sink
) -> hostler_status {
  reporting(to: error) { () throws(DriverError) in
    guard let name, let driver else { throw DriverError(.invalid, "the host passed no name or no driver") }
    let wanted = String(cString: name)
    guard let opener = openers.withLock({ $0[wanted] }) else {
      throw DriverError(.notFound, "this library has no driver \"\(wanted)\"")
    }
    let instance = try opener(DriverContext(host))
    driver.pointee.table = sharedTable.pointer
    // The host holds this reference until it calls close.
    driver.pointee.instance = Unmanaged<AnyDriverInstance>.passRetained(instance).toOpaque()
  }
}
