/// A version such as `1.22.3-rc.1+build`.
struct Version: Hashable, Sendable {
  /// The numbers, at least three.
  let segments: [Int]
  /// How many numbers were written.
  let writtenSegments: Int
  /// What stands behind a dash, by its dots; empty for a release.
  let prerelease: [Substring]

  /// Reads a version; nil when it is none.
  ///
  /// - Parameter isSemantic: whether what comes before a release must stand behind a dash.
  init?(_ text: String, isSemantic: Bool = false) {
    var rest = text[...]
    if rest.first == "v" { rest.removeFirst() }
    if let plus = rest.firstIndex(of: "+") {
      guard Self.isIdentifiers(rest[rest.index(after: plus)...]) else { return nil }
      rest = rest[..<plus]
    }
    let numbers = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var tail = rest[numbers.endIndex...]
    let parts = numbers.split(separator: ".", omittingEmptySubsequences: false)
    var segments: [Int] = []
    for part in parts {
      guard let number = Int(part), number >= 0 else { return nil }
      segments.append(number)
    }
    guard !segments.isEmpty else { return nil }
    if !tail.isEmpty {
      if tail.first == "-" {
        tail.removeFirst()
      } else if isSemantic {
        return nil
      }
      guard Self.isIdentifiers(tail) else { return nil }
    }
    writtenSegments = segments.count
    while segments.count < 3 { segments.append(0) }
    self.segments = segments
    prerelease = tail.split(separator: ".")
  }

  private static func isIdentifiers(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "~") }
    }
  }

  /// Negative when this version comes before another, positive when it comes after.
  func order(to other: Version) -> Int {
    for index in 0..<max(segments.count, other.segments.count) {
      let left = index < segments.count ? segments[index] : 0
      let right = index < other.segments.count ? other.segments[index] : 0
      if left != right { return left < right ? -1 : 1 }
    }
    if prerelease.isEmpty || other.prerelease.isEmpty {
      return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
    }
    for (left, right) in zip(prerelease, other.prerelease) where left != right {
      switch (Int(left), Int(right)) {
      case (let left?, let right?): if left != right { return left < right ? -1 : 1 }
      case (.some, nil): return -1
      case (nil, .some): return 1
      case (nil, nil): return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
      }
    }
    return (prerelease.count - other.prerelease.count).signum()
  }
}

/// What a version must be like: `>= 1.2, < 2.0`, `~> 1.4`.
struct VersionConstraint: Sendable {
  private struct Part: Sendable {
    var comparison: String
    var version: Version
  }

  private var parts: [Part] = []
  private let isSemantic: Bool

  /// Reads a constraint; nil when it is none.
  init?(_ text: String, isSemantic: Bool = false) {
    self.isSemantic = isSemantic
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = part.filter { !$0.isWhitespace }
      let comparison = trimmed.prefix { "=!<>~".contains($0) }
      let known = ["", "=", "!=", ">", "<", ">=", "<="] + (isSemantic ? [] : ["~>"])
      guard known.contains(String(comparison)),
        let version = Version(String(trimmed[comparison.endIndex...]), isSemantic: isSemantic)
      else { return nil }
      parts.append(Part(comparison: String(comparison), version: version))
    }
  }

  func isMet(by text: String) -> Bool {
    guard let version = Version(text, isSemantic: isSemantic) else { return false }
    return parts.allSatisfy { isMet($0, version) }
  }

  private func isMet(_ part: Part, _ version: Version) -> Bool {
    let order = version.order(to: part.version)
    switch part.comparison {
    case "", "=": return order == 0
    case "!=": return order != 0
    case ">": return order > 0 && takesPrerelease(part, version)
    case "<": return order < 0 && takesPrerelease(part, version)
    case ">=": return order >= 0 && takesPrerelease(part, version)
    case "<=": return order <= 0 && takesPrerelease(part, version)
    default:
      // ~> 1.4.2 takes what comes after it and differs in the last number at most.
      let fixed = max(0, part.version.writtenSegments - 1)
      return order >= 0 && takesPrerelease(part, version)
        && zip(version.segments, part.version.segments).prefix(fixed).allSatisfy { $0 == $1 }
    }
  }

  /// Whoever does not name a prerelease does not want one, unless versions are compared by the letter of
  /// semantic versioning.
  private func takesPrerelease(_ part: Part, _ version: Version) -> Bool {
    if isSemantic || version.prerelease.isEmpty { return true }
    guard !part.version.prerelease.isEmpty else { return false }
    return version.segments == part.version.segments
  }
}
