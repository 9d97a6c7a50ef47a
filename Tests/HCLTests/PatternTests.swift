import HCL
import Testing

@Suite("Regular expressions")
struct PatternTests {
  /// The value of `regex_replace(text, pattern, replacement)`, or the error's text.
  private func replace(_ text: String, _ pattern: String, _ replacement: String) throws -> String {
    let quoted = [text, pattern, replacement].map { text in
      jsonText(.string(text)).split(separator: "${", omittingEmptySubsequences: false).joined(
        separator: "$${")
    }.joined(separator: ", ")
    let source = try SourceFile(name: "test.hcl", text: "regex_replace(\(quoted))")
    let expression = try #require(ParsedExpression(source).expression)
    var evaluator = Evaluator(
      source: source, context: EvaluationContext(functions: StandardFunctions.table()))
    guard case .string(let result)? = evaluator.evaluate(expression) else {
      return evaluator.diagnostics.map { "error: \($0.detail)" }.joined()
    }
    return result
  }

  @Test(
    "matches are replaced as RE2 finds them",
    arguments: [
      ("hello", "l+", "L", "heLo"), ("abc", "b", "$0$0", "abbc"), ("abc", "x*", "-", "-a-b-c-"),
      ("aab", "a*", "-", "-b-"), ("abab", "a|ab", "x", "xbxb"), ("abab", "ab|a", "x", "xx"),
      ("aaa", "a+?", "x", "xxx"), ("aaa", "(?U)a+", "x", "xxx"), ("aaaa", "a{2,3}", "x", "xa"),
      ("a{2}", "a\\{2\\}", "x", "x"), ("x{,2}", "x{,2}", "y", "y"), ("aaaaa", "^(a{2}){2}", "x", "xa"),
      ("John Smith", "(\\w+) (?P<last>\\w+)", "${last}, $1", "Smith, John"),
      ("John Smith", "(?<a>\\w+) (?<b>\\w+)", "$b $a", "Smith John"), ("ab", "(a)(x)?b", "[$1|$2]", "[a|]"),
      ("a", "a", "$1x", ""), ("a", "a", "$$1 ${ $", "$1 ${ $"), ("a", "(a)", "${1}x", "ax"),
      ("AbC", "(?i)b", "x", "AxC"), ("ÄB", "(?i)ä", "x", "xB"), ("a\nb", "(?m)^b$", "x", "a\nx"),
      ("a\nb", "^b", "x", "a\nb"), ("a\nb", "a.b", "x", "a\nb"), ("a\nb", "(?s)a.b", "x", "x"),
      ("foo bar", "\\bb", "x", "foo xar"), ("foo bar", "\\Bo", "x", "fxx bar"), ("a1_ ", "\\w", "x", "xxx "),
      ("a1_ ", "\\W", "x", "a1_x"), ("a1", "\\d", "x", "ax"), ("a-z]", "[]a-]", "x", "xxzx"),
      ("abc", "[^b]", "x", "xbx"), ("aB1", "[[:alpha:]]", "x", "xx1"), ("aB1", "[[:^alpha:]]", "x", "aBx"),
      ("aé1", "\\pL", "x", "xx1"), ("aÉ1", "\\p{Lu}", "x", "ax1"), ("a1é", "[\\D]", "x", "x1x"),
      ("a1é", "\\PL", "x", "axé"), ("a.b", "\\Q.\\E", "x", "axb"), ("a\tb", "\\x{9}|\\x62", "x", "axx"),
      ("ab", "(?:a)(?i:B)", "x", "x"), ("xay", "(?i)", "", "xay"), ("aaa", "(a*)*", "x", "x"),
      ("aaa", "(a|b)*", "<$1>", "<a>"), ("", "^$", "x", "x"), ("ab", "", "-", "-a-b-"),
      ("2024-01-02", "(\\d+)-(\\d+)-(\\d+)", "$3.$2.$1", "02.01.2024"),
    ])
  func replaces(_ text: String, _ pattern: String, _ replacement: String, _ expected: String) throws {
    #expect(try replace(text, pattern, replacement) == expected)
  }

  @Test(
    "what is not an expression, or cannot be matched in linear time, is refused with the reason",
    arguments: [
      ("(a", "not closed"), ("a)", "closes no group"), ("[a", "not closed"), ("*a", "nothing before"),
      ("a**", "cannot be repeated"), ("a{2}{3}", "cannot be repeated"), ("a{1001}", "up to 1000"),
      ("a{3,2}", "smaller one first"), ("(a)\\1", "backreference"), ("(?=a)", "looking ahead"),
      ("(?<=a)b", "looking behind"), ("\\", "backslash"), ("\\y", "not known"), ("[b-a]", "backwards"),
      ("(?P<a>x)(?P<a>y)", "two groups"), ("\\p{Foo}", "not a category"), ("[[:foo:]]", "not known"),
      ("((a{1000}){1000}){1000}", "too large"), ("(?x)a", "not known"),
    ])
  func refuses(_ pattern: String, _ reason: String) throws {
    let result = try replace("text", pattern, "x")
    #expect(result.hasPrefix("error: "))
    #expect(result.contains(reason))
  }

  @Test("groups nested a hundred thousand deep are refused without exhausting the stack")
  func nestingIsBounded() {
    let pattern = String(repeating: "(", count: 100_000)
    let result = onSmallStack { (try? PatternTests().replace("a", pattern, "x")) ?? "" }
    #expect(result?.contains("nested") == true)
  }

  @Test(
    "expressions that make a backtracking matcher exponential are matched at once",
    arguments: ["(a+)+$", "(a|a)+$", "(a|aa)+$", "(.*)*x", "(a?){40}a{40}x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
  func hardExpressions(_ pattern: String) throws {
    let text = String(repeating: "a", count: 300) + "!"
    #expect(try replace(text, pattern, "b") == text)
  }

  @Test("a result that is too long is refused")
  func longResults() throws {
    let text = String(repeating: "a", count: 5_000)
    #expect(try replace(text, "a", text).contains("too long"))
  }
}
