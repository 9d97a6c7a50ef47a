import HCL
import Testing

/// What the recordings leave open, as HCL's own implementation has it.
@Suite("Evaluation")
struct EvaluationTests {
  private func evaluate(_ text: String) throws -> (value: Value?, place: [Int]?, message: String) {
    try RecordedExpression(text: text, value: nil, place: nil).evaluate()
  }

  @Test(
    "an expression has its value",
    arguments: [
      ("true ? [1, \"a\"] : [2]", #"["1","a"]"#), ("true ? {a = 1} : {b = 2}", #"{"a":1}"#),
      ("false ? nosuch(1) : 2", "2"), ("\"1\" + 2", "3"), ("null == null", "true"), ("1 == null", "false"),
      ("0.1 + 0.2", "0.3"), ("\"x${pow(2, 0.5)}\"", "\"x1.4142135623730951\""), ("1.0e-10", "0.0000000001"),
      ("{a=[{b=1},{b=2}]}.a.*.b", "[1,2]"), ("{a=[{b=[1,2]},{b=[3]}]}.a[*].b[0]", "[1,3]"),
      ("\"a\"[*]", #"["a"]"#),
      ("[{a=1}].*.a[0]", "1"), ("{true = 1, null = 2}", #"{"null":2,"true":1}"#),
      ("{a = 1, a = 2}", #"{"a":2}"#),
      ("a-b", "\"${a-b}\""), ("a.b[\"c\"]", #""${a.b[\"c\"]}""#), ("\"$$${1}\"", "\"$${1}\""),
      ("\"$${1}${2}\"", "\"${1}2\""), ("\"\\uD800\"", "\"\u{FFFD}\""),
      ("<<-EOT\n  a\n\n    b ${1}\n  EOT\n", #""a\n\n  b 1\n""#), ("<<EOT\n  a\n  EOT\n", #""  a\n""#),
      ("<<EOT\n%{ for x in [1, 2] ~}\n  x${x}\n%{ endfor ~}\nEOT\n", #""  x1\n  x2\n""#),
      ("format(\"%v\", 123456789)", "\"1.23456789e+08\""),
      ("format(\"%v|%-5s|%05.1f\", 12, \"a\", 3.14)", "\"12|a    |003.1\""),
      ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "\"b a\""), ("convert([3, 1], set(number))", "[1,3]"),
      ("[for k in {b=1,a=2} : k]", "[2,1]"), ("merge({a=1}, {a=\"x\"})", #"{"a":"x"}"#),
      ("yamlencode({a=[1], b={c=\"x\"}})", #""\"a\":\n- 1\n\"b\":\n  \"c\": \"x\"\n""#),
      ("timeadd(\"2020-02-28T23:00:00Z\", \"2h\")", "\"2020-02-29T01:00:00Z\""),
      ("sha1(\"abc\")", "\"a9993e364706816aba3e25717850c26c9cd0d89d\""),
      (
        "formatdate(\"YYYY-MM-DD'T'hh:mm:ssZ\", \"2018-01-02T23:12:01-08:00\")",
        "\"2018-01-02T23:12:01-08:00\""
      ),
    ])
  func values(_ text: String, _ expected: String) throws {
    let (value, _, message) = try evaluate(text)
    #expect(value.map(jsonText) == expected, "\(message)")
  }

  @Test(
    "an error points at its cause",
    arguments: [
      ("true ? 1 : false", [1, 8, 1, 17]), ("1 / 0", [1, 1, 1, 6]), ("!null", [1, 1, 1, 6]),
      ("null.a", [1, 5, 1, 7]),
      ("[1][null]", [1, 4, 1, 10]), ("a[b]", [1, 2, 1, 5]), ("{a.b = 1}", [1, 2, 1, 5]),
      ("\"\\q\"", [1, 2, 1, 4]),
      ("\"${}\"", [1, 4, 1, 5]), ("\"${1 2}\"", [1, 6, 1, 7]), ("\"%{ foo }\"", [1, 5, 1, 8]),
      ("\"%{ else }\"", [1, 2, 1, 11]),
      ("'a'", [1, 1, 1, 2]), ("1 & 2", [1, 3, 1, 4]), ("<<EOT x\nEOT\n", [1, 1, 1, 2]),
      ("\"🤔é${null}\"", [1, 6, 1, 10]),
      ("\"e\u{301}${null}\"", [1, 5, 1, 9]), ("upper(", [2, 1, 2, 2]), ("[\n1,\n\"a\" \"b\"]", [3, 5, 3, 6]),
    ])
  func errors(_ text: String, _ place: [Int]) throws {
    let (value, found, message) = try evaluate(text)
    #expect(found == place, "\(value.map(jsonText) ?? message)")
  }
}
