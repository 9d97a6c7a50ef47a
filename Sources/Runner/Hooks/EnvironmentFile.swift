/// Reads the `NAME=value` lines of a template that is meant for the environment.
enum EnvironmentFile {
  /// A line that is neither empty, a comment nor `NAME=value`.
  struct Failure: Error, CustomStringConvertible {
    var line: Int
    var text: String

    var description: String { "line \(line) of the environment template is not NAME=value: \(text)" }
  }

  /// The variables, a later line winning over an earlier one. Quotes around a value are taken off.
  static func variables(in text: String) throws(Failure) -> [String: String] {
    var variables: [String: String] = [:]
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      var rest = line.drop { $0 == " " || $0 == "\t" }
      while let last = rest.last, last.isWhitespace { rest.removeLast() }
      if rest.isEmpty || rest.first == "#" { continue }
      if rest.hasPrefix("export ") { rest = rest.dropFirst("export ".count).drop { $0 == " " } }
      guard let equals = rest.firstIndex(of: "="), equals != rest.startIndex else {
        throw Failure(line: number, text: String(line))
      }
      var value = rest[rest.index(after: equals)...]
      if value.count >= 2, let first = value.first, first == "\"" || first == "'", value.last == first {
        value = value.dropFirst().dropLast()
      }
      variables[String(rest[..<equals])] = String(value)
    }
    return variables
  }
}
