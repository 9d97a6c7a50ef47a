extension Evaluator {
  mutating func evaluateOperation(_ first: Expression, _ steps: [OperationStep]) -> Value? {
    var left = evaluate(first)
    var span = first.span
    for step in steps {
      let right = evaluate(step.operand)
      let whole = span.union(step.operand.span)
      left = apply(
        step.operation, left: (left, span), right: (right, step.operand.span), at: whole)
      span = whole
    }
    return left
  }

  private mutating func apply(
    _ operation: BinaryOperator, left: (value: Value?, span: SourceSpan),
    right: (value: Value?, span: SourceSpan), at span: SourceSpan
  ) -> Value? {
    switch operation {
    case .equal, .notEqual:
      guard let first = left.value, let second = right.value else { return nil }
      return .bool(first.equals(second) == (operation == .equal))
    case .or, .and:
      guard let (first, second) = operands(left, right, .bool, at: span),
        case (.bool(let first), .bool(let second)) = (first, second)
      else { return nil }
      return .bool(operation == .or ? first || second : first && second)
    default:
      guard let (first, second) = operands(left, right, .number, at: span),
        case (.number(let first), .number(let second)) = (first, second)
      else { return nil }
      return calculate(operation, first, second, at: span)
    }
  }

  private mutating func operands(
    _ left: (value: Value?, span: SourceSpan), _ right: (value: Value?, span: SourceSpan),
    _ type: ValueType, at span: SourceSpan
  ) -> (Value, Value)? {
    let first = operand(left, type, "left")
    let second = operand(right, type, "right")
    guard let first, let second else { return nil }
    guard !first.isNull, !second.isNull else {
      report("Operation failed", "An operand is null.", at: span)
      return nil
    }
    return (first, second)
  }

  private mutating func operand(
    _ operand: (value: Value?, span: SourceSpan), _ type: ValueType, _ side: String
  ) -> Value? {
    guard let value = operand.value else { return nil }
    do {
      return try value.converted(to: type)
    } catch {
      report("Invalid operand", "The \(side) operand does not fit: \(error.description).", at: operand.span)
      return nil
    }
  }

  private mutating func calculate(
    _ operation: BinaryOperator, _ first: Number, _ second: Number, at span: SourceSpan
  ) -> Value? {
    do {
      switch operation {
      case .add: return .number(try first.adding(second))
      case .subtract: return .number(try first.subtracting(second))
      case .multiply: return .number(try first.multiplied(by: second))
      case .divide: return .number(try first.divided(by: second))
      case .remainder: return .number(try first.remainder(dividingBy: second))
      case .less: return .bool(first < second)
      case .lessOrEqual: return .bool(first <= second)
      case .greater: return .bool(first > second)
      default: return .bool(first >= second)
      }
    } catch {
      switch error {
      case .divisionByZero: report("Division by zero", "The divisor is zero.", at: span)
      case .outOfRange: report("Number out of range", "The result is too large or too small.", at: span)
      }
      return nil
    }
  }

  mutating func evaluateUnary(
    _ operation: UnaryOperator, _ operand: Expression, _ span: SourceSpan
  ) -> Value? {
    guard let value = evaluate(operand) else { return nil }
    do {
      switch try value.converted(to: operation == .negate ? .number : .bool) {
      case .number(let number): return .number(-number)
      case .bool(let value): return .bool(!value)
      default:
        report("Operation failed", "The operand is null.", at: span)
        return nil
      }
    } catch {
      report("Invalid operand", "The operand does not fit: \(error.description).", at: operand.span)
      return nil
    }
  }
}
