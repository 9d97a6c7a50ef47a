public import HostlerDriver

private let library = DriverLibrary(name: "mock_driver", version: "1.0.0", drivers: [MockDriver.self])

/// The symbol that the host looks for.
@c(hostler_driver_entry) public func hostlerDriverEntry() -> DriverEntry { library.entry }
