/// A stretch of a source file in bytes; `end` is exclusive.
///
/// Syntax nodes hold spans, because they are small; `SourceFile.range(of:)` makes the lines and
/// columns that people read.
public struct SourceSpan: Hashable, Sendable {
  /// The offset of the first byte, from 0.
  public var start: UInt32
  /// The offset just after the last byte.
  public var end: UInt32

  /// Makes a span from its ends.
  public init(start: UInt32, end: UInt32) {
    self.start = start
    self.end = end
  }

  /// The smallest span that covers this one and another.
  public func union(_ other: SourceSpan) -> SourceSpan {
    SourceSpan(start: min(start, other.start), end: max(end, other.end))
  }

  /// Whether another span lies within this one.
  public func contains(_ other: SourceSpan) -> Bool {
    start <= other.start && other.end <= end
  }
}
