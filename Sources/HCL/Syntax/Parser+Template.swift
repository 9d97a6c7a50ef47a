/// A template before its directives are matched with each other.
private enum FlatPart {
  case text(String, SourceSpan)
  case interpolation(Expression)
  case beginIf(Expression, SourceSpan)
  case otherwise(SourceSpan)
  case endIf(SourceSpan)
  case beginFor(keyName: String?, valueName: String, collection: Expression, SourceSpan)
  case endFor(SourceSpan)
}

extension Parser {
  /// Parses a quoted string or a heredoc.
  mutating func parseTemplate() throws(SyntaxFailure) -> Expression {
    let open = read()
    let closing: Token.Kind = open.kind == .openQuote ? .closeQuote : .closeHeredoc
    let isFlush = open.kind == .openHeredoc && file.bytes[Int(open.start) + 2] == UInt8(ascii: "-")
    var flat = try parseFlatParts(until: closing, openedBy: open)
    let close = previous
    if isFlush { removeCommonIndent(&flat) }
    joinTexts(&flat)
    let span = open.span.union(close.span)
    if flat.count == 1, case .interpolation(let expression) = flat[0] {
      return Expression(.wrapped(expression), span: span)
    }
    if flat.isEmpty {
      let end = SourceSpan(start: close.end, end: close.end)
      return Expression(.template([.text("", span: end)]), span: span)
    }
    var index = 0
    let parts = try matchDirectives(flat, &index, within: nil, end: close.span)
    return Expression(.template(parts), span: span)
  }

  // MARK: Flat parts
  private mutating func parseFlatParts(
    until closing: Token.Kind, openedBy open: Token
  ) throws(SyntaxFailure) -> [FlatPart] {
    var parts: [FlatPart] = []
    var trimsNext = false
    var canTrimPrevious = false
    while true {
      let token = tokens[cursor]
      cursor = min(cursor + 1, tokens.count - 1)
      if token.kind == closing { return parts }
      let trims = trimsNext
      trimsNext = false
      switch token.kind {
      case .quotedLiteral, .heredocLiteral:
        var text = try unescaped(token, isQuoted: token.kind == .quotedLiteral)
        if trims { text = String(text.unicodeScalars.drop { $0.properties.isWhitespace }) }
        parts.append(.text(text, token.span))
        canTrimPrevious = true
        continue
      case .interpolation, .control:
        if token.end - token.start == 3, canTrimPrevious { trimEnd(&parts) }
        let part = try withNewlines(false) { parser throws(SyntaxFailure) in
          try token.kind == .interpolation
            ? parser.parseInterpolation(token) : parser.parseDirective(token)
        }
        parts.append(part)
        trimsNext = previous.kind == .sequenceEnd && previous.end - previous.start == 2
      case .endOfFile:
        hasReportedEnd = true
        throw failure(
          open.kind == .openQuote ? "Unclosed string" : "Unclosed heredoc",
          open.kind == .openQuote
            ? "The file ends before the quote that closes this string."
            : "The file ends before the line that closes this heredoc: its name on a line of its own.",
          at: open.span)
      default: throw unexpected(token, "Invalid string", "This cannot stand in a string.")
      }
      canTrimPrevious = false
    }
  }

  private func trimEnd(_ parts: inout [FlatPart]) {
    guard case .text(let text, let span)? = parts.last else { return }
    var scalars = text.unicodeScalars
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    parts[parts.count - 1] = .text(String(scalars), span)
  }

  private mutating func parseInterpolation(_ open: Token) throws(SyntaxFailure) -> FlatPart {
    let expression = try parseExpression()
    try readSequenceEnd(open)
    return .interpolation(expression)
  }

  private mutating func readSequenceEnd(_ open: Token) throws(SyntaxFailure) {
    guard next.kind == .sequenceEnd else {
      if next.kind == .endOfFile || next.kind == .openQuote || next.kind == .closeQuote {
        throw failure("Unclosed sequence", "The \"}\" that closes this sequence is missing.", at: open.span)
      }
      let escape = open.kind == .interpolation ? "$${" : "%%{"
      throw unexpected(
        next, "Closing brace expected",
        "The sequence must end here. If the text belongs to another language, write \(escape) for its "
          + "opening characters.")
    }
    read()
  }

  private mutating func parseDirective(_ open: Token) throws(SyntaxFailure) -> FlatPart {
    let word = next
    guard word.kind == .identifier else {
      throw unexpected(word, "Invalid directive", "A word such as if or for must follow \"%{\".")
    }
    read()
    let part: FlatPart
    if isWord(word, "if") {
      part = .beginIf(try parseExpression(), open.span.union(next.span))
    } else if isWord(word, "else") {
      part = .otherwise(open.span.union(next.span))
    } else if isWord(word, "endif") {
      part = .endIf(open.span.union(next.span))
    } else if isWord(word, "for") {
      let (keyName, valueName, collection) = try parseForIntroduction("for directive")
      part = .beginFor(
        keyName: keyName, valueName: valueName, collection: collection, open.span.union(next.span))
    } else if isWord(word, "endfor") {
      part = .endFor(open.span.union(next.span))
    } else {
      let known = ["if", "else", "endif", "for", "endfor"]
      throw failure(
        "Invalid directive", "\"\(text(word))\" is not a directive.", at: word.span,
        suggestion: nearestName(to: text(word), among: known))
    }
    try readSequenceEnd(open)
    return part
  }

