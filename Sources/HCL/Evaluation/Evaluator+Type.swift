extension Evaluator {
  /// The type that an expression names, as in `type = list(string)`; nil after recording why it
  /// names none.
  public mutating func typeConstraint(_ expression: Expression) -> ValueType? {
    if let word = expression.keyword { return namedType(word, expression) }
    guard case .call(let call) = expression.kind else {
      report(
        "Invalid type", "A type is written like string, number, bool, any or list(string).",
        at: expression.span)
      return nil
    }
    guard call.arguments.count == 1, let argument = call.arguments.first else {
      report("Invalid type", "\"\(call.name)\" takes one argument: the type inside.", at: call.nameSpan)
      return nil
    }
    switch call.name {
    case "list": return typeConstraint(argument).map { .list($0) }
    case "set": return typeConstraint(argument).map { .set($0) }
    case "map": return typeConstraint(argument).map { .map($0) }
    case "tuple": return tupleType(argument)
    case "object": return objectType(argument)
    default:
      let known = ["list", "set", "map", "tuple", "object"]
      report(
        "Invalid type", "There is no type named \"\(call.name)\".", at: call.nameSpan,
        suggestion: nearestName(to: call.name, among: known))
      return nil
    }
  }

  private mutating func namedType(_ word: String, _ expression: Expression) -> ValueType? {
    switch word {
    case "string": return .string
    case "number": return .number
    case "bool": return .bool
    case "any": return .any
    case "list", "set", "map":
      report("Invalid type", "Say what is inside, as in \(word)(string).", at: expression.span)
    case "object":
      report(
        "Invalid type", "Say which attributes there are, as in object({ name = string }).",
        at: expression.span)
    case "tuple":
      report(
        "Invalid type", "Say which elements there are, as in tuple([string, number]).", at: expression.span)
    default:
      report(
        "Invalid type", "There is no type named \"\(word)\".", at: expression.span,
        suggestion: nearestName(
          to: word, among: ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple"]))
    }
    return nil
  }

  private mutating func tupleType(_ expression: Expression) -> ValueType? {
    guard case .tuple(let elements) = expression.kind else {
      report(
        "Invalid type", "A tuple's types are a list, as in tuple([string, number]).", at: expression.span)
      return nil
    }
    var types: [ValueType] = []
    for element in elements {
      guard let type = typeConstraint(element) else { return nil }
      types.append(type)
    }
    return .tuple(types)
  }

  private mutating func objectType(_ expression: Expression) -> ValueType? {
    guard case .object(let items) = expression.kind else {
      report(
        "Invalid type", "An object's types are an object, as in object({ name = string }).",
        at: expression.span)
      return nil
    }
    var attributes: [String: ValueType] = [:]
    var optional: Set<String> = []
    for item in items {
      guard let name = item.bareKey ?? item.key.literalString else {
        report("Invalid type", "The name of an attribute is a plain name.", at: item.key.span)
        return nil
      }
      var inner = item.value
      if case .call(let call) = inner.kind, call.name == "optional", let wrapped = call.arguments.first {
        optional.insert(name)
        inner = wrapped
      }
      guard let type = typeConstraint(inner) else { return nil }
      attributes[name] = type
    }
    return .object(attributes, optional: optional)
  }
}
