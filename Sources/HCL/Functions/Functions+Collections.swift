extension StandardFunctions {
  private static let anyValue = Parameter("value", .any, allowsNull: true)

  static let collection: [String: Function] = [
    "chunklist": Function([Parameter("list", .list(.any)), Parameter("size", .number)], body: chunks),
    "coalesce": Function([], variadic: Parameter("vals", .any, allowsNull: true), body: coalesce),
    "coalescelist": Function([], variadic: Parameter("vals", .any, allowsNull: true), body: coalesceList),
    "compact": Function([Parameter("list", .list(.string))]) { values in
      let kept = (values[0].elements ?? []).filter { !$0.isNull && !$0.text.isEmpty }
      return .list(kept, element: .string)
    },
    "concat": Function([], variadic: Parameter("seqs", .any), body: concat),
    "contains": Function([Parameter("list", .any), anyValue]) { values throws(FunctionError) in
      guard let elements = values[0].elements else {
        throw .argument(0, "a list, set or tuple is required, not \(values[0].type.kindPhrase)")
      }
      return .bool(elements.contains { $0.equals(values[1]) })
    },
    "distinct": Function([Parameter("list", .list(.any))]) { values in
      guard case .list(let elements, let type) = values[0] else { return values[0] }
      var seen = Set<Value>()
      return .list(elements.filter { seen.insert($0).inserted }, element: type)
    },
    "element": Function([Parameter("list", .any), Parameter("index", .number)], body: element),
    "flatten": Function([Parameter("list", .any)]) { values throws(FunctionError) in
      guard let elements = values[0].elements else {
        throw .call("a list, set or tuple is required, not \(values[0].type.kindPhrase)")
      }
      return .tuple(flattened(elements))
    },
    "index": Function([Parameter("collection", .any), Parameter("key", .any)], body: index),
    "keys": Function([Parameter("inputMap", .any)]) { values throws(FunctionError) in
      let names = try attributes(values[0], 0).inKeyOrder.map { Value.string($0.key) }
      if case .object = values[0] { return .tuple(names) }
      return .list(names, element: .string)
    },
    "values": Function([Parameter("mapping", .any)]) { values throws(FunctionError) in
      let elements = try attributes(values[0], 0).inKeyOrder.map(\.value)
      if case .map(_, let type) = values[0] { return .list(elements, element: type) }
      return .tuple(elements)
    },
    "length": Function([Parameter("collection", .any)]) { values throws(FunctionError) in
      if let elements = values[0].elements { return .number(Number(elements.count)) }
      if case .map(let attributes, _) = values[0] { return .number(Number(attributes.count)) }
      throw .call("a list, set, map or tuple is required, not \(values[0].type.kindPhrase)")
    },
    "lookup": Function(
      [Parameter("inputMap", .any), Parameter("key", .string), Parameter("default", .any, allowsNull: true)],
      body: lookup),
    "merge": Function([], variadic: Parameter("maps", .any, allowsNull: true), body: merge),
    "range": Function([], variadic: Parameter("params", .number), body: range),
    "slice": Function(
      [Parameter("list", .any), Parameter("start_index", .number), Parameter("end_index", .number)],
      body: slice),
    "sort": Function([Parameter("list", .list(.string))]) { values throws(FunctionError) in
      guard case .list(let elements, let type) = values[0] else { return values[0] }
      guard !elements.contains(where: \.isNull) else { throw .argument(0, "an element is null") }
      return .list(elements.sorted { precedes($0.text, $1.text) }, element: type)
    },
    "zipmap": Function([Parameter("keys", .list(.string)), Parameter("values", .any)], body: zipMap),
  ]

  private static func attributes(_ value: Value, _ index: Int) throws(FunctionError) -> [String: Value] {
    guard let attributes = value.attributes else {
      throw .argument(index, "a map or object is required, not \(value.type.kindPhrase)")
    }
    return attributes
  }

  /// Lists and tuples, but not sets.
  private static func sequence(_ value: Value) -> [Value]? {
    if case .set = value { return nil }
    return value.elements
  }

  private static func flattened(_ elements: [Value]) -> [Value] {
    elements.flatMap { element in element.elements.map(flattened) ?? [element] }
  }

  private static func chunks(_ values: [Value]) throws(FunctionError) -> Value {
    guard case .list(let elements, let type) = values[0] else { return values[0] }
    let size: Int
    do { size = try values[1].wholeNumber(1) } catch { throw .call("the size must be a whole number") }
    guard size >= 0 else { throw .call("the size must not be negative") }
    let step = size == 0 ? max(1, elements.count) : size
    let chunks = stride(from: 0, to: elements.count, by: step).map { start in
      Value.list(Array(elements[start..<min(start + step, elements.count)]), element: type)
    }
    return .list(chunks, element: .list(type))
  }

  private static func coalesce(_ values: [Value]) throws(FunctionError) -> Value {
    guard let type = unifiedType(values.map(\.type)) else {
      throw .call("all arguments must have types that can be made one")
    }
    guard let first = values.first(where: { !$0.isNull }) else { throw .call("all arguments are null") }
    do {
      return try first.converted(to: type)
    } catch {
      throw .call(error.description)
    }
  }

  private static func coalesceList(_ values: [Value]) throws(FunctionError) -> Value {
    for (index, value) in values.enumerated() where !value.isNull {
      guard let elements = sequence(value) else { throw .argument(index, "a list or tuple is required") }
      if !elements.isEmpty { return value }
    }
    throw .call("no argument has elements")
  }

  private static func concat(_ values: [Value]) throws(FunctionError) -> Value {
    guard !values.isEmpty else { throw .call("at least one argument is required") }
    var all: [Value] = []
    var types: [ValueType] = []
    for (index, value) in values.enumerated() {
      guard let elements = sequence(value) else {
        throw .argument(index, "a list or tuple is required, not \(value.type.kindPhrase)")
      }
      all += elements
      if case .list(_, let type) = value { types.append(type) }
    }
    if types.count == values.count, let type = unifiedType(types),
      case .list(let elements, _)? = try? Value.tuple(all).converted(to: .list(type))
    {
      return .list(elements, element: type)
    }
    return .tuple(all)
  }

  private static func element(_ values: [Value]) throws(FunctionError) -> Value {
    guard let elements = sequence(values[0]) else {
      throw .call("a list or tuple is required, not \(values[0].type.kindPhrase)")
    }
    guard let index = values[1].numberOrZero.int else { throw .call("the index must be a whole number") }
    guard !elements.isEmpty else { throw .call("the list is empty") }
    let wrapped = index % elements.count
    return elements[wrapped < 0 ? wrapped + elements.count : wrapped]
  }

  private static func index(_ values: [Value]) throws(FunctionError) -> Value {
    if case .map(let attributes, _) = values[0], case .string(let key) = values[1] {
      guard let found = attributes[key] else { throw .call("there is no element with this key") }
      return found
    }
    guard let elements = sequence(values[0]), case .number(let number) = values[1] else {
      throw .call("the key does not fit the collection: lists have numbers for keys, maps have strings")
    }
    guard let index = number.int, elements.indices.contains(index) else {
      throw .call("there is no element with this index")
    }
    return elements[index]
  }

  private static func lookup(_ values: [Value]) throws(FunctionError) -> Value {
    let attributes = try attributes(values[0], 0)
    if let found = attributes[values[1].text] { return found }
    guard case .map(_, let type) = values[0] else { return values[2] }
    do {
      return try values[2].converted(to: type)
    } catch {
      throw .argument(2, "it must fit the map's elements: \(error.description)")
    }
  }

  private static func merge(_ values: [Value]) throws(FunctionError) -> Value {
    var merged: [String: Value] = [:]
    var mapTypes: Set<ValueType> = []
    var hasObject = false
    for value in values where !value.isNull {
      guard let attributes = value.attributes else {
        throw .call("maps and objects can be merged, not \(value.type.kindPhrase)")
      }
      if case .map(_, let type) = value { mapTypes.insert(type) } else { hasObject = true }
      merged.merge(attributes) { _, later in later }
    }
    if let type = mapTypes.first, mapTypes.count == 1, !hasObject { return .map(merged, element: type) }
    if !values.isEmpty, values.allSatisfy(\.isNull) { return values[0] }
    return .object(merged)
  }

  private static func range(_ values: [Value]) throws(FunctionError) -> Value {
    guard (1...3).contains(values.count) else { throw .call("one, two or three arguments are required") }
    let start = values.count == 1 ? Number(0) : values[0].numberOrZero
    let end = values.count == 1 ? values[0].numberOrZero : values[1].numberOrZero
    let step = values.count == 3 ? values[2].numberOrZero : Number(end < start ? -1 : 1)
    if start == end { return .list([], element: .number) }
    guard step.signum != 0 else { throw .argument(2, "the step must not be zero") }
    guard (end < start) == (step.signum < 0) else {
      throw .argument(1, "the end cannot be reached from the start with this step")
    }
    var elements: [Value] = []
    var next = start
    while step.signum > 0 ? next < end : end < next {
      guard elements.count < 1024 else { throw .call("the result has more than 1024 elements") }
      elements.append(.number(next))
      guard let sum = try? next.adding(step) else { throw .call("the numbers are out of range") }
      next = sum
    }
    return .list(elements, element: .number)
  }

  private static func slice(_ values: [Value]) throws(FunctionError) -> Value {
    guard let elements = sequence(values[0]) else {
      throw .argument(0, "a list or tuple is required, not \(values[0].type.kindPhrase)")
    }
    let start = try values[1].wholeNumber(1)
    let end = try values[2].wholeNumber(2)
    guard start >= 0 else { throw .argument(1, "the start must not be negative") }
    guard end <= elements.count else {
      throw .argument(2, "the end is beyond the \(elements.count) elements")
    }
    guard start <= end else { throw .argument(1, "the start is after the end") }
    let part = Array(elements[start..<end])
    if case .list(_, let type) = values[0] { return .list(part, element: type) }
    return .tuple(part)
  }

  private static func zipMap(_ values: [Value]) throws(FunctionError) -> Value {
    let names = values[0].elements ?? []
    guard let elements = sequence(values[1]) else { throw .argument(1, "a list or tuple is required") }
    guard names.count == elements.count else {
      throw .call("there are \(names.count) keys for \(elements.count) values")
    }
    var result: [String: Value] = [:]
    for (name, element) in zip(names, elements) {
      guard case .string(let name) = name else { throw .argument(0, "a key is null") }
      result[name] = element
    }
    if case .list(_, let type) = values[1] { return .map(result, element: type) }
    return .object(result)
  }
}
