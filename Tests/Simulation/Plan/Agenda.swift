/// What is going to happen when: virtual time, which goes from one event to the next at once.
struct Agenda {
  private struct Entry {
    var time: Int64
    /// Of two at the same time the one that was added first comes first.
    var order: UInt64
    var action: () -> Void

    func isBefore(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
  }

  private var heap: [Entry] = []
  private var order: UInt64 = 0

  /// Adds an action, at a time in nanoseconds.
  mutating func add(at time: Int64, _ action: @escaping () -> Void) {
    order += 1
    heap.append(Entry(time: time, order: order, action: action))
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The next action and its time; nil when nothing will happen any more.
  mutating func next() -> (time: Int64, action: () -> Void)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var place = 0
      while true {
        var smallest = place
        for child in (2 * place + 1)...(2 * place + 2) where child < heap.count {
          if heap[child].isBefore(heap[smallest]) { smallest = child }
        }
        if smallest == place { break }
        heap.swapAt(place, smallest)
        place = smallest
      }
    }
    return (first.time, first.action)
  }

  mutating func removeAll() { heap.removeAll() }
}
