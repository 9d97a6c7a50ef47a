/// What an expression can refer to.
public struct EvaluationContext: Sendable {
  /// The variables by name.
  public var variables: [String: Value]
  /// The functions by name.
  public var functions: [String: Function]
  /// Decides what a name that is not among the variables stands for.
  ///
  /// Gets the reference as written, with the steps after it (`a.b["c"]`); the value it returns stands
  /// for the reference as a whole. Nil, or returning nil, makes the name an error.
  public var undefinedVariable: (@Sendable (_ reference: String) -> Value?)?

  /// Makes a context from its parts.
  public init(
    variables: [String: Value] = [:], functions: [String: Function] = [:],
    undefinedVariable: (@Sendable (_ reference: String) -> Value?)? = nil
  ) {
    self.variables = variables
    self.functions = functions
    self.undefinedVariable = undefinedVariable
  }
}

/// Limits that keep a small file from making huge values.
public enum EvaluationLimit {
  /// The size of one string, in bytes.
  public static let stringBytes = 16 * 1024 * 1024
  /// The number of elements of one list or object.
  public static let elements = 1_000_000
  /// How many elements all for expressions of one expression may visit.
  public static let steps = 5_000_000
  /// How deep lists and objects may be nested in each other.
  public static let depth = 200
}
