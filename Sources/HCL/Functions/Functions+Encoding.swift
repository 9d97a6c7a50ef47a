extension StandardFunctions {
  static let encoding: [String: Function] = [
    "base64encode": Function([Parameter("str", .string)]) { .string(base64(Array($0[0].text.utf8))) },
    "base64decode": Function([Parameter("str", .string)]) { values throws(FunctionError) in
      guard let bytes = Base64.bytes(values[0].text) else { throw .call("the text is not base64") }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .call("the decoded bytes are not UTF-8 text")
      }
      return .normalized(text)
    },
    "csvdecode": Function([Parameter("str", .string)]) { values throws(FunctionError) in
      try decodedCSV(values[0].text)
    },
    "jsonencode": Function([Parameter("val", .any, allowsNull: true)]) { values throws(FunctionError) in
      .normalized(try limited(jsonText(values[0], limitBytes: EvaluationLimit.stringBytes)))
    },
    "jsondecode": Function([Parameter("str", .string)]) { values throws(FunctionError) in
      do throws(JSONError) {
        return try Value(json: Array(values[0].text.utf8))
      } catch {
        throw .call(error.description)
      }
    },
    "urlencode": Function([Parameter("str", .string)]) { .string(percentEncoded($0[0].text)) },
    "yamlencode": Function([Parameter("value", .any, allowsNull: true)]) { values throws(FunctionError) in
      .normalized(try limited(YAMLWriter.text(values[0], limitBytes: EvaluationLimit.stringBytes)))
    },
    "yamldecode": Function([Parameter("src", .string)]) { values throws(FunctionError) in
      do throws(YAMLError) {
        return try YAMLReader.value(values[0].text)
      } catch {
        throw .call(error.description)
      }
    },
  ]

  private static func limited(_ text: String) throws(FunctionError) -> String {
    guard text.utf8.count <= EvaluationLimit.stringBytes else {
      throw .call("the result is longer than \(EvaluationLimit.stringBytes) bytes")
    }
    return text
  }

  static func base64(_ bytes: [UInt8]) -> String { Base64.text(bytes) }

  // MARK: URL
  private static func percentEncoded(_ text: String) -> String {
    var result: [UInt8] = []
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        result.append(byte)
      case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
      default: result += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  // MARK: CSV
  private static func decodedCSV(_ text: String) throws(FunctionError) -> Value {
    let rows = try csvRows(text)
    guard let header = rows.first else { throw .call("the header line is missing") }
    guard Set(header).count == header.count else { throw .call("a column name occurs twice") }
    var objects: [Value] = []
    for (index, row) in rows.enumerated().dropFirst() {
      guard row.count == header.count else {
        throw .call("row \(index) has \(row.count) fields, the header \(header.count)")
      }
      objects.append(.object(Dictionary(uniqueKeysWithValues: zip(header, row.map { Value.normalized($0) }))))
    }
    let type = ValueType.object(Dictionary(uniqueKeysWithValues: header.map { ($0, ValueType.string) }))
    return .list(objects, element: type)
  }

  private static func csvRows(_ text: String) throws(FunctionError) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var wasQuoted = false
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if isQuoted {
        if scalar != "\"" {
          field.unicodeScalars.append(scalar)
        } else if scalars.first == "\"" {
          scalars.removeFirst()
          field += "\""
        } else {
          isQuoted = false
        }
        continue
      }
      switch scalar {
      case "\"" where field.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
      case "\"": throw .call("a quote stands within a field")
      case ",":
        row.append(field)
        (field, wasQuoted) = ("", false)
      case "\r" where scalars.first == "\n": break
      case "\n":
        if row.isEmpty, field.isEmpty, !wasQuoted { continue }
        rows.append(row + [field])
        (row, field, wasQuoted) = ([], "", false)
      default:
        guard !wasQuoted else { throw .call("text follows a quoted field") }
        field.unicodeScalars.append(scalar)
      }
    }
    guard !isQuoted else { throw .call("a quoted field is not closed") }
    if !row.isEmpty || !field.isEmpty || wasQuoted { rows.append(row + [field]) }
    return rows
  }
}
