import HCL

extension JobDiff {
  /// The difference between two versions of a job; nil for one that is not there.
  public init(from old: Job?, to new: Job?) {
    let before = old?.json(.stored)
    let after = new?.json(.stored)
    let comparison = JobComparison(parent: "Job")
    id = new?.id ?? old?.id ?? ""
    fields = comparison.fields(before, after, isContextual: false)
    objects = comparison.objects(before, after)
    groups = Self.byName(before?["TaskGroups"], after?["TaskGroups"]).map(Group.init)
    change = Self.change(
      before, after, isSame: fields.isEmpty && objects.isEmpty && groups.allSatisfy { $0.change == .none })
  }

  /// What became of something that may not have been there or not be there any more.
  static func change(_ old: Value?, _ new: Value?, isSame: Bool) -> Change {
    switch (old, new) {
    case (nil, .some): .added
    case (.some, nil): .deleted
    default: isSame ? .none : .edited
    }
  }

  typealias Pair = (name: String, old: Value?, new: Value?)

  /// The elements of two lists that belong together by their name.
  fileprivate static func byName(_ old: Value?, _ new: Value?) -> [Pair] {
    var pairs: [String: Pair] = [:]
    for value in old?.elements ?? [] {
      let name = value["Name"]?.plainText ?? ""
      pairs[name] = (name, value, nil)
    }
    for value in new?.elements ?? [] {
      let name = value["Name"]?.plainText ?? ""
      pairs[name] = (name, pairs[name]?.old, value)
    }
    return pairs.values.sorted { $0.name < $1.name }
  }
}

extension JobDiff.Group {
  fileprivate init(_ pair: JobDiff.Pair) {
    let comparison = JobComparison(parent: "TaskGroup")
    name = pair.name
    fields = comparison.fields(pair.old, pair.new, isContextual: false)
    objects = comparison.objects(pair.old, pair.new)
    tasks = JobDiff.byName(pair.old?["Tasks"], pair.new?["Tasks"]).map(JobDiff.Task.init)
    change = JobDiff.change(
      pair.old, pair.new,
      isSame: fields.isEmpty && objects.isEmpty && tasks.allSatisfy { $0.change == .none })
  }
}

extension JobDiff.Task {
  fileprivate init(_ pair: JobDiff.Pair) {
    let comparison = JobComparison(parent: "Task")
    name = pair.name
    fields = comparison.fields(pair.old, pair.new, isContextual: false)
    objects = comparison.objects(pair.old, pair.new)
    change = JobDiff.change(pair.old, pair.new, isSame: fields.isEmpty && objects.isEmpty)
  }
}

extension Value {
  /// An attribute of an object; nil for null and where there is none.
  subscript(_ name: String) -> Value? {
    guard let value = attributes?[name], !value.isNull else { return nil }
    return value
  }
}
