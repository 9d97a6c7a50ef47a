extension Parser {
  /// Parses a whole file.
  mutating func parseFile() -> Body {
    var body = Body(span: SourceSpan(start: 0, end: UInt32(truncatingIfNeeded: file.bytes.count)))
    parseItems(into: &body, until: .endOfFile, openedBy: nil)
    return body
  }

  /// Parses a file that holds one expression and nothing else.
  mutating func parseWholeExpression() -> Expression? {
    seesNewlines = false
    do {
      let expression = try parseExpression()
      guard next.kind == .endOfFile else {
        throw unexpected(next, "Extra characters after the expression", "The expression ends before this.")
      }
      return expression
    } catch {
      return nil
    }
  }

  /// Reads items up to the end of a body; the closing token is read too.
  private mutating func parseItems(into body: inout Body, until end: Token.Kind, openedBy open: Token?) {
    var attributeIndex: [String: Int] = [:]
    while diagnostics.count < SyntaxLimit.diagnostics {
      let token = next
      if token.kind == end {
        read()
        return
      }
      let start = cursor
      do {
        switch token.kind {
        case .newline: read()
        case .identifier: try parseItem(into: &body, &attributeIndex)
        case .endOfFile:
          reportUnclosed(open)
          return
        case .openQuote:
          throw failure(
            "Invalid name", "The name of an argument or block is written without quotes.", at: token.span)
        default:
          throw unexpected(
            token, "Argument or block expected",
            token.kind == .closeBrace
              ? "This brace closes nothing." : "An argument (name = value) or a block must begin here.")
        }
      } catch {
        recover(from: start)
      }
    }
  }

  private mutating func reportUnclosed(_ open: Token?) {
    // The outer blocks are not closed either, but one message is enough.
    guard let open, !hasReportedEnd else { return }
    hasReportedEnd = true
    report(
      "Unclosed block", "The file ends before the \"}\" that closes this block.", at: open.span)
  }

  private mutating func parseItem(
    into body: inout Body, _ attributeIndex: inout [String: Int]
  ) throws(SyntaxFailure) {
    let name = read()
    switch next.kind {
    case .equal:
      let attribute = try parseAttribute(name)
      let end = next
      if let index = attributeIndex[attribute.name] {
        report(
          "Argument set twice", "Each argument may be set only once.", at: attribute.nameSpan,
          notes: [("\"\(attribute.name)\" is set here first", body.attributes[index].nameSpan)])
      } else {
        attributeIndex[attribute.name] = body.attributes.count
        body.attributes.append(attribute)
      }
      guard end.kind == .newline || end.kind == .endOfFile else {
        // The brace that closes the block may stand on the last argument's line by mistake.
        throw unexpected(
          end, end.kind == .comma ? "Unexpected comma" : "Newline expected",
          "An argument ends with its line.")
      }
      read()
    case .openQuote, .openBrace, .identifier:
      let block = try nested { parser throws(SyntaxFailure) in try parser.parseBlock(name) }
      body.blocks.append(block)
      guard next.kind == .newline || next.kind == .endOfFile else {
        throw unexpected(next, "Newline expected", "A block ends with its line.")
      }
      read()
    default:
      let word = text(name)
      throw failure(
        "Argument or block expected",
        "\"\(word)\" must be followed by \"=\" and a value, or by labels and \"{\".", at: name.span)
    }
  }

  private mutating func parseAttribute(_ name: Token) throws(SyntaxFailure) -> Attribute {
    read()
    let expression = try parseExpression()
    return Attribute(name: composed(text(name)), nameSpan: name.span, expression: expression)
  }

  // MARK: Blocks
  private mutating func parseBlock(_ type: Token) throws(SyntaxFailure) -> Block {
    var labels: [Block.Label] = []
    while next.kind != .openBrace {
      let token = next
      switch token.kind {
      case .openQuote: labels.append(try parseQuotedLabel())
      case .identifier:
        read()
        labels.append(Block.Label(text: composed(text(token)), span: token.span))
      case .equal:
        throw failure(
          "Invalid block", "An equals sign makes this an argument, and an argument has no labels.",
          at: token.span)
      case .newline:
        throw failure(
          "Invalid block", "The \"{\" of a block must stand on the block's first line.", at: token.span)
      default:
        throw unexpected(token, "Invalid block", "A label in quotes or the block's \"{\" is expected here.")
      }
    }
    let open = read()
    var body = Body(span: open.span)
    switch next.kind {
    case .newline, .endOfFile, .closeBrace:
      parseItems(into: &body, until: .closeBrace, openedBy: open)
    default:
      body.attributes.append(try parseSingleLineBody())
    }
    body.span = SourceSpan(start: open.start, end: max(open.end, previous.end))
    return Block(
      type: composed(text(type)), typeSpan: type.span, labels: labels, body: body)
  }

  /// `{ name = value }` on one line.
  private mutating func parseSingleLineBody() throws(SyntaxFailure) -> Attribute {
    let name = next
    guard name.kind == .identifier else {
      throw unexpected(name, "Argument expected", "An argument (name = value) must begin here.")
    }
    read()
    guard next.kind == .equal else {
      throw failure(
        "Argument expected",
        "A block on one line can hold a single argument only; put a nested block on a line of its own.",
        at: name.span.union(next.span))
    }
    let attribute = try parseAttribute(name)
    guard next.kind == .closeBrace else {
      throw unexpected(
        next, "Invalid one-line block",
        "A block on one line can hold a single argument, and must close after it on the same line.")
    }
    read()
    return attribute
  }

  private mutating func parseQuotedLabel() throws(SyntaxFailure) -> Block.Label {
    let open = read()
    var label = ""
    while true {
      let token = read()
      switch token.kind {
      case .quotedLiteral: label += try unescaped(token, isQuoted: true)
      case .closeQuote:
        return Block.Label(text: composed(label), span: open.span.union(token.span))
      case .interpolation, .control:
        throw failure(
          "Invalid label", "A label is plain text; write $${ or %%{ for the characters themselves.",
          at: token.span)
      case .endOfFile:
        throw failure(
          "Unclosed string", "The file ends before the quote that closes this label.", at: open.span)
      default: throw unexpected(token, "Invalid label", "This cannot stand in a label.")
      }
    }
  }

  // MARK: Recovery
  /// After a failure in the item that began at a token: goes to the end of that item, so that the
  /// next one can be parsed.
  private mutating func recover(from start: Int) {
    seesNewlines = true
    let failedAt = max(cursor, start)
    var index = start
    var open: [Token.Kind] = []
    while index < tokens.count - 1 {
      let kind = tokens[index].kind
      switch kind {
      case .newline where open.isEmpty && index >= failedAt:
        cursor = index + 1
        return
      case .openBrace, .openBracket, .openParenthesis, .openQuote, .openHeredoc, .interpolation, .control:
        open.append(kind)
      case .closeBrace, .closeBracket, .closeParenthesis, .closeQuote, .closeHeredoc, .sequenceEnd:
        if let match = open.lastIndex(where: { closes(kind, $0) }) {
          open.removeSubrange(match...)
        } else if kind == .closeBrace, index >= failedAt {
          // This brace belongs to the block around the item; a first token that is one is skipped.
          cursor = index == start ? index + 1 : index
          return
        }
      default: break
      }
      index += 1
    }
    cursor = tokens.count - 1
    hasReportedEnd = true
  }

  private func closes(_ close: Token.Kind, _ open: Token.Kind) -> Bool {
    switch close {
    case .closeBrace: open == .openBrace
    case .closeBracket: open == .openBracket
    case .closeParenthesis: open == .openParenthesis
    case .closeQuote: open == .openQuote
    case .closeHeredoc: open == .openHeredoc
    default: open == .interpolation || open == .control
    }
  }
}
