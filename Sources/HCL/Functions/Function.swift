/// Why a function failed.
public enum FunctionError: Error, Hashable, Sendable {
  /// The call as a whole; the message has no full stop.
  case call(String)
  /// One argument, counted from 0.
  case argument(Int, String)
}

/// A function that expressions can call.
public struct Function: Sendable {
  /// What a function expects at one position.
  public struct Parameter: Sendable {
    /// The name, for messages.
    public var name: String
    /// The type that the argument is converted to.
    public var type: ValueType
    /// Whether null may be passed.
    public var allowsNull: Bool

    /// Makes a parameter from its parts.
    public init(_ name: String, _ type: ValueType, allowsNull: Bool = false) {
      self.name = name
      self.type = type
      self.allowsNull = allowsNull
    }
  }

  /// What a function does.
  enum Implementation: Sendable {
    /// Works on values of the parameters' types.
    case values(@Sendable ([Value]) throws(FunctionError) -> Value)
    /// Works on the expressions themselves.
    case expressions(@Sendable (FunctionCall, inout Evaluator) -> Value?)
  }

  /// The parameters that must be given.
  public var parameters: [Parameter]
  /// What any further arguments must be; nil when there may be none.
  public var variadic: Parameter?
  let implementation: Implementation

  /// Makes a function of values.
  /// - Parameters:
  ///   - parameters: the parameters that must be given.
  ///   - variadic: what any further arguments must be.
  ///   - body: gets the arguments, converted to the parameters' types.
  public init(
    _ parameters: [Parameter], variadic: Parameter? = nil,
    body: @escaping @Sendable ([Value]) throws(FunctionError) -> Value
  ) {
    self.parameters = parameters
    self.variadic = variadic
    implementation = .values(body)
  }

  init(
    expressions parameters: [Parameter], variadic: Parameter? = nil,
    body: @escaping @Sendable (FunctionCall, inout Evaluator) -> Value?
  ) {
    self.parameters = parameters
    self.variadic = variadic
    implementation = .expressions(body)
  }

  /// What is expected at a position.
  func parameter(at index: Int) -> Parameter? {
    index < parameters.count ? parameters[index] : variadic
  }
}
