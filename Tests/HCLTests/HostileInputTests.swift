import Foundation
import HCL
import Testing

/// Where a thread leaves its result.
private final class ResultBox<Result: Sendable>: @unchecked Sendable {
  // Written before the thread ends and read after: the semaphore orders the two.
  var result: Result?
}

/// Runs a function on a thread with the stack of the smallest threads that the code may meet.
func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result? {
  let box = ResultBox<Result>()
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    box.result = body()
    done.signal()
  }
  thread.stackSize = 512 * 1024
  thread.start()
  done.wait()
  return box.result
}

@Suite("Hostile input")
struct HostileInputTests {
  /// Parses a text as a file and evaluates every attribute in it.
  private static func digest(_ text: String) -> [Diagnostic] {
    guard let source = try? SourceFile(name: "test.hcl", text: text) else { return [] }
    let file = ParsedFile(source)
    var evaluator = Evaluator(
      source: source,
      context: EvaluationContext(functions: StandardFunctions.table(), undefinedVariable: { .string($0) }))
    func walk(_ body: Body) {
      for attribute in body.attributes { _ = evaluator.evaluate(attribute.expression).map(jsonText) }
      for block in body.blocks { walk(block.body) }
    }
    walk(file.body)
    return file.diagnostics + evaluator.diagnostics
  }

  static let nestings: [(String, String)] = [
    ("[", "]"), ("(", ")"), ("{a=", "}"), ("\"${", "}\""), ("!", ""), ("-", ""), ("true ? 1 : ", ""),
    ("f(", ")"), ("[for x in ", ": x]"), ("a[", "]"), ("\"%{if true}", "%{endif}\""), ("a[*]", ""),
    ("1 + (", ")"), ("{for k, v in {} : k => ", "}"), ("<<E\n${", "}\nE\n"), ("upper(", ")"),
  ]

  @Test("a hundred thousand levels of nesting are refused without exhausting the stack", arguments: nestings)
  func nestingIsBounded(_ pair: (String, String)) {
    let text =
      "x = " + String(repeating: pair.0, count: 100_000) + "1" + String(repeating: pair.1, count: 100_000)
    let diagnostics = onSmallStack { HostileInputTests.digest(text) }
    #expect(diagnostics?.isEmpty == false)
  }

  @Test("nesting just below the limit is parsed and evaluated on a small stack", arguments: nestings)
  func nestingBelowTheLimitWorks(_ pair: (String, String)) {
    let text = "x = " + String(repeating: pair.0, count: 22) + "1" + String(repeating: pair.1, count: 22)
    let diagnostics = onSmallStack { HostileInputTests.digest(text) }
    #expect(diagnostics?.contains { $0.summary == "Nesting too deep" } == false)
  }

  @Test("nested directives within one string are bounded")
  func nestedDirectivesAreBounded() {
    let text = "x = \"" + String(repeating: "%{ if true }", count: 50_000) + "\""
    #expect(onSmallStack { HostileInputTests.digest(text).isEmpty } == false)
  }

  @Test("nested blocks are bounded")
  func nestedBlocksAreBounded() {
    let text = String(repeating: "a {\n", count: 100_000) + String(repeating: "}\n", count: 100_000)
    let diagnostics = onSmallStack { HostileInputTests.digest(text) }
    #expect(diagnostics?.first?.summary == "Nesting too deep")
  }

  @Test("long chains are not nested and are evaluated")
  func longChainsWork() {
    let sum = "x = " + Array(repeating: "1", count: 50_000).joined(separator: " + ")
    #expect(onSmallStack { HostileInputTests.digest(sum).isEmpty } == true)
    let path = "x = a" + String(repeating: ".b", count: 50_000)
    #expect(onSmallStack { HostileInputTests.digest(path).isEmpty } == true)
  }

  @Test("deep JSON and YAML inside a string are refused")
  func deepDataIsRefused() {
    for function in ["jsondecode", "yamldecode"] {
      let text = "x = \(function)(\"" + String(repeating: "[", count: 100_000) + "\")"
      #expect(onSmallStack { HostileInputTests.digest(text).isEmpty } == false)
    }
  }

  @Test("a text that doubles itself is stopped")
  func doublingTextIsStopped() {
    var text = "x = [for a in [join(\"\", [for i in range(1000) : \"0123456789\"])] : "
    for _ in 0..<6 { text += "\"" + "${" }
    text += "a"
    for _ in 0..<6 { text += "}${a}${a}${a}${a}${a}${a}${a}${a}${a}" + "\"" }
    let doubling = text + "]"
    _ = onSmallStack { HostileInputTests.digest(doubling) }
    let wide = "x = setproduct(range(1000), range(1000), range(1000))"
    #expect(HostileInputTests.digest(wide).first?.summary == "Function failed")
    #expect(HostileInputTests.digest("x = format(\"%999999999d\", 1)").isEmpty == false)
    #expect(HostileInputTests.digest("x = 1e999999999").first?.summary == "Number out of range")
    #expect(HostileInputTests.digest("x = 1e19000 * 1e19000").first?.summary == "Number out of range")
  }

