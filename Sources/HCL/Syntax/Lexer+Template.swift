/// The inside of strings and heredocs.
extension Lexer {
  // MARK: Quoted strings
  mutating func scanQuoted() {
    let first = bytes[position]
    switch first {
    case UInt8(ascii: "\""):
      emit(.closeQuote, length: 1)
      modes.removeLast()
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): endQuotedAtNewline()
    case UInt8(ascii: "$"), UInt8(ascii: "%"): scanDollarInQuoted(first)
    default:
      let length = quotedRunLength()
      emit(length > 0 ? .quotedLiteral : .invalid, length: max(1, length))
    }
  }

  /// How many bytes of plain text follow, with escapes; 0 at a backslash with nothing to escape.
  private func quotedRunLength() -> Int {
    var index = position
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        return index - position
      case UInt8(ascii: "\\"):
        guard index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n"),
          bytes[index + 1] != UInt8(ascii: "\r")
        else { return index - position }
        index += 2
      default: index += 1
      }
    }
    return index - position
  }

  private mutating func scanDollarInQuoted(_ first: UInt8) {
    if byte(1) == UInt8(ascii: "{") {
      beginSequence(first)
    } else if byte(1) == first, byte(2) == UInt8(ascii: "{") {
      emit(.quotedLiteral, length: 3)
    } else {
      emit(.quotedLiteral, length: 1)
    }
  }

  private mutating func beginSequence(_ first: UInt8) {
    let length = byte(2) == UInt8(ascii: "~") ? 3 : 2
    emit(first == UInt8(ascii: "$") ? .interpolation : .control, length: length)
    modes.append(.plain(openBraces: 0))
  }

  /// A quoted string does not continue on the next line. Everything that is open within the line is
  /// closed here, so that the rest of the file is still understood.
  private mutating func endQuotedAtNewline() {
    let length = isNewline(at: position) && bytes[position] == UInt8(ascii: "\r") ? 2 : 1
    emit(.quotedNewline, length: length)
    position -= length
    closing: while modes.count > 1 {
      switch modes.last {
      case .quoted: emit(.closeQuote, length: 0)
      case .plain: emit(.sequenceEnd, length: 0)
      case .heredoc, nil: break closing
      }
      modes.removeLast()
    }
    if case .heredoc = modes.last { return }
    emit(.newline, length: length)
  }

  // MARK: Heredocs
  mutating func scanHeredocStart() {
    var nameStart = position + 2
    if nameStart < bytes.count, bytes[nameStart] == UInt8(ascii: "-") { nameStart += 1 }
    let startsWithLetter =
      nameStart < bytes.count && bytes[nameStart] != UInt8(ascii: "-")
      && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[nameStart])
    let nameLength = startsWithLetter ? identifierLength(from: nameStart) : 0
    let nameEnd = nameStart + nameLength
    guard nameLength > 0, isNewline(at: nameEnd) else {
      emit(.invalid, length: 1)
      return
    }
    let newlineLength = bytes[nameEnd] == UInt8(ascii: "\r") ? 2 : 1
    emit(.openHeredoc, length: nameEnd + newlineLength - position)
    let marker = SourceSpan(
      start: UInt32(truncatingIfNeeded: nameStart), end: UInt32(truncatingIfNeeded: nameEnd))
    modes.append(.heredoc(marker: marker, atLineStart: true))
  }

  mutating func scanHeredoc(marker: SourceSpan, atLineStart: Bool) {
    if atLineStart, let length = closingMarkerLength(marker) {
      emit(.closeHeredoc, length: length)
      modes.removeLast()
      return
    }
    var index = position
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\n") {
        emit(.heredocLiteral, length: index + 1 - position)
        modes[modes.count - 1] = .heredoc(marker: marker, atLineStart: true)
        return
      }
      if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%"), index + 1 < bytes.count {
        if bytes[index + 1] == UInt8(ascii: "{") { break }
        if bytes[index + 1] == byte, index + 2 < bytes.count, bytes[index + 2] == UInt8(ascii: "{") {
          index += 3
          continue
        }
      }
      index += 1
    }
    modes[modes.count - 1] = .heredoc(marker: marker, atLineStart: false)
    if index > position { emit(.heredocLiteral, length: index - position) }
    if position < bytes.count { beginSequence(bytes[position]) }
  }

  /// The length of the line at hand without its newline, when it holds the marker and nothing else.
  private func closingMarkerLength(_ marker: SourceSpan) -> Int? {
    var start = position
    while start < bytes.count, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") {
      start += 1
    }
    let markerBytes = bytes[Int(marker.start)..<Int(marker.end)]
    let end = start + markerBytes.count
    guard end <= bytes.count, bytes[start..<end].elementsEqual(markerBytes) else { return nil }
    var lineEnd = end
    while lineEnd < bytes.count, bytes[lineEnd] == UInt8(ascii: " ") || bytes[lineEnd] == UInt8(ascii: "\t") {
      lineEnd += 1
    }
    guard lineEnd == bytes.count || isNewline(at: lineEnd) else { return nil }
    return lineEnd - position
  }
}
