import Lifecycle

/// Pairs that jobs and people keep, by path. A value, without I/O and clock.
struct VariableList: Hashable, Sendable {
  /// What is kept under one path.
  struct Variable: Hashable, Sendable {
    var path: String
    var namespace: String
    var items: [String: String]
    var createIndex: UInt64
    var modifyIndex: UInt64
    var createdAt: Timestamp
    var modifiedAt: Timestamp
  }

  /// Namespace and path.
  struct Key: Hashable, Comparable, Sendable {
    var namespace: String
    var path: String

    static func < (left: Key, right: Key) -> Bool {
      (left.namespace, left.path) < (right.namespace, right.path)
    }
  }

  var variables: [Key: Variable] = [:]
  /// The index of the last change.
  var index: UInt64 = 1

  /// The most bytes that the items of one variable have together.
  private static let itemsLimitBytes = 64 << 10

  /// Why a change is not made.
  enum Refusal: Error, Hashable, Sendable {
    /// The index that was expected is not the one that the variable has; nil when it is not there.
    case conflict(Variable?)
  }

  /// Puts a variable in place.
  ///
  /// - Parameter expected: The index that it must have, 0 when it must not be there; nil for any.
  mutating func put(
    _ key: Key, _ items: [String: String], expecting expected: UInt64?, at now: Timestamp
  ) throws(Refusal) -> Variable {
    let before = variables[key]
    if let expected, expected != before?.modifyIndex ?? 0 { throw .conflict(before) }
    index += 1
    let variable = Variable(
      path: key.path, namespace: key.namespace, items: items, createIndex: before?.createIndex ?? index,
      modifyIndex: index, createdAt: before?.createdAt ?? now, modifiedAt: now)
    variables[key] = variable
    return variable
  }

  /// Removes a variable.
  mutating func remove(_ key: Key, expecting expected: UInt64?) throws(Refusal) {
    if let expected, expected != variables[key]?.modifyIndex ?? 0 { throw .conflict(variables[key]) }
    index += 1
    variables[key] = nil
  }

  /// Checks a path and what is to be kept there.
  static func check(_ path: String, _ items: [String: String]) throws(APIError) {
    let isPlain = path.utf8.allSatisfy { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber || "-_~/".contains(character))
    }
    guard isPlain, (1...128).contains(path.utf8.count) else { throw .badRequest("invalid path \"\(path)\"") }
    guard !items.isEmpty else { throw .badRequest("variable missing required Items object") }
    guard items.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) <= itemsLimitBytes else {
      throw .badRequest("variables are limited to 64KiB in total size")
    }
  }

  // MARK: Storage

  /// The list as it is stored.
  var stored: JSON {
    [
      "index": .number(index),
      "variables": .array(variables.sorted { $0.key < $1.key }.map { $0.value.json }),
    ]
  }

  init() {}

  /// Reads what was stored.
  init(stored bytes: [UInt8]) throws(APIError) {
    let fields = try BodyFields(body: bytes)
    index = UInt64(clamping: try fields.int("index") ?? 1)
    for entry in try fields.list("variables") {
      let key = Key(
        namespace: try entry.string("Namespace") ?? "default", path: try entry.string("Path") ?? "")
      variables[key] = Variable(
        path: key.path, namespace: key.namespace, items: try entry.pairs("Items") ?? [:],
        createIndex: UInt64(clamping: try entry.int("CreateIndex") ?? 0),
        modifyIndex: UInt64(clamping: try entry.int("ModifyIndex") ?? 0),
        createdAt: Timestamp(nanosecondsSinceEpoch: Int64(try entry.int("CreateTime") ?? 0)),
        modifiedAt: Timestamp(nanosecondsSinceEpoch: Int64(try entry.int("ModifyTime") ?? 0)))
    }
  }
}

extension VariableList.Variable {
  /// The variable as lists show it.
  var stub: JSON { .object(members) }

  /// The variable with what is kept.
  var json: JSON { .object(members + [JSON.Member("Items", .pairs(items))]) }

  private var members: [JSON.Member] {
    [
      JSON.Member("CreateIndex", .number(createIndex)), JSON.Member("CreateTime", .nanoseconds(createdAt)),
      JSON.Member("ModifyIndex", .number(modifyIndex)), JSON.Member("ModifyTime", .nanoseconds(modifiedAt)),
      JSON.Member("Namespace", .string(namespace)), JSON.Member("Path", .string(path)),
    ]
  }
}
