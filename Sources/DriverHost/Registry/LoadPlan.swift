/// Which libraries are to be loaded, and what for.
struct LoadPlan {
  /// One library.
  struct Library: Hashable {
    var path: String
    /// The plugin blocks that want it; none for one that was found in the plugin directory.
    var blocks: [PluginBlock]
    /// The checksum that it must have.
    var sha256: String?
    /// Where its code is to run.
    var isolation = DriverIsolation.none
    /// Drivers of it that other blocks want in a process of their own.
    var excluded: Set<String> = []
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
      guard let path = Self.path(of: block, in: configuration.pluginDirectory, files: files) else {
        failures.append(Self.noLibrary(block, configuration.pluginDirectory))
        continue
      }
      let known = libraries.firstIndex {
        $0.path == path && $0.sha256 == block.sha256 && $0.isolation == block.isolation
      }
      if let known {
        libraries[known].blocks.append(block)
      } else {
        libraries.append(
          Library(path: path, blocks: [block], sha256: block.sha256, isolation: block.isolation))
      }
    }
    let isolated = configuration.plugins.filter { $0.isolation == .process }.map(\.name)
    for index in libraries.indices where libraries[index].isolation == .none {
      libraries[index].excluded = Set(isolated)
    }
    guard let directory = configuration.pluginDirectory else { return }
    // What is to run in a process of its own is not loaded into this one behind its back.
    let kept = Set(isolated.flatMap(Self.fileNames))
    for name in files where name.hasSuffix(".so") && !kept.contains(name) {
      let path = directory + "/" + name
      guard !libraries.contains(where: { $0.path == path }) else { continue }
      libraries.append(Library(path: path, blocks: [], sha256: nil, excluded: Set(isolated)))
    }
  }

  private static func fileNames(_ name: String) -> [String] { ["\(name).so", "lib\(name).so"] }

  private static func path(of block: PluginBlock, in directory: String?, files: [String]) -> String? {
    if let path = block.path { return path }
    guard let directory else { return nil }
    return fileNames(block.name).first { files.contains($0) }.map { directory + "/" + $0 }
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
