extension Parser {
  mutating func parseExpression() throws(SyntaxFailure) -> Expression {
    try nested { parser throws(SyntaxFailure) in try parser.parseConditional() }
  }

  private mutating func parseConditional() throws(SyntaxFailure) -> Expression {
    let condition = try parseOperations(above: 0)
    guard next.kind == .question else { return condition }
    read()
    let then = try parseExpression()
    guard next.kind == .colon else {
      throw unexpected(
        next, "Incomplete conditional",
        "A conditional (condition ? a : b) needs a colon and a second value here.")
    }
    read()
    let otherwise = try parseExpression()
    return Expression(
      .conditional(condition: condition, then: then, otherwise: otherwise),
      span: condition.span.union(otherwise.span))
  }

  /// Precedence climbing: operators of one level become one flat node, so that a long sum is no
  /// deeper than a short one.
  private mutating func parseOperations(above minimum: Int) throws(SyntaxFailure) -> Expression {
    var left = try parseWithTraversal()
    var level = Int.max
    var steps: [OperationStep] = []
    while let operation = binaryOperator(next.kind), operation.precedence > minimum {
      let precedence = operation.precedence
      read()
      let operand = try parseOperations(above: precedence)
      if precedence < level, !steps.isEmpty {
        left = flattened(left, steps)
        steps = []
      }
      level = precedence
      steps.append(OperationStep(operation: operation, operand: operand))
    }
    return steps.isEmpty ? left : flattened(left, steps)
  }

  private func flattened(_ first: Expression, _ steps: [OperationStep]) -> Expression {
    let end = steps.last?.operand.span ?? first.span
    return Expression(.operation(first, steps), span: first.span.union(end))
  }

  private func binaryOperator(_ kind: Token.Kind) -> BinaryOperator? {
    switch kind {
    case .or: .or
    case .and: .and
    case .equalEqual: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .remainder
    default: nil
    }
  }

  // MARK: Terms
  private mutating func parseTerm() throws(SyntaxFailure) -> Expression {
    let start = next
    switch start.kind {
    case .number: return try parseNumber()
    case .identifier: return try parseName()
    case .openQuote, .openHeredoc: return try parseTemplate()
    case .openBracket: return try parseTuple()
    case .openBrace: return try parseObject()
    case .openParenthesis: return try parseParentheses()
    case .minus, .bang:
      read()
      let operand = try nested { parser throws(SyntaxFailure) in try parser.parseWithTraversal() }
      return Expression(
        .unary(start.kind == .minus ? .negate : .not, operand), span: start.span.union(operand.span))
    case .endOfFile:
      throw failure("Value expected", "The file ends where a value is expected.", at: start.span)
    default:
      throw unexpected(start, "Value expected", "A value or an expression must begin here.")
    }
  }

