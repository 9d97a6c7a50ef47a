extension StandardFunctions {
  static let dates: [String: Function] = [
    "formatdate": Function([Parameter("format", .string), Parameter("time", .string)]) {
      values throws(FunctionError) in
      guard let time = Timestamp(values[1].text) else {
        throw .argument(1, "a time such as 2018-01-02T23:12:01Z is required")
      }
      return .normalized(try formatted(time, values[0].text))
    },
    "timeadd": Function([Parameter("timestamp", .string), Parameter("duration", .string)]) {
      values throws(FunctionError) in
      guard let time = Timestamp(values[0].text) else {
        throw .call("a time such as 2018-01-02T23:12:01Z is required")
      }
      guard let duration = try? Duration(goSyntax: values[1].text) else {
        throw .call("a duration such as 1h30m is required")
      }
      return .string(time.adding(duration).description)
    },
  ]

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  private static func formatted(_ time: Timestamp, _ format: String) throws(FunctionError) -> String {
    var result = ""
    var rest = format[...]
    while let first = rest.first {
      if first == "'" {
        result += try quoted(&rest)
      } else if first.isASCII, first.isLetter {
        let verb = rest.prefix { $0 == first }
        rest = rest[verb.endIndex...]
        guard let text = expansion(time, first, verb.count) else {
          throw .argument(0, "\"\(verb)\" is not a part of a date format")
        }
        result += text
      } else {
        result.append(first)
        rest.removeFirst()
      }
    }
    return result
  }

  /// Text in single quotes; two quotes stand for one.
  private static func quoted(_ rest: inout Substring) throws(FunctionError) -> String {
    rest.removeFirst()
    if rest.first == "'" {
      rest.removeFirst()
      return "'"
    }
    var result = ""
    while let next = rest.popFirst() {
      if next != "'" {
        result.append(next)
      } else if rest.first == "'" {
        rest.removeFirst()
        result += "'"
      } else {
        return result
      }
    }
    throw .argument(0, "a quote is not closed")
  }

  private static func expansion(_ time: Timestamp, _ verb: Character, _ count: Int) -> String? {
    func number(_ value: Int) -> String? {
      count == 1 ? String(value) : count == 2 ? twoDigits(value) : nil
    }
    func name(_ text: String) -> String? { count == 3 ? String(text.prefix(3)) : count == 4 ? text : nil }
    switch verb {
    case "Y": return count == 2 ? twoDigits(time.year % 100) : count == 4 ? fourDigits(time.year) : nil
    case "M": return count <= 2 ? number(time.month) : name(months[time.month - 1])
    case "D": return number(time.day)
    case "E": return name(weekdays[time.weekday])
    case "h": return number(time.hour)
    case "H": return number(time.hour % 12 == 0 ? 12 : time.hour % 12)
    case "A": return count == 2 ? (time.hour < 12 ? "AM" : "PM") : nil
    case "a": return count == 2 ? (time.hour < 12 ? "am" : "pm") : nil
    case "m": return number(time.minute)
    case "s": return number(time.second)
    case "Z":
      switch count {
      case 1: return time.offsetText
      case 3: return time.offsetMinutes == 0 ? "UTC" : time.offsetDigits(separator: "")
      case 4: return time.offsetDigits(separator: "")
      case 5: return time.offsetDigits(separator: ":")
      default: return nil
      }
    default: return nil
    }
  }
}

func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

func fourDigits(_ value: Int) -> String {
  String(repeating: "0", count: max(0, 4 - String(value).count)) + String(value)
}
