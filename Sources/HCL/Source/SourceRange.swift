/// A place in a source file, as people count: lines and columns start at 1.
public struct SourcePosition: Hashable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column within the line, from 1, counted in characters (grapheme clusters).
  public var column: Int
  /// The offset in bytes from the start of the file, from 0.
  public var byteOffset: Int

  /// Makes a position from its parts.
  public init(line: Int, column: Int, byteOffset: Int) {
    self.line = line
    self.column = column
    self.byteOffset = byteOffset
  }
}

/// A stretch of a source file. `end` is exclusive.
public struct SourceRange: Hashable, Sendable {
  /// The file's name as the user gave it; used in messages only.
  public var file: String
  /// The first position of the range.
  public var start: SourcePosition
  /// The position just after the range.
  public var end: SourcePosition

  /// Makes a range from its parts.
  public init(file: String, start: SourcePosition, end: SourcePosition) {
    self.file = file
    self.start = start
    self.end = end
  }
}
