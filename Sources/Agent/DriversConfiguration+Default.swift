public import DriverHost
import Runner

extension DriversConfiguration {
  /// The configuration with the place where drivers are found when none is named: `HOSTLER_PLUGIN_DIR`,
  /// or beside the program.
  public func withDefaultDirectory() -> DriversConfiguration {
    guard pluginDirectory == nil else { return self }
    var configuration = self
    configuration.pluginDirectory = Self.defaultDirectory()
    return configuration
  }

  /// An installed program has its drivers in `drivers` beside it or in `lib/hostler/drivers`; one that was
  /// just built has them in its own folder.
  private static func defaultDirectory() -> String? {
    if let named = environmentVariable("HOSTLER_PLUGIN_DIR") { return named }
    guard let program = executablePath(), let slash = program.lastIndex(of: "/") else { return nil }
    let folder = String(program[..<slash])
    let candidates = [folder + "/drivers", folder + "/../lib/hostler/drivers"]
    if let installed = candidates.first(where: { FileSystem.kind($0) == .directory }) { return installed }
    return FileSystem.kind(folder + "/libraw_exec.so") == .file ? folder : nil
  }
}
