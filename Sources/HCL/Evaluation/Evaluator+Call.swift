extension Evaluator {
  mutating func evaluateCall(_ call: FunctionCall, _ span: SourceSpan) -> Value? {
    guard let function = context.functions[call.name] else {
      report(
        "Unknown function", "There is no function named \"\(call.name)\".", at: call.nameSpan,
        suggestion: nearestName(to: call.name, among: context.functions.keys))
      return nil
    }
    guard let arguments = expandedArguments(call) else { return nil }
    guard checkCount(of: arguments, function, call) else { return nil }
    switch function.implementation {
    case .expressions(let body):
      var expanded = call
      expanded.arguments = arguments
      return body(expanded, &self)
    case .values(let body):
      guard let values = argumentValues(arguments, function) else { return nil }
      return run(body, values, arguments, call)
    }
  }

  /// The arguments with the last one replaced by its elements when it is marked with `...`.
  private mutating func expandedArguments(_ call: FunctionCall) -> [Expression]? {
    guard call.expandsLast, let last = call.arguments.last else { return call.arguments }
    guard let value = evaluate(last) else { return nil }
    guard !value.isNull else {
      report("Invalid expanded argument", "The argument before \"...\" must not be null.", at: last.span)
      return nil
    }
    guard let elements = value.elements else {
      report(
        "Invalid expanded argument",
        "The argument before \"...\" must be a list, set or tuple, not \(value.type.kindPhrase).",
        at: last.span)
      return nil
    }
    return call.arguments.dropLast() + elements.map { Expression(.literal($0), span: last.span) }
  }

  private mutating func checkCount(
    of arguments: [Expression], _ function: Function, _ call: FunctionCall
  ) -> Bool {
    let required = function.parameters.count
    if arguments.count < required {
      let atLeast = function.variadic == nil ? "" : "at least "
      report(
        "Too few arguments",
        "\"\(call.name)\" takes \(atLeast)\(required) of them; \"\(function.parameters[arguments.count].name)\" "
          + "is missing.", at: call.closeSpan)
      return false
    }
    if function.variadic == nil, arguments.count > required {
      report(
        "Too many arguments", "\"\(call.name)\" takes \(required) of them.",
        at: arguments[required].startSpan)
      return false
    }
    return true
  }

  private mutating func argumentValues(_ arguments: [Expression], _ function: Function) -> [Value]? {
    var values: [Value] = []
    for (index, argument) in arguments.enumerated() {
      guard let parameter = function.parameter(at: index), let value = evaluate(argument) else { continue }
      do {
        values.append(try value.converted(to: parameter.type))
      } catch {
        reportArgument(parameter.name, error.description, at: argument)
      }
    }
    return values.count == arguments.count ? values : nil
  }

  private mutating func reportArgument(_ name: String, _ message: String, at argument: Expression) {
    report(
      "Invalid function argument", "The argument \"\(name)\" does not fit: \(message).",
      at: argument.startSpan)
  }

  private mutating func run(
    _ body: ([Value]) throws(FunctionError) -> Value, _ values: [Value], _ arguments: [Expression],
    _ call: FunctionCall
  ) -> Value? {
    let function = context.functions[call.name]
    for (index, value) in values.enumerated() where value.isNull {
      guard let parameter = function?.parameter(at: index), !parameter.allowsNull else { continue }
      reportArgument(parameter.name, "it must not be null", at: arguments[index])
      return nil
    }
    do throws(FunctionError) {
      let result = try body(values)
      if case .string(let text) = result, text.utf8.count > EvaluationLimit.stringBytes {
        throw .call("the result is longer than \(EvaluationLimit.stringBytes) bytes")
      }
      return counted(result, at: call.nameSpan.union(call.openSpan))
    } catch {
      switch error {
      case .argument(let index, let message) where index < arguments.count:
        let name = function?.parameter(at: index)?.name ?? ""
        reportArgument(name, message, at: arguments[index])
      case .argument(_, let message), .call(let message):
        report(
          "Function failed", "\"\(call.name)\" failed: \(message).",
          at: call.nameSpan.union(call.openSpan))
      }
      return nil
    }
  }
}
