/// Functions that look at their arguments' expressions instead of their values.
extension StandardFunctions {
  static let special: [String: Function] = [
    "can": Function(expressions: [Parameter("expression", .any)]) { call, evaluator in
      .bool(evaluator.capturing { $0.evaluate(call.arguments[0]) }.result != nil)
    },
    "try": Function(expressions: [], variadic: Parameter("expressions", .any)) { call, evaluator in
      var reasons: [String] = []
      for argument in call.arguments {
        let (result, diagnostics) = evaluator.capturing { $0.evaluate(argument) }
        if let result { return result }
        reasons += diagnostics.prefix(1).map { "\($0.summary): \($0.detail)" }
      }
      let detail =
        call.arguments.isEmpty
        ? "At least one expression is required."
        : "None of the expressions has a value. \(reasons.joined(separator: " "))"
      evaluator.report("Function failed", detail, at: call.nameSpan.union(call.openSpan))
      return nil
    },
    "convert": Function(
      expressions: [Parameter("value", .any), Parameter("type", .any)]
    ) { call, evaluator in
      let value = evaluator.evaluate(call.arguments[0])
      let type = evaluator.typeConstraint(call.arguments[1])
      guard let value, let type else { return nil }
      do throws(ConversionError) {
        return try value.converted(to: type)
      } catch {
        evaluator.report(
          "Invalid function argument", "The value cannot be converted: \(error.description).",
          at: call.arguments[0].startSpan)
        return nil
      }
    },
  ]
}
