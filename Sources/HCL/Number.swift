/// An HCL number.
public struct Number: Hashable, Sendable {
  private var value: Double

  /// Makes a number from an integer.
  public init(_ value: Int) { self.value = Double(value) }

  /// Makes a number from a double.
  public init(_ value: Double) { self.value = value }

  /// The number as an integer, or nil when it has a fraction or does not fit.
  public var int: Int? { Int(exactly: value) }

  /// The number as the nearest double.
  public var double: Double { value }
}
