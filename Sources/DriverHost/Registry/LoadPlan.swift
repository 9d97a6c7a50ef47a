/// Which libraries are to be loaded, and what for.
struct LoadPlan {
  /// One library.
  struct Library: Hashable {
    var path: String
    /// The plugin blocks that want it; none for one that was found in the plugin directory.
    var blocks: [PluginBlock]
    /// The checksum that it must have.
    var sha256: String?
  }

  private(set) var libraries: [Library] = []
  /// Blocks that cannot be loaded.
  private(set) var failures: [DriverLoadError] = []

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - configuration: what is wanted.
  ///   - files: the names in the plugin directory.
  init(_ configuration: DriversConfiguration, files: [String]) {
    for block in configuration.plugins {
      guard block.isolation == .none else {
        failures.append(Self.unsupportedIsolation(block))
        continue
      }
      guard let path = Self.path(of: block, in: configuration.pluginDirectory, files: files) else {
        failures.append(Self.noLibrary(block, configuration.pluginDirectory))
        continue
      }
      if let index = libraries.firstIndex(where: { $0.path == path && $0.sha256 == block.sha256 }) {
        libraries[index].blocks.append(block)
      } else {
        libraries.append(Library(path: path, blocks: [block], sha256: block.sha256))
      }
    }
    guard let directory = configuration.pluginDirectory else { return }
    // A library whose block was refused is not loaded behind its back.
    let refused = Set(
      configuration.plugins.filter { $0.isolation != .none }.flatMap { Self.fileNames($0.name) })
    for name in files where name.hasSuffix(".so") && !refused.contains(name) {
      let path = directory + "/" + name
      guard !libraries.contains(where: { $0.path == path }) else { continue }
      libraries.append(Library(path: path, blocks: [], sha256: nil))
    }
  }

  private static func fileNames(_ name: String) -> [String] { ["\(name).so", "lib\(name).so"] }

  private static func path(of block: PluginBlock, in directory: String?, files: [String]) -> String? {
    if let path = block.path { return path }
    guard let directory else { return nil }
    return fileNames(block.name).first { files.contains($0) }.map { directory + "/" + $0 }
  }

  private static func unsupportedIsolation(_ block: PluginBlock) -> DriverLoadError {
    DriverLoadError(
      .unsupportedIsolation, driver: block.name, file: block.path, expected: "isolation = \"none\"",
      found: "isolation = \"\(block.isolation.rawValue)\"",
      remedy:
        "this version cannot run a driver in a process of its own: leave isolation out, or use a newer one")
  }

  private static func noLibrary(_ block: PluginBlock, _ directory: String?) -> DriverLoadError {
    let names = fileNames(block.name).joined(separator: " or ")
    return DriverLoadError(
      .noLibrary, driver: block.name,
      expected: directory.map { "\(names) in \($0)" } ?? "a path or a plugin_dir",
      found: "neither", remedy: "set `path` in the plugin block, or put the library into the plugin directory"
    )
  }
}
