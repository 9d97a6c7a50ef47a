public import HCL

extension ConfigurationSchema {
  /// Checks a configuration whose references have been replaced.
  ///
  /// - Parameters:
  ///   - value: the configuration; nil or null when there is none.
  ///   - subject: what it belongs to, for messages: `task "web"`.
  ///   - range: where to point at when something is missing and `value` has no place of its own.
  /// - Returns: the values, with the schema's defaults filled in.
  /// - Throws: everything that is wrong with it.
  public func check(
    _ value: LocatedValue?, subject: String, range: SourceRange? = nil
  ) throws(DiagnosticsError) -> CheckedConfiguration {
    var checker = ConfigurationChecker(subject: subject, allowsReferences: false)
    let configuration = checker.check(value, against: self, at: range)
    guard checker.diagnostics.isEmpty else { throw DiagnosticsError(checker.diagnostics) }
    return configuration
  }

  /// Checks a configuration as it stands in a job file: text with a `${…}` that is only known when the
  /// task starts fits every field that is one word.
  ///
  /// - Parameters:
  ///   - value: the configuration; nil or null when there is none.
  ///   - subject: what it belongs to, for messages: `task "web"`.
  ///   - range: where to point at when something is missing and `value` has no place of its own.
  /// - Returns: everything that is wrong with it.
  public func validate(
    _ value: LocatedValue?, subject: String, range: SourceRange? = nil
  ) -> [Diagnostic] {
    var checker = ConfigurationChecker(subject: subject, allowsReferences: true)
    _ = checker.check(value, against: self, at: range)
    return checker.diagnostics
  }
}
