/// The directories that an open driver is told of.
struct DriverPlaces: Hashable, Sendable {
  /// Its own for what outlives the agent; nil when it is only looked at.
  var stateDirectory: String?
  /// Where its library is; empty when not known.
  var libraryDirectory = ""
  /// Whether its tasks are to end with this host.
  var isTemporary = false

  /// Nowhere, for a driver that is only looked at.
  init() {}

  /// Makes the driver's state directory. Blocks on the disk.
  init(of descriptor: DriverDescriptor, _ configuration: DriversConfiguration) throws(DriverLoadError) {
    libraryDirectory = FilePath.directory(of: descriptor.libraryPath)
    isTemporary = configuration.isTemporary
    guard let parent = configuration.stateDirectory else { return }
    let path = parent + "/" + descriptor.name
    do throws(SystemCallError) {
      try FilePath.makePrivateDirectory(parent)
      try FilePath.makePrivateDirectory(path)
    } catch {
      throw DriverLoadError(
        .openFailed, driver: descriptor.name, file: descriptor.libraryPath,
        expected: "a directory \(path) for the driver's own state", found: error.description,
        remedy: "make room for it, or correct data_dir")
    }
    stateDirectory = path
  }
}
