import HCL

/// The fields that were read from a block, while what job files write in a way of their own is turned
/// into what JSON has.
struct BlockEntries {
  var list: [LocatedValue.Entry] = []
  /// Where the block's type and labels were written.
  var range: SourceRange?

  /// What a field holds; setting nil removes it.
  subscript(_ name: String) -> LocatedValue? {
    get { list.last { $0.key == name }?.value }
    set {
      list.removeAll { $0.key == name }
      if let newValue {
        list.append(LocatedValue.Entry(key: name, keyRange: newValue.range, value: newValue))
      }
    }
  }

  /// Takes a field out.
  mutating func remove(_ name: String) -> LocatedValue? {
    defer { self[name] = nil }
    return self[name]
  }

  /// Gives a field a value unless it was written.
  mutating func setDefault(_ name: String, _ content: LocatedValue.Content) {
    if self[name] == nil { self[name] = LocatedValue(content, range: range) }
  }
}

extension LocatedValue {
  /// The elements of a list; none for everything else.
  var elements: [LocatedValue] {
    if case .list(let elements) = content { return elements }
    return []
  }

  /// The text of a string; nil for everything else.
  var text: String? {
    if case .string(let text) = content { return text }
    return nil
  }
}
