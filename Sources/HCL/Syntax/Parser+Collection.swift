extension Parser {
  // MARK: Tuples
  mutating func parseTuple() throws(SyntaxFailure) -> Expression {
    let open = read()
    return try withNewlines(false) { parser throws(SyntaxFailure) in
      if parser.isWord(parser.next, "for") { return try parser.parseNestedFor(open) }
      var elements: [Expression] = []
      while parser.next.kind != .closeBracket {
        elements.append(try parser.parseExpression())
        switch parser.next.kind {
        case .comma: parser.read()
        case .closeBracket: break
        case .endOfFile:
          throw parser.failure(
            "Unclosed list", "The file ends before the \"]\" that closes this list.", at: open.span)
        default:
          throw parser.unexpected(parser.next, "Comma expected", "A comma or \"]\" must follow an element.")
        }
      }
      let close = parser.read()
      return Expression(.tuple(elements), span: open.span.union(close.span))
    }
  }

  // MARK: Objects
  mutating func parseObject() throws(SyntaxFailure) -> Expression {
    let open = read()
    let isFor = try withNewlines(false) { parser throws(SyntaxFailure) in
      parser.isWord(parser.next, "for")
    }
    if isFor {
      return try withNewlines(false) { parser throws(SyntaxFailure) in try parser.parseNestedFor(open) }
    }
    return try withNewlines(true) { parser throws(SyntaxFailure) in
      var items: [ObjectItem] = []
      while true {
        if parser.next.kind == .newline {
          parser.read()
          continue
        }
        if parser.next.kind == .closeBrace { break }
        if parser.next.kind == .endOfFile { throw parser.unclosedObject(open) }
        items.append(try parser.parseObjectItem(open))
        switch parser.next.kind {
        case .comma, .newline: parser.read()
        case .closeBrace: break
        case .endOfFile: throw parser.unclosedObject(open)
        default:
          throw parser.unexpected(
            parser.next, "Comma or newline expected", "The next attribute begins after a comma or a newline.")
        }
      }
      let close = parser.read()
      return Expression(.object(items), span: open.span.union(close.span))
    }
  }

  private mutating func unclosedObject(_ open: Token) -> SyntaxFailure {
    failure("Unclosed object", "The file ends before the \"}\" that closes this object.", at: open.span)
  }

  private mutating func parseObjectItem(_ open: Token) throws(SyntaxFailure) -> ObjectItem {
    let key = try parseExpression()
    let separator = next
    switch separator.kind {
    case .equal, .colon: read()
    case .newline, .comma:
      throw failure("Value expected", "The attribute needs \"=\" and a value.", at: separator.span)
    case .endOfFile:
      throw failure(
        "Unclosed object", "The file ends before the \"}\" that closes this object.", at: open.span)
    default:
      throw unexpected(
        separator, "Equals sign expected", "An equals sign must follow the key of an attribute.")
    }
    return ObjectItem(key: key, value: try parseExpression())
  }

  // MARK: For expressions
  /// A for expression counts as two levels: it takes about twice the stack of a list.
  private mutating func parseNestedFor(_ open: Token) throws(SyntaxFailure) -> Expression {
    try nested { parser throws(SyntaxFailure) in try parser.parseFor(open) }
  }

  private mutating func parseFor(_ open: Token) throws(SyntaxFailure) -> Expression {
    let isObject = open.kind == .openBrace
    read()
    let (keyName, valueName, collection) = try parseForIntroduction("for expression")
    guard next.kind == .colon else {
      throw unexpected(next, "Invalid for expression", "A colon must follow the collection.")
    }
    read()
    var loop = ForExpression(
      keyName: keyName, valueName: valueName, collection: collection, key: nil,
      value: try parseExpression(), condition: nil, groups: false, openSpan: open.span)
    if next.kind == .fatArrow {
      read()
      loop.key = loop.value
      loop.value = try parseExpression()
    }
    if next.kind == .ellipsis {
      let ellipsis = read()
      loop.groups = true
      if !isObject {
        throw failure(
          "Invalid for expression", "Values can be grouped with \"...\" only when the result is an object.",
          at: ellipsis.span)
      }
    }
    if isWord(next, "if") {
      read()
      loop.condition = try parseExpression()
    }
    guard next.kind == (isObject ? .closeBrace : .closeBracket) else {
      throw unexpected(
        next, "Invalid for expression", "The closing \"\(isObject ? "}" : "]")\" is expected here.")
    }
    let close = read()
    if isObject, loop.key == nil {
      throw failure(
        "Invalid for expression", "An object needs a key for each value: key => value.",
        at: loop.value.span)
    }
    if !isObject, let key = loop.key {
      throw failure("Invalid for expression", "The elements of a list have no keys.", at: key.span)
    }
    return Expression(.loop(loop), span: open.span.union(close.span))
  }

  /// `name, name in collection`, shared by expressions and template directives.
  mutating func parseForIntroduction(
    _ construct: String
  ) throws(SyntaxFailure) -> (keyName: String?, valueName: String, collection: Expression) {
    var names: [String] = []
    repeat {
      if !names.isEmpty { read() }
      guard next.kind == .identifier else {
        throw unexpected(next, "Invalid \(construct)", "The name of a variable is expected here.")
      }
      names.append(composed(text(read())))
    } while next.kind == .comma && names.count < 2
    guard isWord(next, "in") else {
      throw unexpected(next, "Invalid \(construct)", "The word \"in\" must follow the names.")
    }
    read()
    let collection = try parseExpression()
    return (names.count == 2 ? names[0] : nil, names[names.count - 1], collection)
  }
}
