import HCL
import Testing

@Suite("Rendered diagnostics")
struct DiagnosticRendererTests {
  private func render(_ text: String, isColored: Bool = false) throws -> String {
    let source = try SourceFile(name: "a.hcl", text: text)
    return DiagnosticRenderer(files: [source], isColored: isColored).render(ParsedFile(source).diagnostics)
  }

  @Test("the line is shown with a mark under the place")
  func mark() throws {
    #expect(
      try render("a = 1\nbc = [1, , 2]\n") == """
        a.hcl:2:10: error: Value expected
          2 | bc = [1, , 2]
            |          ^
          A value or an expression must begin here.

        """)
  }

  @Test("tabs and wide characters before the place keep the mark in place")
  func alignment() throws {
    let text = try render("\ta = \"界\" 'x'\n")
    #expect(text.contains("  1 | \ta = \"界\" 'x'\n    | \t         ^\n"))
  }

  @Test("a note shows a second place, and colours surround the words")
  func notesAndColors() throws {
    let text = try render("a = 1\na = 2\n", isColored: true)
    #expect(text.contains("\u{1B}[1;31merror\u{1B}[0m: "))
    #expect(text.contains("\u{1B}[1;36mnote\u{1B}[0m: \"a\" is set here first"))
  }

  @Test("a long line is shown around the place only")
  func longLine() throws {
    let text = try render("a = \"" + String(repeating: "x", count: 5000) + "\" 'y'\n")
    #expect(text.utf8.count < 800)
    #expect(text.contains("'y'"))
  }

  @Test("control characters of a file do not reach the terminal")
  func controlCharacters() throws {
    #expect(try render("a = \u{1B}[31m\n").contains("\u{1B}") == false)
  }

  @Test("a mistyped name is found among the known ones, another word is not")
  func suggestions() {
    #expect(nearestName(to: "cuont", among: ["count", "meta"]) == "count")
    #expect(nearestName(to: "Count", among: ["count", "meta"]) == "count")
    #expect(nearestName(to: "banana", among: ["count", "meta"]) == nil)
  }

  @Test("of very many errors only the first are shown, and the rest counted")
  func manyErrors() {
    let errors = (0..<20_000).map { Diagnostic(.error, "Wrong number \($0)") }
    let text = DiagnosticRenderer().render(errors + [Diagnostic(.warning, "A warning")])
    #expect(text.contains("Wrong number 19\n"))
    #expect(!text.contains("Wrong number 20"))
    #expect(text.contains("A warning"))
    #expect(text.hasSuffix("19980 more errors\n"))
    let few = DiagnosticRenderer().render(Array(errors.prefix(21)))
    #expect(few.hasSuffix("\n1 more error\n"))
  }
}
