extension Evaluator {
  mutating func evaluateTemplate(_ parts: [TemplatePart]) -> Value? {
    var text = ""
    guard append(parts, to: &text) else { return nil }
    return .normalized(text)
  }

  /// Adds the text of a template's parts; false after recording why there is none.
  private mutating func append(_ parts: [TemplatePart], to text: inout String) -> Bool {
    var isComplete = true
    for part in parts {
      switch part {
      case .text(let piece, _): text += piece
      case .interpolation(let expression):
        if let piece = evaluatePiece(expression) { text += piece } else { isComplete = false }
      case .conditional(let condition, let then, let otherwise, _):
        if let isTrue = evaluateCondition(condition) {
          isComplete = append(isTrue ? then : otherwise, to: &text) && isComplete
        } else {
          isComplete = false
        }
      case .loop(let keyName, let valueName, let collection, let body, _):
        isComplete =
          forEach(in: collection, keyName: keyName, valueName: valueName) { evaluator in
            evaluator.append(body, to: &text)
          } && isComplete
      }
      guard text.utf8.count <= EvaluationLimit.stringBytes else {
        report(
          "Text too long", "A string may have \(EvaluationLimit.stringBytes) bytes at most.", at: part.span)
        return false
      }
    }
    return isComplete
  }

  private mutating func evaluatePiece(_ expression: Expression) -> String? {
    guard let value = evaluate(expression) else { return nil }
    guard !value.isNull else {
      report("Null in a string", "The value is null and has no text.", at: expression.span)
      return nil
    }
    do {
      guard case .string(let piece) = try value.converted(to: .string) else { return nil }
      return piece
    } catch {
      report("Invalid value in a string", "The value has no text: \(error.description).", at: expression.span)
      return nil
    }
  }
}
