/// The path of a route: words, `{name}` for one part of a path, and `{name...}` for one or more.
struct PathPattern: Sendable {
  enum Part: Hashable, Sendable {
    case word(String)
    case one(String)
    case many(String)
  }

  let parts: [Part]

  init(_ path: String) {
    parts = path.split(separator: "/").map { part in
      guard part.hasPrefix("{"), part.hasSuffix("}") else { return .word(String(part)) }
      let name = part.dropFirst().dropLast()
      return name.hasSuffix("...") ? .many(String(name.dropLast(3))) : .one(String(name))
    }
  }

  /// What the names stand for in a path; nil when it is another path.
  ///
  /// - Parameter path: The parts, not decoded yet: an escaped slash belongs to its part.
  func match(_ path: [Substring]) -> [String: String]? {
    var parameters: [String: String] = [:]
    var place = 0
    for (index, part) in parts.enumerated() {
      guard place < path.count else { return nil }
      switch part {
      case .word(let word):
        guard path[place] == word else { return nil }
        place += 1
      case .one(let name):
        parameters[name] = percentDecoded(path[place])
        place += 1
      case .many(let name):
        let end = path.count - (parts.count - index - 1)
        guard end > place else { return nil }
        parameters[name] = path[place..<end].map { percentDecoded($0) }.joined(separator: "/")
        place = end
      }
    }
    return place == path.count ? parameters : nil
  }
}
