/// What is known of a host: what constraints are held against.
public struct NodeFacts: Hashable, Sendable {
  /// Attributes of host and drivers: `${attr.NAME}`.
  public var attributes: [String: String]
  /// Meta of the host: `${meta.NAME}`.
  public var meta: [String: String]
  /// Facts of the node, with names such as `datacenter`, `class`, `pool`, `unique.id` and `unique.name`:
  /// `${node.NAME}`.
  public var node: [String: String]

  /// Makes the facts from their parts.
  public init(
    attributes: [String: String] = [:], meta: [String: String] = [:], node: [String: String] = [:]
  ) {
    self.attributes = attributes
    self.meta = meta
    self.node = node
  }

  /// What a target of a constraint stands for: itself, or what is known when it is one reference; nil when
  /// nothing is known of it.
  func value(of target: String) -> String? {
    guard target.hasPrefix("${") else { return target }
    guard target.hasSuffix("}"), let dot = target.firstIndex(of: ".") else { return nil }
    let name = String(target[target.index(after: dot)...].dropLast())
    switch target[..<dot] {
    case "${attr": return attributes[name]
    case "${meta": return meta[name]
    case "${node": return node[name]
    default: return nil
    }
  }
}
