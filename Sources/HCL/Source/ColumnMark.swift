/// The column of a place within a long line, so that columns behind it need not be counted from the
/// line's beginning each time.
struct ColumnMark: Sendable {
  /// The offset of a character's first byte.
  var offset: UInt32
  /// The character's column, from 1.
  var column: UInt32

  /// How many bytes of a line go without a mark.
  private static let strideBytes = 512

  /// The marks of all long lines, in order.
  static func marks(in bytes: [UInt8], lineStarts: [UInt32]) -> [ColumnMark] {
    var marks: [ColumnMark] = []
    for (index, start) in lineStarts.enumerated() {
      let end = index + 1 < lineStarts.count ? Int(lineStarts[index + 1]) : bytes.count
      guard end - Int(start) > 2 * strideBytes else { continue }
      let line = bytes[Int(start)..<end]
      if line.allSatisfy({ $0 < 0x80 }) {
        marks += stride(from: strideBytes, to: line.count, by: strideBytes).map {
          ColumnMark(offset: start + UInt32($0), column: UInt32($0) + 1)
        }
      } else {
        addMarks(of: line, to: &marks)
      }
    }
    return marks
  }

  private static func addMarks(of line: ArraySlice<UInt8>, to marks: inout [ColumnMark]) {
    var offset = UInt32(line.startIndex)
    var column: UInt32 = 1
    var next = offset + UInt32(strideBytes)
    for character in String(decoding: line, as: UTF8.self) {
      if offset >= next {
        marks.append(ColumnMark(offset: offset, column: column))
        next = offset + UInt32(strideBytes)
      }
      offset += UInt32(character.utf8.count)
      column += 1
    }
  }
}