  // MARK: Indentation
  /// Removes from each line the indent that all lines share (`<<-`).
  private func removeCommonIndent(_ parts: inout [FlatPart]) {
    var atLineStart = true
    var indent = Int.max
    var lineStarts: [Int] = []
    for (index, part) in parts.enumerated() {
      guard case .text(let text, _) = part else {
        if atLineStart { indent = 0 }
        atLineStart = false
        continue
      }
      let endsLine = text.utf8.last == UInt8(ascii: "\n")
      if atLineStart {
        let content = text.unicodeScalars.drop { $0.properties.isWhitespace }
        if !(content.isEmpty && endsLine) {
          indent = min(indent, text.unicodeScalars.count - content.count)
          lineStarts.append(index)
        }
      }
      atLineStart = endsLine
    }
    guard indent > 0, indent < Int.max else { return }
    for index in lineStarts {
      guard case .text(let text, let span) = parts[index] else { continue }
      let kept = text.unicodeScalars.dropFirst(indent)
      let removedBytes = text.utf8.count - String(kept).utf8.count
      let start = min(span.end, span.start + UInt32(truncatingIfNeeded: removedBytes))
      parts[index] = .text(String(kept), SourceSpan(start: start, end: span.end))
    }
  }

  private func joinTexts(_ parts: inout [FlatPart]) {
    var joined: [FlatPart] = []
    var pending: (text: String, span: SourceSpan)?
    for part in parts {
      if case .text(let text, let span) = part {
        if let before = pending {
          pending = (before.text + text, before.span.union(span))
        } else {
          pending = (text, span)
        }
        continue
      }
      if let before = pending { joined.append(.text(composed(before.text), before.span)) }
      pending = nil
      joined.append(part)
    }
    if let before = pending { joined.append(.text(composed(before.text), before.span)) }
    parts = joined
  }

  // MARK: Matching
  private enum OpenDirective {
    case condition(SourceSpan)
    case alternative(SourceSpan)
    case loop(SourceSpan)

    var text: (opening: String, closing: String, span: SourceSpan) {
      switch self {
      case .condition(let span), .alternative(let span): ("if", "endif", span)
      case .loop(let span): ("for", "endfor", span)
      }
    }
  }

  /// Builds the tree of directives; stops at the one that ends the open directive and leaves `index`
  /// at it.
  private mutating func matchDirectives(
    _ flat: [FlatPart], _ index: inout Int, within open: OpenDirective?, end: SourceSpan
  ) throws(SyntaxFailure) -> [TemplatePart] {
    var parts: [TemplatePart] = []
    while index < flat.count {
      let part = flat[index]
      index += 1
      switch part {
      case .text(let text, let span): parts.append(.text(text, span: span))
      case .interpolation(let expression): parts.append(.interpolation(expression))
      case .beginIf(let condition, let span):
        parts.append(try matchIf(condition, span, flat, &index, end))
      case .beginFor(let keyName, let valueName, let collection, let span):
        let body = try matchBlock(flat, &index, within: .loop(span), end: end)
        guard case .endFor(let closeSpan)? = body.closing else {
          throw unmatched(body.closing, .loop(span), end)
        }
        parts.append(
          .loop(
            keyName: keyName, valueName: valueName, collection: collection, body: body.parts,
            span: span.union(closeSpan)))
      case .otherwise, .endIf, .endFor:
        guard let open else { throw unmatched(part, nil, end) }
        _ = open
        index -= 1
        return parts
      }
    }
    if let open { throw unmatched(nil, open, end) }
    return parts
  }

  private mutating func matchIf(
    _ condition: Expression, _ span: SourceSpan, _ flat: [FlatPart], _ index: inout Int, _ end: SourceSpan
  ) throws(SyntaxFailure) -> TemplatePart {
    let then = try matchBlock(flat, &index, within: .condition(span), end: end)
    var otherwise: [TemplatePart] = []
    var closing = then.closing
    if case .otherwise? = closing {
      let alternative = try matchBlock(flat, &index, within: .alternative(span), end: end)
      otherwise = alternative.parts
      closing = alternative.closing
    }
    guard case .endIf(let closeSpan)? = closing else { throw unmatched(closing, .alternative(span), end) }
    return .conditional(
      condition, then: then.parts, otherwise: otherwise, span: span.union(closeSpan))
  }

  private mutating func matchBlock(
    _ flat: [FlatPart], _ index: inout Int, within open: OpenDirective, end: SourceSpan
  ) throws(SyntaxFailure) -> (parts: [TemplatePart], closing: FlatPart?) {
    var position = index
    let parts = try nested { parser throws(SyntaxFailure) in
      try parser.matchDirectives(flat, &position, within: open, end: end)
    }
    index = position + 1
    return (parts, position < flat.count ? flat[position] : nil)
  }

  private mutating func unmatched(
    _ part: FlatPart?, _ open: OpenDirective?, _ end: SourceSpan
  ) -> SyntaxFailure {
    let notes = open.map { [("the \($0.text.opening) directive begins here", $0.text.span)] } ?? []
    switch part {
    case .otherwise(let span), .endIf(let span), .endFor(let span):
      let detail =
        open.map { "An \($0.text.closing) directive is expected here." }
        ?? "There is no directive that this one could belong to."
      return failure("Unexpected directive", detail, at: span, notes: notes)
    default:
      let closing = open?.text.closing ?? "end"
      return failure("Unclosed directive", "The \(closing) directive is missing.", at: end, notes: notes)
    }
  }
}
