/// What an expression can refer to.
public struct EvaluationContext: Sendable {
  /// The variables by name.
  public var variables: [String: Value]
  /// Names with declared values below them, such as `var` and `local`; a variable of the same name
  /// hides one.
  public var namespaces: [String: Namespace] = [:]
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

/// Values that a file declares under a common name: `var.NAME`, `local.NAME`.
public struct Namespace: Sendable {
  /// What one of them is called, for messages: `variable`, `local`.
  public var kind: String
  /// The values by name.
  public var values: [String: Value]

  /// Makes a namespace from its parts.
  public init(kind: String, values: [String: Value] = [:]) {
    self.kind = kind
    self.values = values
  }
}

/// Limits that keep a small file from making huge values.
public enum EvaluationLimit {
  /// The size of one string, in bytes.
  public static let stringBytes = 16 * 1024 * 1024
  /// The number of elements of one list or object.
  public static let elements = 1_000_000
  /// How much one expression may look at: the elements that it walks over, and everything within the
  /// values that it refers to and that its functions make, each time; 32 bytes of text count as one.
  public static let steps = 1_000_000
  /// How much all expressions of a file may look at.
  public static let fileSteps = 4_000_000
  /// What making one block with `dynamic` counts.
  public static let stepsPerBlock = 100
  /// How deep lists and objects may be nested in each other.
  public static let depth = 200
}
