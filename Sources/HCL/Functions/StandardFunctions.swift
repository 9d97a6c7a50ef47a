/// What functions may read from the machine that evaluates an expression.
///
/// HCL itself touches no files: whoever allows it passes in how.
public struct FileAccess: Sendable {
  /// The folder that relative paths start from; absolute.
  public var baseDirectory: String
  /// The user's home folder, for `~`.
  public var homeDirectory: String
  /// The content of a file; the message of the error is shown to the user.
  public var read: @Sendable (_ path: String) throws(FunctionError) -> [UInt8]
  /// Whether a file exists.
  public var exists: @Sendable (_ path: String) -> Bool

  /// Makes an access from its parts.
  public init(
    baseDirectory: String, homeDirectory: String,
    read: @escaping @Sendable (_ path: String) throws(FunctionError) -> [UInt8],
    exists: @escaping @Sendable (_ path: String) -> Bool
  ) {
    self.baseDirectory = baseDirectory
    self.homeDirectory = homeDirectory
    self.read = read
    self.exists = exists
  }
}

/// The functions that Nomad offers in job files.
public enum StandardFunctions {
  /// All functions by name.
  /// - Parameter files: what the file functions may read; nil makes them fail.
  public static func table(files: FileAccess? = nil) -> [String: Function] {
    var table: [String: Function] = [:]
    let groups = [
      numeric, textual, formatting, collection, sets, encoding, hashes, addresses, dates, special,
      fileFunctions(files),
    ]
    for group in groups { table.merge(group) { first, _ in first } }
    return table
  }
}

/// Shorthands for the tables of functions.
typealias Parameter = Function.Parameter

extension Value {
  /// The text of an argument that was converted to a string.
  var text: String {
    if case .string(let text) = self { return text }
    return ""
  }

  /// The number of an argument that was converted to a number.
  var numberOrZero: Number {
    if case .number(let number) = self { return number }
    return 0
  }

  /// The whole number of an argument.
  func wholeNumber(_ index: Int) throws(FunctionError) -> Int {
    guard let value = numberOrZero.int else { throw .argument(index, "a whole number is required") }
    return value
  }

  static func strings(_ texts: some Sequence<String>) -> Value {
    .list(texts.map { .normalized($0) }, element: .string)
  }
}
