import HCL

/// The members of a JSON object that a client has sent, each asked for with the type that it must have. Unknown
/// members are passed over, as Go's decoder does.
struct BodyFields {
  private let attributes: [String: Value]
  private let path: String

  /// Reads the body of a request; an empty one is an object without members.
  init(body: [UInt8]) throws(APIError) {
    guard !body.isEmpty else {
      self.init(attributes: [:], path: "")
      return
    }
    let value: Value
    do throws(JSONError) { value = try Value(json: body) } catch {
      throw .badRequest("the body is not JSON: \(error.description)")
    }
    switch value {
    case .object(let attributes): self.init(attributes: attributes, path: "")
    case .null: self.init(attributes: [:], path: "")
    default: throw .badRequest("the body must be a JSON object")
    }
  }

  private init(attributes: [String: Value], path: String) {
    self.attributes = attributes
    self.path = path
  }

  /// The member as it is; nil when it is missing or null.
  func value(_ name: String) -> Value? {
    let value = attributes[name] ?? attributes.first { $0.key.lowercased() == name.lowercased() }?.value
    return value.flatMap { $0.isNull ? nil : $0 }
  }

  func string(_ name: String) throws(APIError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let text) = value else { throw wrongType(name, value, "a string") }
    return text
  }

  func bool(_ name: String) throws(APIError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else { throw wrongType(name, value, "a boolean") }
    return flag
  }

  func int(_ name: String) throws(APIError) -> Int? {
    guard let value = value(name) else { return nil }
    guard case .number(let number) = value, let int = number.int else {
      throw wrongType(name, value, "a whole number")
    }
    return int
  }

  func fields(_ name: String) throws(APIError) -> BodyFields? {
    guard let value = value(name) else { return nil }
    guard let attributes = value.attributes else { throw wrongType(name, value, "an object") }
    return BodyFields(attributes: attributes, path: path + name + ".")
  }

  /// A list of objects; empty when it is missing.
  func list(_ name: String) throws(APIError) -> [BodyFields] {
    guard let value = value(name) else { return [] }
    guard let elements = value.elements else { throw wrongType(name, value, "a list of objects") }
    var list: [BodyFields] = []
    for element in elements {
      guard let attributes = element.attributes else { throw wrongType(name, element, "a list of objects") }
      list.append(BodyFields(attributes: attributes, path: path + name + "."))
    }
    return list
  }

  func strings(_ name: String) throws(APIError) -> [String]? {
    guard let value = value(name) else { return nil }
    guard let elements = value.elements else { throw wrongType(name, value, "a list of strings") }
    var strings: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw wrongType(name, element, "a list of strings") }
      strings.append(text)
    }
    return strings
  }

  func pairs(_ name: String) throws(APIError) -> [String: String]? {
    guard let value = value(name) else { return nil }
    guard let attributes = value.attributes else { throw wrongType(name, value, "an object of strings") }
    var pairs: [String: String] = [:]
    for (key, element) in attributes {
      guard case .string(let text) = element else { throw wrongType("\(name).\(key)", element, "a string") }
      pairs[key] = text
    }
    return pairs
  }

  private func wrongType(_ name: String, _ value: Value, _ wanted: String) -> APIError {
    .badRequest("\(path)\(name) must be \(wanted), and is \(value.type)")
  }
}
