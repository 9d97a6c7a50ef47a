/// The type that values of several types can all be converted to, or nil when there is none.
///
/// Decides the type of a conditional and of the elements of a list: strings win over numbers and
/// bools; objects with the same attributes stay objects and otherwise become a map; tuples of one
/// length stay tuples and otherwise become a list.
func unifiedType(_ types: [ValueType]) -> ValueType? {
  guard let first = types.first else { return nil }
  if types.allSatisfy({ $0 == first }) { return first }
  if let structural = unifiedStructure(types) { return structural.type }
  return preferredType(types)
}

private struct Unified {
  var type: ValueType?
}

/// The result when all types are of structural kinds; nil when the general rule applies.
private func unifiedStructure(_ types: [ValueType]) -> Unified? {
  var counts: [String: Int] = [:]
  for type in types { counts[type.kindName, default: 0] += 1 }
  func count(_ kinds: String...) -> Int { kinds.reduce(0) { $0 + (counts[$1] ?? 0) } }
  let all = types.count
  let hasAny = count("dynamic") > 0
  if count("map") > 0 {
    if count("map", "dynamic") == all { return Unified(type: unifiedCollection(types, hasAny) { .map($0) }) }
    if count("map", "object", "dynamic") == all, let type = unifiedElements(types) {
      return Unified(type: .map(type))
    }
  } else if count("list") > 0 {
    if count("list", "dynamic") == all {
      return Unified(type: unifiedCollection(types, hasAny) { .list($0) })
    }
    if count("list", "tuple", "dynamic") == all, let type = unifiedElements(types) {
      return Unified(type: .list(type))
    }
  } else if count("set") > 0, count("set", "dynamic") == all {
    return Unified(type: unifiedCollection(types, hasAny) { .set($0) })
  } else if count("object") > 0, count("object", "dynamic") == all {
    return Unified(type: hasAny ? .any : unifiedObjects(types))
  } else if count("tuple") > 0, count("tuple", "dynamic") == all {
    return Unified(type: hasAny ? .any : unifiedTuples(types))
  } else if count("object") > 0, count("tuple") > 0 {
    return Unified(type: nil)
  }
  return nil
}

private func unifiedCollection(
  _ types: [ValueType], _ hasAny: Bool, _ make: (ValueType) -> ValueType
) -> ValueType? {
  if hasAny { return .any }
  return unifiedElements(types).map(make)
}

/// The one type of everything that values of these types contain.
private func unifiedElements(_ types: [ValueType]) -> ValueType? {
  var elements: [ValueType] = []
  for type in types {
    switch type {
    case .list(let element), .set(let element), .map(let element): elements.append(element)
    case .tuple(let types): elements += types
    case .object(let attributes, _): elements += attributes.sorted { $0.key < $1.key }.map(\.value)
    default: break
    }
  }
  return unifiedType(elements)
}

private func unifiedObjects(_ types: [ValueType]) -> ValueType? {
  let objects = types.map { type in
    if case .object(let attributes, _) = type { return attributes }
    return [:]
  }
  guard let first = objects.first else { return nil }
  guard objects.allSatisfy({ Set($0.keys) == Set(first.keys) }) else {
    return unifiedElements(types).map { .map($0) }
  }
  var result: [String: ValueType] = [:]
  for name in first.keys {
    guard let type = unifiedType(objects.compactMap { $0[name] }) else { return nil }
    result[name] = type
  }
  return .object(result)
}

private func unifiedTuples(_ types: [ValueType]) -> ValueType? {
  let tuples = types.map { type in
    if case .tuple(let elements) = type { return elements }
    return []
  }
  guard let first = tuples.first else { return nil }
  guard tuples.allSatisfy({ $0.count == first.count }) else {
    return unifiedElements(types).map { .list($0) }
  }
  var result: [ValueType] = []
  for index in first.indices {
    guard let type = unifiedType(tuples.map { $0[index] }) else { return nil }
    result.append(type)
  }
  return .tuple(result)
}

/// The first of the types, in order of preference, that all others can be converted to.
private func preferredType(_ types: [ValueType]) -> ValueType? {
  let ordered = types.enumerated().sorted { left, right in
    (preference(left.element), left.offset) < (preference(right.element), right.offset)
  }
  return ordered.map(\.element).first { wanted in types.allSatisfy { canConvert($0, to: wanted) } }
}

private func preference(_ type: ValueType) -> Int {
  switch type {
  case .any: 4
  case .string: 0
  case .number, .bool: 1
  case .list, .map: 2
  default: 3
  }
}

/// Whether values of one type can be converted to another; strings only if their text allows it.
func canConvert(_ source: ValueType, to target: ValueType) -> Bool {
  if source == target || source == .any || target == .any { return true }
  switch (source, target) {
  case (.number, .string), (.bool, .string), (.string, .number), (.string, .bool): return true
  case (.list(let from), .list(let to)), (.set(let from), .list(let to)), (.list(let from), .set(let to)),
    (.set(let from), .set(let to)), (.map(let from), .map(let to)):
    return canConvert(from, to: to)
  case (.tuple(let elements), .list(let to)), (.tuple(let elements), .set(let to)):
    return elements.allSatisfy { canConvert($0, to: to) }
  case (.tuple(let from), .tuple(let to)):
    return from.count == to.count && zip(from, to).allSatisfy { canConvert($0, to: $1) }
  case (.object(let attributes, _), .map(let to)):
    return attributes.values.allSatisfy { canConvert($0, to: to) }
  case (.map(let from), .object(let attributes, _)):
    return attributes.values.allSatisfy { canConvert(from, to: $0) }
  case (.object(let from, _), .object(let to, let optional)):
    return to.allSatisfy { name, type in
      from[name].map { canConvert($0, to: type) } ?? optional.contains(name)
    }
  default: return false
  }
}