  private mutating func parseNumber() throws(SyntaxFailure) -> Expression {
    let token = read()
    let number = file.bytes.withUnsafeBufferPointer { bytes in
      Number(decimal: UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)]))
    }
    guard let number else {
      throw failure("Number out of range", "The number is too large or too small.", at: token.span)
    }
    return Expression(.literal(.number(number)), span: token.span)
  }

  private mutating func parseName() throws(SyntaxFailure) -> Expression {
    let token = read()
    if next.kind == .openParenthesis { return try parseCall(token) }
    if isWord(token, "true") { return Expression(.literal(.bool(true)), span: token.span) }
    if isWord(token, "false") { return Expression(.literal(.bool(false)), span: token.span) }
    if isWord(token, "null") { return Expression(.literal(.null), span: token.span) }
    return Expression(.variable(composed(text(token))), span: token.span)
  }

  private mutating func parseParentheses() throws(SyntaxFailure) -> Expression {
    let open = read()
    return try withNewlines(false) { parser throws(SyntaxFailure) in
      let inner = try parser.parseExpression()
      guard parser.next.kind == .closeParenthesis else {
        throw parser.unexpected(
          parser.next, "Unclosed parenthesis", "A closing parenthesis is expected here.")
      }
      let close = parser.read()
      return Expression(.parentheses(inner), span: open.span.union(close.span))
    }
  }

  private mutating func parseCall(_ name: Token) throws(SyntaxFailure) -> Expression {
    let open = read()
    return try withNewlines(false) { parser throws(SyntaxFailure) in
      var call = FunctionCall(
        name: parser.text(name), nameSpan: name.span, arguments: [], expandsLast: false,
        openSpan: open.span, closeSpan: open.span)
      while parser.next.kind != .closeParenthesis {
        call.arguments.append(try parser.parseExpression())
        let separator = parser.next
        switch separator.kind {
        case .comma: parser.read()
        case .closeParenthesis: break
        case .ellipsis:
          parser.read()
          call.expandsLast = true
          guard parser.next.kind == .closeParenthesis else {
            throw parser.failure(
              "Closing parenthesis expected", "Only the last argument can be expanded with \"...\".",
              at: separator.span)
          }
        case .endOfFile:
          throw parser.failure(
            "Unclosed function call", "The file ends before the parenthesis that closes this call.",
            at: name.span.union(open.span))
        default:
          throw parser.unexpected(
            separator, "Comma expected", "A comma or the closing parenthesis must follow an argument.")
        }
      }
      call.closeSpan = parser.read().span
      return Expression(.call(call), span: name.span.union(call.closeSpan))
    }
  }

  // MARK: Traversals
  mutating func parseWithTraversal() throws(SyntaxFailure) -> Expression {
    let base = try parseTerm()
    guard next.kind == .dot || next.kind == .openBracket else { return base }
    let steps = try parseSteps()
    return Expression(
      .traversal(base, steps), span: steps.reduce(base.span) { $0.union($1.span) })
  }

  private mutating func parseSteps() throws(SyntaxFailure) -> [TraversalStep] {
    var steps: [TraversalStep] = []
    while true {
      switch next.kind {
      case .dot: steps.append(try parseDotStep(allowsSplat: true))
      case .openBracket:
        let open = read()
        if next.kind == .star {
          steps.append(try parseFullSplat(open))
        } else {
          steps.append(try parseIndex(open))
        }
      default: return steps
      }
    }
  }

  private mutating func parseDotStep(allowsSplat: Bool) throws(SyntaxFailure) -> TraversalStep {
    let dot = read()
    let name = next
    let span = dot.span.union(name.span)
    switch name.kind {
    case .identifier:
      read()
      return .attribute(composed(text(name)), span: span)
    case .number:
      let index = try parseNumber()
      guard case .literal(let value) = index.kind, text(name).allSatisfy(\.isNumber) else {
        throw failure(
          "Invalid index", "An index after a dot is a whole number; write [0][1] for two of them.",
          at: name.span)
      }
      return .index(value, span: span)
    case .star where allowsSplat:
      let star = read()
      var each: [TraversalStep] = []
      while next.kind == .dot { each.append(try parseDotStep(allowsSplat: false)) }
      return .splat(marker: dot.span.union(star.span), each: each)
    case .star:
      throw failure("Nested splat", "Use [*] for a splat within a splat.", at: name.span)
    default:
      throw unexpected(name, "Name expected", "The name of an attribute must follow a dot.")
    }
  }

  private mutating func parseFullSplat(_ open: Token) throws(SyntaxFailure) -> TraversalStep {
    read()
    guard next.kind == .closeBracket else {
      throw unexpected(next, "Closing bracket expected", "The star of a splat must be followed by \"]\".")
    }
    let close = read()
    let each = try nested { parser throws(SyntaxFailure) in try parser.parseSteps() }
    return .splat(marker: open.span.union(close.span), each: each)
  }

  private mutating func parseIndex(_ open: Token) throws(SyntaxFailure) -> TraversalStep {
    let key = try withNewlines(false) { parser throws(SyntaxFailure) in
      let key = try parser.parseExpression()
      guard parser.next.kind == .closeBracket else {
        throw parser.unexpected(parser.next, "Closing bracket expected", "An index must end with \"]\".")
      }
      parser.read()
      return key
    }
    let span = open.span.union(previous.span)
    if case .literal(let value) = key.kind { return .index(value, span: span) }
    if let text = key.literalString { return .index(.normalized(text), span: span) }
    return .computedIndex(key, span: span)
  }
}
