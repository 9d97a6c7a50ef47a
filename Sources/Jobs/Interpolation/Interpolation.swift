public import HCL

/// What the references in a task's texts stand for once it is known where the task runs:
/// `${NOMAD_ALLOC_ID}`, `${attr.kernel.name}`, `${meta.rack}`, `${node.datacenter}`, `${env.HOME}`.
///
/// A reference to something unknown stays as it is, as in Nomad: it may be meant for a shell.
public struct Interpolation: Hashable, Sendable {
  /// The task's environment: `${NAME}`, `${env.NAME}` and `${env["NAME"]}`.
  public var environment: [String: String]
  /// Attributes of host and drivers: `${attr.NAME}`.
  public var attributes: [String: String]
  /// Meta of the node: `${meta.NAME}`.
  public var meta: [String: String]
  /// Facts of the node: `${node.NAME}`, with names such as `datacenter` and `unique.name`.
  public var node: [String: String]

  /// Makes an interpolation from its parts.
  public init(
    environment: [String: String] = [:], attributes: [String: String] = [:], meta: [String: String] = [:],
    node: [String: String] = [:]
  ) {
    self.environment = environment
    self.attributes = attributes
    self.meta = meta
    self.node = node
  }

  /// The text with the references replaced.
  public func text(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      guard rest.hasPrefix("${"), let close = rest.firstIndex(of: "}") else {
        result += "$"
        rest.removeFirst()
        continue
      }
      let name = rest[rest.index(dollar, offsetBy: 2)..<close]
      let whole = rest[...close]
      if let value = value(of: String(name)) {
        result += value
        rest = rest[whole.endIndex...]
      } else {
        // What stands between the braces may hold another reference.
        result += "${"
        rest = rest.dropFirst(2)
      }
    }
    return result + rest
  }

  /// The value with the references in all its texts replaced; keys stay.
  public func value(_ value: LocatedValue) -> LocatedValue {
    var result = value
    switch value.content {
    case .string(let string): result.content = .string(text(string))
    case .list(let elements): result.content = .list(elements.map { self.value($0) })
    case .object(let entries):
      result.content = .object(
        entries.map { LocatedValue.Entry(key: $0.key, keyRange: $0.keyRange, value: self.value($0.value)) })
    case .null, .bool, .number: break
    }
    return result
  }

  /// The pairs with the references in the values replaced.
  public func values(_ pairs: [String: String]) -> [String: String] { pairs.mapValues { text($0) } }

  /// What a reference stands for, or nil when it is unknown.
  private func value(of reference: String) -> String? {
    if let value = environment[reference] { return value }
    if reference.hasPrefix("env[\""), reference.hasSuffix("\"]") {
      return environment[String(reference.dropFirst(5).dropLast(2))]
    }
    guard let dot = reference.firstIndex(of: ".") else { return nil }
    let name = String(reference[reference.index(after: dot)...])
    switch reference[..<dot] {
    case "attr": return attributes[name]
    case "meta": return meta[name]
    case "node": return node[name]
    case "env": return environment[name]
    default: return nil
    }
  }
}
