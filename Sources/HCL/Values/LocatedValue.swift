/// A value together with the place it was written at, all the way down.
///
/// This is what a consumer that validates configuration works on (a driver's `config` block, a
/// `plugin` block): it can point at the very element that is wrong. Attributes become entries of
/// an object; a block becomes an entry whose value is a list with one object for each block of
/// that name, as Nomad passes blocks of a driver configuration on.
public struct LocatedValue: Hashable, Sendable {
  /// What the value is, with located children.
  public indirect enum Content: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case list([LocatedValue])
    case object([Entry])
  }

  /// One `key = value` of an object, in source order.
  public struct Entry: Hashable, Sendable {
    /// The key.
    public var key: String
    /// Where the key was written, if it came from a file.
    public var keyRange: SourceRange?
    /// The value.
    public var value: LocatedValue

    /// Makes an entry from its parts.
    public init(key: String, keyRange: SourceRange? = nil, value: LocatedValue) {
      self.key = key
      self.keyRange = keyRange
      self.value = value
    }
  }

  /// What the value is.
  public var content: Content
  /// Where the value was written, if it came from a file.
  public var range: SourceRange?

  /// Makes a located value from its parts.
  public init(_ content: Content, range: SourceRange? = nil) {
    self.content = content
    self.range = range
  }
}
