/// The known name that a mistyped one most likely stands for, or nil when none is near.
///
/// Used for every "did you mean" of the project.
/// - Parameters:
///   - name: the name as written.
///   - known: the names that would have been right.
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  let written = Array(name.lowercased().unicodeScalars)
  // A third of the name may be wrong: enough for a typing error, too little for another word.
  let limit = max(1, written.count / 3)
  guard written.count <= longestNameForSuggestion else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in known where abs(candidate.unicodeScalars.count - written.count) <= limit {
    let distance = editDistance(written, Array(candidate.lowercased().unicodeScalars))
    guard distance <= limit else { continue }
    if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
    best = (candidate, distance)
  }
  return best?.name
}

/// How long a name may be that is compared with others, letter by letter.
private let longestNameForSuggestion = 256

/// How many insertions, deletions, replacements and swaps of neighbours lead from one to the other.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  for row in 1...left.count {
    var current = [row]
    for column in 1...right.count {
      let replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
      var distance = min(replaced, previous[column] + 1, current[column - 1] + 1)
      if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
        distance = min(distance, beforePrevious[column - 2] + 1)
      }
      current.append(distance)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}
