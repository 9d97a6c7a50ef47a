import HCL

/// What the clients of a policy may do, by rules that people write.
struct AccessPolicy: Hashable, Sendable {
  /// Its name.
  var name: String
  /// What it is for.
  var description: String
  /// The rules as they were written.
  var rules: String
  /// What the rules allow.
  var grants: Set<RoutePolicy>
  /// The rules of namespaces, for clients that show them.
  var namespaces: [NamespaceRule]
  var createIndex: UInt64
  var modifyIndex: UInt64

  /// What the rules say of namespaces whose names fit.
  struct NamespaceRule: Hashable, Sendable {
    var name: String
    var policy: String
    var capabilities: [String]
  }

  /// Reads a policy.
  ///
  /// - Throws: what is wrong with it.
  init(name: String, description: String, rules: String, createIndex: UInt64, modifyIndex: UInt64)
    throws(APIError)
  {
    guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(Self.belongsToName) else {
      throw .badRequest("invalid name \"\(name)\": letters, digits and dashes, 128 at most")
    }
    guard description.utf8.count <= 256 else { throw .badRequest("description longer than 256") }
    self.name = name
    self.description = description
    self.rules = rules
    self.createIndex = createIndex
    self.modifyIndex = modifyIndex
    (grants, namespaces) = try Self.read(rules)
  }

  private static func belongsToName(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return character.isASCII && (character.isLetter || character.isNumber || character == "-")
  }

  // MARK: Rules

  /// What the capabilities of a namespace allow.
  private static let capabilities: [String: Set<RoutePolicy>] = [
    "deny": [], "list-jobs": [.read], "parse-job": [.read], "read-job": [.read], "read-fs": [.files],
    "read-logs": [.files], "submit-job": [.submit], "dispatch-job": [.submit], "scale-job": [.submit],
    "read-job-scaling": [.read], "list-scaling-policies": [.read], "read-scaling-policy": [.read],
    "alloc-lifecycle": [.submit], "alloc-exec": [.exec], "alloc-node-exec": [.exec],
    "submit-recommendation": [],
    "sentinel-override": [], "csi-list-volume": [.read], "csi-read-volume": [.read],
    "csi-write-volume": [.submit], "csi-mount-volume": [.submit], "csi-register-plugin": [.submit],
    "host-volume-read": [.read], "host-volume-write": [.submit], "host-volume-create": [.submit],
    "host-volume-register": [.submit], "host-volume-delete": [.submit],
  ]

  /// The capabilities that a short word stands for.
  private static let words: [String: [String]] = [
    "": [], "deny": ["deny"], "read": ["list-jobs", "parse-job", "read-job"],
    "scale": ["list-scaling-policies", "read-scaling-policy", "read-job-scaling", "scale-job"],
    "write": [
      "list-jobs", "parse-job", "read-job", "submit-job", "dispatch-job", "read-logs", "read-fs",
      "alloc-exec",
      "alloc-lifecycle", "scale-job",
    ],
  ]

  /// Blocks that say no more than read or write.
  private static let areas: [String: (read: Set<RoutePolicy>, write: Set<RoutePolicy>)] = [
    "agent": ([.read], [.read]), "node": ([.read], [.read, .submit]),
    "operator": ([.read], [.read, .submit]),
    "driver": ([.read], [.read, .driverAdmin]), "plugin": ([.read], [.read]), "quota": ([.read], [.read]),
  ]

  private static func read(_ rules: String) throws(APIError) -> (Set<RoutePolicy>, [NamespaceRule]) {
    let source: SourceFile
    do { source = try SourceFile(name: "rules", bytes: Array(rules.utf8), sizeLimitBytes: 64 << 10) } catch {
      throw .badRequest("failed to parse rules: \(error.description)")
    }
    let file = ParsedFile(source)
    let collector = DiagnosticCollector(source: source)
    collector.add(file.diagnostics)
    var grants: Set<RoutePolicy> = []
    var namespaces: [NamespaceRule] = []
    if file.diagnostics.isEmpty {
      var decoder = BodyDecoder(
        file.body, owner: "the rules", headerSpan: SourceSpan(start: 0, end: 0),
        context: EvaluationContext(functions: [:]), collector: collector)
      for block in decoder.blocks("namespace", labels: ["name"]) {
        var inner = BodyDecoder(block, collector: collector)
        let name = block.labels.first?.text ?? ""
        let word = inner.string("policy") ?? ""
        let named = inner.strings("capabilities") ?? []
        _ = inner.blocks("variables")
        inner.finish()
        guard let implied = words[word] else { throw .badRequest("invalid namespace policy: \"\(word)\"") }
        for capability in named where capabilities[capability] == nil {
          throw .badRequest("invalid namespace capability: \"\(capability)\"")
        }
        namespaces.append(NamespaceRule(name: name, policy: word, capabilities: implied + named))
      }
      for (area, meaning) in areas.sorted(by: { $0.key < $1.key }) {
        for block in decoder.blocks(area) {
          var inner = BodyDecoder(block, collector: collector)
          let word = inner.string("policy") ?? ""
          inner.finish()
          switch word {
          case "read", "list": grants.formUnion(meaning.read)
          case "write": grants.formUnion(meaning.write)
          case "deny": break
          default: throw .badRequest("invalid \(area) policy: \"\(word)\"")
          }
        }
      }
      for other in ["host_volume", "node_pool", "sentinel"] {
        _ = decoder.blocks(other, labels: other == "sentinel" ? [] : ["name"])
      }
      decoder.finish()
    }
    let errors = collector.inFileOrder.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw .badRequest("failed to parse rules: \(errors.map(\.description).joined(separator: "; "))")
    }
    // There is one namespace here; the rule that names it best counts.
    let fitting = namespaces.filter { fits("default", $0.name) }
    if let best = fitting.max(by: { $0.name.utf8.count < $1.name.utf8.count }),
      !best.capabilities.contains("deny")
    {
      for capability in best.capabilities { grants.formUnion(capabilities[capability] ?? []) }
    }
    return (grants, namespaces)
  }

  /// Whether a name fits a pattern in which `*` stands for any text.
  private static func fits(_ name: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return name == pattern }
    var rest = name[...]
    for (place, part) in parts.enumerated() where !part.isEmpty {
      if place == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if place == parts.count - 1 {
        return rest.hasSuffix(part)
      } else {
        while !rest.isEmpty, !rest.hasPrefix(part) { rest = rest.dropFirst() }
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      }
    }
    return true
  }
}
