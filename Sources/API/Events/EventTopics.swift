/// Which events a client wants to hear of.
struct EventTopics: Hashable, Sendable {
  private struct Wish: Hashable {
    /// `*` for every topic.
    var topic: String
    /// `*` for every key.
    var key: String
  }

  private var wishes: [Wish]

  /// Reads `topic` parameters, each `TOPIC` or `TOPIC:KEY`; without one, everything is wanted.
  init(_ texts: [String]) {
    wishes = texts.filter { !$0.isEmpty }.map { text in
      let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return Wish(topic: String(halves[0]), key: halves.count > 1 ? String(halves[1]) : "*")
    }
    if wishes.isEmpty { wishes = [Wish(topic: "*", key: "*")] }
  }

  /// Whether an event is wanted.
  ///
  /// - Parameter keys: Its key, and others that it can be found by.
  func wants(_ topic: String, _ keys: [String]) -> Bool {
    wishes.contains { wish in
      (wish.topic == "*" || wish.topic == topic) && (wish.key == "*" || keys.contains(wish.key))
    }
  }
}
