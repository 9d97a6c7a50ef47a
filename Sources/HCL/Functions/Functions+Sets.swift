extension StandardFunctions {
  private static let firstSet = Parameter("first_set", .set(.any))
  private static let otherSets = Parameter("other_sets", .set(.any))

  static let sets: [String: Function] = [
    "setunion": Function([firstSet], variadic: otherSets) { values throws(FunctionError) in
      let (sets, type) = try unified(values)
      return .makeSet(sets.flatMap { $0 }, element: type)
    },
    "setintersection": Function([firstSet], variadic: otherSets) { values throws(FunctionError) in
      let (sets, type) = try unified(values)
      let others = sets.dropFirst().map(Set.init)
      return .makeSet(sets[0].filter { element in others.allSatisfy { $0.contains(element) } }, element: type)
    },
    "setproduct": Function([], variadic: Parameter("sets", .any), body: product),
  ]

  /// The elements of sets as values of one type.
  private static func unified(_ values: [Value]) throws(FunctionError) -> ([[Value]], ValueType) {
    let types = values.compactMap { value -> ValueType? in
      guard case .set(let elements, let type) = value else { return nil }
      return elements.isEmpty && type == .any ? nil : type
    }
    guard !types.isEmpty else { return (values.map { $0.elements ?? [] }, .any) }
    guard let type = unifiedType(types) else { throw .call("the sets have elements of different types") }
    var sets: [[Value]] = []
    for (index, value) in values.enumerated() {
      do {
        sets.append(try value.converted(to: .set(type)).elements ?? [])
      } catch {
        throw .argument(index, error.description)
      }
    }
    return (sets, type)
  }

  private static func product(_ values: [Value]) throws(FunctionError) -> Value {
    guard values.count >= 2 else { throw .call("at least two arguments are required") }
    var columns: [[Value]] = []
    var types: [ValueType] = []
    var isOrdered = false
    for (index, value) in values.enumerated() {
      guard value.elements != nil else { throw .argument(index, "a list, set or tuple is required") }
      var column = value
      if case .set = value {} else { isOrdered = true }
      do {
        if case .tuple = value { column = try value.converted(to: .list(.any)) }
      } catch {
        throw .argument(index, error.description)
      }
      switch column {
      case .list(let elements, let type), .set(let elements, let type):
        columns.append(elements)
        types.append(type)
      default: break
      }
    }
    let total = columns.reduce(1) { $0 > EvaluationLimit.elements ? $0 : $0 * $1.count }
    guard total <= EvaluationLimit.elements else { throw .call("the result has too many elements") }
    var rows: [[Value]] = [[]]
    for column in columns { rows = rows.flatMap { row in column.map { row + [$0] } } }
    let tuples = rows.map { Value.tuple($0) }
    return isOrdered ? .list(tuples, element: .tuple(types)) : .makeSet(tuples, element: .tuple(types))
  }
}