  @Test(
    "a text that a function would make too long is refused",
    arguments: [
      "join(big, [for i in range(1000) : \"\"])", "replace(big, \"\", big)",
      "jsonencode([for i in range(20) : big])", "yamlencode([for i in range(20) : big])",
      "format(\"%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s\", [for i in range(18) : big]...)",
    ])
  func longResultsAreRefused(_ expression: String) throws {
    let source = try SourceFile(name: "test.hcl", text: expression)
    let parsed = try #require(ParsedExpression(source).expression)
    let big = Value.string(String(repeating: "a", count: 1_000_000))
    var evaluator = Evaluator(
      source: source,
      context: EvaluationContext(variables: ["big": big], functions: StandardFunctions.table()))
    #expect(evaluator.evaluate(parsed) == nil)
    #expect(evaluator.diagnostics.map(\.summary) == ["Function failed"])
  }

  @Test("positions in long lines are right, whatever is in them")
  func longLines() throws {
    for unit in ["a", "é", "e\u{301}", "👩‍👩‍👧", "日本"] {
      let line = "#" + String(repeating: unit, count: 3_000)
      let source = try SourceFile(name: "test.hcl", text: "x\n\(line)\ny")
      var offset: UInt32 = 2
      for (index, character) in line.enumerated() {
        if index % 97 == 0 {
          let position = source.position(at: offset)
          #expect(position.line == 2)
          #expect(position.column == index + 1)
        }
        offset += UInt32(character.utf8.count)
      }
      #expect(source.position(at: offset + 1).line == 3)
    }
  }

  @Test("a file above the size limit is refused and says both sizes")
  func largeFileIsRefused() {
    let bytes = [UInt8](repeating: 0x20, count: 100 * 1024 * 1024)
    #expect {
      try SourceFile(name: "big.hcl", bytes: bytes)
    } throws: { error in
      let text = "\(error)"
      return text.contains("104857600") && text.contains("10485760") && text.contains("big.hcl")
    }
  }

  @Test(
    "a byte that is not UTF-8 is refused with its place",
    arguments: [
      ([0x61, 0x0A, 0x62, 0xFF] as [UInt8], 3, 2), ([0xC0, 0x80], 0, 1), ([0xED, 0xA0, 0x80], 0, 1),
      ([0x61, 0xF4, 0x90, 0x80, 0x80], 1, 1), ([0xE2, 0x82], 0, 1), ([0x0A, 0x0A, 0x80], 2, 3),
    ])
  func invalidEncodingIsRefused(_ bytes: [UInt8], offset: Int, line: Int) {
    #expect {
      try SourceFile(name: "test.hcl", bytes: bytes)
    } throws: { error in
      guard let diagnostic = (error as? DiagnosticsError)?.diagnostics.first else { return false }
      return diagnostic.range?.start.byteOffset == offset && diagnostic.range?.start.line == line
    }
  }

  @Test(
    "every kind of unfinished text is one clear error",
    arguments: [
      ("x = \"abc", "Unclosed string"), ("x = <<EOT\nabc\n", "Unclosed heredoc"),
      ("/* abc", "Unclosed comment"),
      ("x = [1, 2", "Unclosed list"), ("x = {\n a = 1\n", "Unclosed object"), ("a {\n", "Unclosed block"),
      ("x = f(1", "Unclosed function call"), ("x = (1", "Unclosed parenthesis"), ("x = ", "Value expected"),
      ("x", "Argument or block expected"), ("x = \"${1", "Unclosed sequence"),
      ("x = 'a'", "Invalid character"),
      ("x = \"a\0b\"\ny = \0", "Invalid character"), ("\u{1}", "Invalid character"),
    ])
  func unfinishedTextIsReported(_ text: String, _ summary: String) throws {
    let file = ParsedFile(try SourceFile(name: "test.hcl", text: text))
    #expect(file.diagnostics.map(\.summary) == [summary])
  }

  @Test("a byte order mark and Windows newlines are accepted")
  func markAndWindowsNewlinesAreAccepted() throws {
    let text = "\u{FEFF}a = 1\r\nb {\r\n  c = \"x\"\r\n}\r\n# end\r\n"
    let file = ParsedFile(try SourceFile(name: "test.hcl", text: text))
    #expect(file.diagnostics.isEmpty)
    #expect(file.body.attributes.map(\.name) == ["a"])
    #expect(file.body.blocks.first?.body.attributes.first?.name == "c")
  }
}
