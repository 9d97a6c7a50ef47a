/// A regular expression as steps for a matcher.
struct PatternProgram {
  /// One step; unless it says otherwise, the next one follows.
  enum Step {
    /// Takes a character of the set with this index.
    case take(Int)
    case assertion(PatternAssertion)
    /// Keeps the place in a slot: twice the number of a group, one more for its end.
    case keep(slot: Int)
    case jump(Int)
    /// Goes on at both, at the first with preference.
    case split(Int, Int)
    case match
  }

  /// How many steps a program may have; counted repetitions multiply them.
  static let stepLimit = 10_000

  private(set) var steps: [Step] = []
  private(set) var sets: [PatternSet] = []
  /// How many groups keep their text, without the whole match.
  let groupCount: Int
  /// The numbers of the groups that have a name.
  let groupNames: [String: Int]

  /// Reads and compiles an expression.
  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    let node = try parser.parse()
    groupCount = parser.groupCount
    groupNames = parser.groupNames
    try add(.group(node, index: 0))
    try add(step: .match)
  }

  private mutating func add(step: Step) throws(PatternError) {
    guard steps.count < Self.stepLimit else { throw PatternError(message: "it is too large") }
    steps.append(step)
  }

  private mutating func add(_ node: PatternNode) throws(PatternError) {
    switch node {
    case .empty: break
    case .set(let set):
      sets.append(set)
      try add(step: .take(sets.count - 1))
    case .assertion(let assertion): try add(step: .assertion(assertion))
    case .group(let inner, let index):
      try add(step: .keep(slot: 2 * index))
      try add(inner)
      try add(step: .keep(slot: 2 * index + 1))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .choice(let nodes): try addChoice(nodes)
    case .repeated(let inner, let least, let most, let isGreedy):
      for _ in 0..<(most == nil ? max(0, least - 1) : least) { try add(inner) }
      if let most {
        try addOptional(inner, count: most - least, isGreedy)
      } else if least > 0 {
        try addLoop(inner, isGreedy)
      } else {
        // Not a plain loop, so that what can be empty is tried once.
        let split = steps.count
        try add(step: .match)
        try addLoop(inner, isGreedy)
        setSplit(at: split, into: split + 1, around: steps.count, isGreedy)
      }
    }
  }

  private mutating func addChoice(_ nodes: [PatternNode]) throws(PatternError) {
    var ends: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try add(node)
        break
      }
      let split = steps.count
      try add(step: .match)
      try add(node)
      ends.append(steps.count)
      try add(step: .match)
      steps[split] = .split(split + 1, steps.count)
    }
    for end in ends { steps[end] = .jump(steps.count) }
  }

  /// The node once or more often.
  private mutating func addLoop(_ node: PatternNode, _ isGreedy: Bool) throws(PatternError) {
    let start = steps.count
    try add(node)
    let split = steps.count
    try add(step: .match)
    setSplit(at: split, into: start, around: split + 1, isGreedy)
  }

  /// The node up to so many times: each time the rest may be left out.
  private mutating func addOptional(
    _ node: PatternNode, count: Int, _ isGreedy: Bool
  ) throws(PatternError) {
    var splits: [Int] = []
    for _ in 0..<count {
      splits.append(steps.count)
      try add(step: .match)
      try add(node)
    }
    for split in splits { setSplit(at: split, into: split + 1, around: steps.count, isGreedy) }
  }

  private mutating func setSplit(at index: Int, into body: Int, around end: Int, _ isGreedy: Bool) {
    steps[index] = isGreedy ? .split(body, end) : .split(end, body)
  }
}
