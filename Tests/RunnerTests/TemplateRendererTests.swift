import Testing

@testable import Runner

@Suite("Templates")
struct TemplateRendererTests {
  private let renderer = TemplateRenderer(environment: ["NAME": "worth", "EMPTY": ""])

  @Test(
    "text is kept and calls are replaced",
    arguments: [
      ("plain { text }", "plain { text }"),
      ("a {{ env \"NAME\" }} b", "a worth b"),
      ("{{env \"NAME\"}}", "worth"),
      ("{{ env \"MISSING\" }}|", "|"),
      ("{{ envOrDefault \"MISSING\" \"other\" }}", "other"),
      ("{{ envOrDefault \"EMPTY\" \"other\" }}", ""),
      ("{{ \"a}}b\" }}", "a}}b"),
      ("{{ `a\\b` }}", "a\\b"),
      ("a{{/* nothing \n here */}}b", "ab"),
      ("a \n {{- env \"NAME\" -}} \n b", "aworthb"),
      ("${HOME} stays", "${HOME} stays"),
    ])
  func renders(text: String, expected: String) throws {
    #expect(try renderer.render(text) == expected)
  }

  @Test(
    "what is not understood is refused with its line",
    arguments: [("a\nb {{ key \"x\" }}", 2), ("{{ env }}", 1), ("{{ env \"A\" ", 1), ("\n\n{{ \"open }}", 3)])
  func refuses(text: String, line: Int) {
    #expect { try renderer.render(text) } throws: { ($0 as? TemplateRenderer.Failure)?.line == line }
  }
}

@Suite("Environment templates")
struct EnvironmentFileTests {
  @Test("lines become variables; quotes, comments and export are taken off")
  func reads() throws {
    let text = "A=1\n# comment\n\nexport B=\"two words\"\nC='x=y'\nA=2\nD=\n"
    #expect(
      try EnvironmentFile.variables(in: text) == ["A": "2", "B": "two words", "C": "x=y", "D": ""])
  }

  @Test("a line without a name is refused", arguments: ["just text", "=value"])
  func refuses(line: String) {
    #expect(throws: EnvironmentFile.Failure.self) { try EnvironmentFile.variables(in: line) }
  }
}
