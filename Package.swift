// swift-tools-version: 6.2
import PackageDescription

/// Every target of the project is built with these settings.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Where asynchronous functions stay on the thread of whoever calls them, unless they say otherwise: going from
/// thread to thread costs more than most of them do.
let stayingSettings = settings + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

// Targets stand in the order of the module table in docs/contributing.md:
// nothing imports upwards.
let package = Package(
  name: "hostler",
  products: [
    .executable(name: "hostler", targets: ["hostler"]),
    .executable(name: "hostler-supervisor", targets: ["hostler-supervisor"]),
    .library(name: "HostlerDriver", targets: ["HostlerDriver"]),
    .library(name: "Supervision", targets: ["Supervision"]),
    .library(name: "raw_exec", type: .dynamic, targets: ["RawExec"]),
    .library(name: "mock_driver", type: .dynamic, targets: ["MockDriver"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    // MARK: Driver SDK
    .systemLibrary(name: "CHostlerDriver", path: "SDK/include"),
    .target(
      name: "HostlerDriver", dependencies: ["CHostlerDriver"], path: "SDK/Swift",
      swiftSettings: settings),
    .target(
      name: "CCrashPoint", path: "SDK/CrashPoint",
      cSettings: [
        .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
        .define("HOSTLER_CRASH_POINTS", .when(configuration: .debug)),
      ]),
    .target(
      name: "CSpawn", path: "SDK/Supervision/CSpawn",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "Supervision", dependencies: ["CCrashPoint", "CSpawn"], path: "SDK/Supervision/Swift",
      swiftSettings: settings),

    .executableTarget(
      name: "hostler-supervisor", dependencies: ["Supervision"], path: "SDK/Supervision/Program",
      swiftSettings: settings),
    .target(
      name: "DriverSupervision", dependencies: ["HostlerDriver", "Supervision"],
      path: "SDK/Supervision/Driver", swiftSettings: settings),

    // MARK: Drivers
    .target(
      name: "RawExec", dependencies: ["HostlerDriver", "Supervision", "DriverSupervision"],
      path: "Plugins/RawExec", swiftSettings: settings),
    .target(
      name: "MockDriver", dependencies: ["HostlerDriver", "Supervision", "DriverSupervision"],
      path: "Plugins/Mock", swiftSettings: settings),

    // MARK: Host
    .target(name: "HCL", swiftSettings: settings),
    .target(name: "Jobs", dependencies: ["HCL"], swiftSettings: settings),
    .target(name: "Lifecycle", dependencies: ["Jobs"], swiftSettings: settings),
    .systemLibrary(name: "CLinux"),
    .target(name: "CCallNote", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .systemLibrary(name: "CSQLite"),
    .target(
      name: "State", dependencies: ["CCrashPoint", "CLinux", "CSQLite", "HCL", "Jobs", "Lifecycle"],
      swiftSettings: stayingSettings),
    .target(
      name: "DriverHost", dependencies: ["CCallNote", "CCrashPoint", "CHostlerDriver", "CLinux", "HCL"],
      swiftSettings: settings),
    .target(
      name: "Runner", dependencies: ["CCrashPoint", "DriverHost", "HCL", "Jobs", "Lifecycle"],
      swiftSettings: stayingSettings
    ),
    .target(
      name: "Agent",
      dependencies: [
        "CCrashPoint", "CLinux", "DriverHost", "HCL", "Jobs", "Lifecycle", "Runner", "State",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .systemLibrary(name: "CZlib"),
    .target(
      name: "API",
      dependencies: [
        "Agent", "CLinux", "CZlib", "DriverHost", "HCL", "Jobs", "Lifecycle", "Runner", "State",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "hostler",
      dependencies: [
        "API", "Agent", "DriverHost", "HCL", "Jobs", "Lifecycle", "Runner", "State",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),

    // MARK: Benchmarks
    .executableTarget(
      name: "driver-call-benchmark", dependencies: ["DriverHost", "HCL"], path: "Benchmarks/DriverCalls",
      exclude: ["quick_driver.c"], swiftSettings: settings),

    // MARK: Tests
    .testTarget(
      name: "HCLTests", dependencies: ["HCL"], exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "JobsTests", dependencies: ["Jobs"], exclude: ["Fixtures"], swiftSettings: settings),
    .target(name: "ScenarioTestKit", path: "Tests/ScenarioTestKit", swiftSettings: settings),
    .target(
      name: "ModelCheck", dependencies: ["Lifecycle", "Jobs"], path: "Tests/ModelCheck",
      swiftSettings: settings),
    .executableTarget(
      name: "model-check", dependencies: ["ModelCheck", "Lifecycle"], path: "Tests/ModelCheckCommand",
      swiftSettings: settings),
    .testTarget(
      name: "LifecycleTests", dependencies: ["HCL", "Jobs", "Lifecycle", "ModelCheck", "ScenarioTestKit"],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "SupervisionTests", dependencies: ["Supervision", "CSpawn"], swiftSettings: settings),
    .testTarget(
      name: "PluginTests", dependencies: ["CHostlerDriver", "CSpawn", "HostlerDriver"],
      swiftSettings: settings),
    .executableTarget(
      name: "driver-load-probe", dependencies: ["DriverHost"], path: "Tests/DriverLoadProbe",
      swiftSettings: settings),
    .testTarget(
      name: "DriverHostTests", dependencies: ["DriverHost", "HCL", "driver-load-probe", "hostler"],
      exclude: ["Drivers"], swiftSettings: settings),
    .executableTarget(
      name: "state-writer", dependencies: ["Jobs", "Lifecycle", "State"], path: "Tests/StateWriter",
      swiftSettings: settings),
    .testTarget(
      name: "StateTests",
      dependencies: ["CSQLite", "HCL", "Jobs", "Lifecycle", "State", "state-writer"],
      exclude: ["Fixtures"], swiftSettings: settings),
    .target(
      name: "Simulation", dependencies: ["HCL", "Jobs", "Lifecycle", "State"], path: "Tests/Simulation",
      swiftSettings: settings),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/SimulateCommand",
      swiftSettings: settings),
    .testTarget(
      name: "SimulationTests", dependencies: ["Jobs", "Lifecycle", "Simulation"], swiftSettings: settings),
    .testTarget(name: "RunnerTests", dependencies: ["HCL", "Jobs", "Runner"], swiftSettings: settings),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Agent", "DriverHost", "HCL", "Jobs", "Lifecycle", "Runner", "ScenarioTestKit", "State",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "APITests",
      dependencies: [
        "API", "Agent", "DriverHost", "HCL", "Jobs", "Lifecycle", "Runner",
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(name: "CommandTests", dependencies: ["hostler"], swiftSettings: settings),
  ],
  cLanguageStandard: .c11
)
