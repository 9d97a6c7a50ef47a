public import HCL

/// Why a driver is not there: one error for each library or driver that could not be used. The others
/// go on.
public struct DriverLoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// No file was found for the name.
    case noLibrary
    /// The file or a directory cannot be read.
    case unreadable
    case notRegularFile
    /// The file or its directory belongs to somebody else.
    case owner
    /// The file or its directory can be written by others.
    case writableByOthers
    /// The file is not the pinned one.
    case checksum
    /// The checksum in the configuration is not one.
    case invalidChecksum
    case notELF
    case elfClass
    case elfByteOrder
    case elfMachine
    case elfType
    /// The file ends early or its tables contradict each other.
    case malformedELF
    case missingEntrySymbol
    /// The dynamic loader refused it.
    case loaderRefused
    /// The file was changed in place after it had been loaded.
    case changedAfterLoad
    case abiMajor
    /// The library broke a rule of the ABI in what it says about itself.
    case ruleBroken(ABIRule)
    /// Another driver of this name is loaded already.
    case duplicateName
    /// The library holds no driver of the block's name.
    case noSuchDriver
    /// The process of its own that was to load it could not be started, or ended over it.
    case hostEnded
    /// The `config` block does not fit; see `diagnostics`.
    case invalidConfiguration
    case openFailed
    case configureFailed
    case timedOut
  }

  /// What is wrong.
  public var problem: Problem
  /// The driver's name as far as it is known.
  public var driver: String?
  /// The file it is about.
  public var file: String?
  /// What was expected.
  public var expected: String
  /// What was found instead.
  public var found: String
  /// What to do about it.
  public var remedy: String
  /// For a configuration that does not fit: the mistakes with their places.
  public var diagnostics: [Diagnostic]

  /// Makes an error from its parts.
  public init(
    _ problem: Problem, driver: String? = nil, file: String? = nil, expected: String, found: String,
    remedy: String, diagnostics: [Diagnostic] = []
  ) {
    self.problem = problem
    self.driver = driver
    self.file = file
    self.expected = expected
    self.found = found
    self.remedy = remedy
    self.diagnostics = diagnostics
  }

  static func noSuchDriver(_ name: String, in library: DriverLibrary) -> DriverLoadError {
    let names = library.drivers.map { "\"\($0.name)\"" }
    return DriverLoadError(
      .noSuchDriver, driver: name, file: library.path, expected: "a library with a driver \"\(name)\"",
      found: "one with \(names.joined(separator: ", "))",
      remedy: "name the plugin block as the driver is named")
  }

  static func duplicate(_ name: String, file: String?, loadedFrom other: String?) -> DriverLoadError {
    DriverLoadError(
      .duplicateName, driver: name, file: file, expected: "one driver of each name",
      found: "\"\(name)\" loaded from \(other ?? "another file") before",
      remedy: "remove one of the two files")
  }

  /// The rule of the ABI that was broken, if one was.
  public var rule: ABIRule? {
    if case .ruleBroken(let rule) = problem { return rule }
    return problem == .missingEntrySymbol ? .entrySymbol : problem == .abiMajor ? .version : nil
  }

  /// Sentences for a person: where, what was expected, what was found, what to do.
  public var description: String {
    var text = ""
    if let driver { text += "driver \(driver): " }
    if let file { text += "\(file): " }
    text += "expected \(expected), found \(found)"
    if let rule { text += " (driver ABI rule \(rule): \(rule.title))" }
    return text + "; \(remedy)"
  }
}
