/// A value that is given to a statement.
enum SQLiteValue: Hashable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])

  static func integer(_ value: Int) -> Self { .integer(Int64(value)) }
  static func integer(_ value: Int64?) -> Self { value.map { .integer($0) } ?? .null }
  static func integer(_ value: Int?) -> Self { .integer(value.map { Int64($0) }) }
  static func flag(_ value: Bool) -> Self { .integer(Int64(value ? 1 : 0)) }
  static func bytes(_ value: [UInt8]?) -> Self { value.map { .bytes($0) } ?? .null }
}
