import HCL
import Jobs
import Testing

@Suite("The language of job files")
struct JobFileLanguageTests {
  private func parse(_ text: String, _ options: JobFile.Options = JobFile.Options()) -> JobFile.Result {
    JobFile.parse(text, fileName: "test.nomad.hcl", options: options)
  }

  /// A job whose only meta entry is an expression.
  private func job(_ head: String, meta expression: String) -> String {
    """
    \(head)
    job "x" {
      meta { value = \(expression) }
      task "t" { driver = "raw_exec" }
    }
    """
  }

  private func meta(_ result: JobFile.Result) throws -> String? {
    try #require(result.job, "\(result.diagnostics)").meta["value"]
  }

  // MARK: Variables
  static let declaration = "variable \"v\" {\n  type = number\n  default = 1\n}"

  @Test("a variable has its default unless something gives it a value")
  func variableSources() throws {
    let text = job(Self.declaration, meta: "var.v")
    #expect(try meta(parse(text)) == "1")
    #expect(try meta(parse(text, JobFile.Options(environment: ["NOMAD_VAR_v": "2"]))) == "2")
    #expect(try meta(parse(text, JobFile.Options(environment: ["HOSTLER_VAR_v": "3"]))) == "3")
    let file = try SourceFile(name: "a.hcl", text: "v = 2 * 2\n")
    #expect(
      try meta(parse(text, JobFile.Options(variableFiles: [file], environment: ["NOMAD_VAR_v": "2"]))) == "4")
    let options = JobFile.Options(variables: [("v", "5"), ("v", "6")], variableFiles: [file])
    #expect(try meta(parse(text, options)) == "6")
  }

  @Test("a value for a list or an object is an expression")
  func structuredVariables() throws {
    let text = job("variable \"v\" { type = list(number) }", meta: "jsonencode(var.v)")
    #expect(try meta(parse(text, JobFile.Options(variables: [("v", "[1, \"2\"]")]))) == "[1,2]")
    let wrong = parse(text, JobFile.Options(variables: [("v", "[1,")]))
    #expect(wrong.job == nil)
    #expect(wrong.diagnostics.first?.range?.file == "-var v")
  }

  @Test("a value that does not fit, and a variable that nobody declared, are errors")
  func wrongVariables() {
    let text = job(Self.declaration, meta: "var.v")
    #expect(parse(text, JobFile.Options(variables: [("v", "abc")])).job == nil)
    let unknown = parse(text, JobFile.Options(variables: [("vv", "1")]))
    #expect(unknown.diagnostics.first?.suggestion == "v")
    #expect(parse(text, JobFile.Options(environment: ["NOMAD_VAR_other": "1"])).job != nil)
  }

  // MARK: Locals
  @Test("locals may refer to each other in any order")
  func localsInAnyOrder() throws {
    let text = job(
      "locals {\n  a = \"${local.b}!\"\n}\nlocals {\n  b = local.c[0]\n  c = [\"x\"]\n}", meta: "local.a")
    #expect(try meta(parse(text)) == "x!")
  }

  @Test("a long chain of locals is fine, a cycle is one error that shows it")
  func localChains() throws {
    let chain = (0..<5000).map { "  a\($0) = local.a\($0 + 1)\n" }.joined()
    #expect(try meta(parse(job("locals {\n\(chain)  a5000 = 7\n}", meta: "local.a0"))) == "7")
    let cycle = parse(job("locals {\n  a = local.b\n  b = local.c\n  c = local.b\n}", meta: "local.a"))
    #expect(cycle.diagnostics.count == 1)
    #expect(cycle.diagnostics.first?.detail.contains("local.b → local.c → local.b") == true)
  }

  @Test("locals that nest deeper and deeper are stopped")
  func deepLocals() {
    let chain = (0..<400).map { "  a\($0) = [local.a\($0 + 1)]\n" }.joined()
    let result = parse(job("locals {\n\(chain)  a400 = 7\n}", meta: "1"))
    #expect(result.diagnostics.first?.summary == "Nesting too deep")
  }

  // MARK: Much from little
  @Test("lists that repeat each other are stopped before they fill the memory")
  func listBombs() {
    let lines = (0..<12).map { level in
      "  a\(level + 1) = [\(Array(repeating: "local.a\(level)", count: 10).joined(separator: ", "))]\n"
    }
    let result = parse(job("locals {\n  a0 = [\"a\"]\n\(lines.joined())}", meta: "jsonencode(local.a12)"))
    #expect(result.diagnostics.map(\.summary) == ["Too much work"])
  }

  @Test(
    "a file of five thousand of anything is read in time that grows with its length",
    .timeLimit(.minutes(5)))
  func manyOfEverything() throws {
    func lines(_ line: (Int) -> String) -> String { (0..<5_000).map(line).joined() }
    let chain = lines { "  a\($0) = local.a\($0 + 1)\n" }
    #expect(try meta(parse(job("locals {\n\(chain)  a5000 = 7\n}", meta: "local.a0"))) == "7")
    #expect(try meta(parse(job("", meta: "length([\(lines { _ in "\"é\"," })])"))) == "5000")
    func task(_ body: String) -> JobFile.Result {
      parse("job \"x\" {\n  task \"t\" {\n    driver = \"d\"\n\(body)\n  }\n}")
    }
    #expect(task("env {\n\(lines { "a\($0) = 1\n" })}").job?.groups.first?.tasks.first?.env.count == 5_000)
    #expect(task(lines { "a\($0) = 1\n" }).diagnostics.count == 5_000)
    #expect(task(lines { "a\($0) {}\n" }).diagnostics.count == 5_000)
    #expect(task("config {\n  args = [\(lines { _ in "\"a\"," })]\n}").diagnostics == [])
    #expect(task("config {\n\(lines { "a\($0) {}\n" })}").diagnostics == [])
  }

  @Test("expressions share a limit, so that many of them cannot do what one must not")
  func sharedLimit() {
    let lines = (0..<10).map { "  a\($0) = length([for a in range(900) : local.big])\n" }.joined()
    let result = parse(job("locals {\n  big = range(1000)\n\(lines)}", meta: "1"))
    #expect(result.diagnostics.map(\.summary) == ["Too much work"])
    #expect(result.diagnostics.first?.detail.contains("of this file") == true)
  }

  @Test("a name that was never declared is told as such, with the nearest one")
  func undeclaredNames() {
    let variable = parse(job(Self.declaration, meta: "var.w")).diagnostics
    #expect(variable.map(\.detail) == ["No variable \"w\" is declared."])
    #expect(variable.first?.suggestion == "v")
    let local = parse(job("locals {\n  path = 1\n}", meta: "local.paht")).diagnostics
    #expect(local.map(\.detail) == ["No local \"paht\" is declared."])
    #expect(local.first?.suggestion == "path")
    #expect(local.first?.range?.start.column == 18)
  }

  @Test("all variables together are an object")
  func wholeNamespace() throws {
    #expect(try meta(parse(job(Self.declaration, meta: "jsonencode(var)"))) == #"{"v":1}"#)
    #expect(try meta(parse(job("locals { a = 2 }", meta: "local[lower(\"A\")]"))) == "2")
  }

  // MARK: Run time references
  @Test(
    "what only the running task knows stays in the text",
    arguments: [
      "${NOMAD_ALLOC_ID}", "${attr.kernel.name}", "${meta.rack}", "${node.unique.name}", "${env[\"HOME\"]}",
      "${env.HOME}", "a ${NOMAD_PORT_http} b",
    ])
  func runTimeReferencesStay(_ text: String) throws {
    #expect(try meta(parse(job("", meta: "\"\(text)\""))) == text)
  }

  // MARK: Files
  @Test("a file function fails unless files are allowed")
  func fileFunctions() throws {
    let text = job("", meta: "file(\"a.txt\")")
    #expect(parse(text).job == nil)
    let access = FileAccess(
      baseDirectory: "/jobs", homeDirectory: "/home/u",
      read: { path throws(FunctionError) in
        guard path == "/jobs/a.txt" else { throw .call("there is no such file") }
        return Array("content".utf8)
      }, exists: { $0 == "/jobs/a.txt" })
    #expect(try meta(parse(text, JobFile.Options(files: access))) == "content")
  }

  // MARK: Refusals
  @Test("a file that is too large or not text is refused")
  func refusedFiles() {
    let large = JobFile.parse(
      [UInt8](repeating: 0x20, count: 100), fileName: "x", options: JobFile.Options(sizeLimitBytes: 99))
    #expect(large.diagnostics.map(\.summary) == ["File too large"])
    #expect(JobFile.parse([0x61, 0xFF], fileName: "x").diagnostics.map(\.summary) == ["Invalid UTF-8"])
    #expect(parse("").diagnostics.map(\.summary) == ["No job"])
  }

  @Test("several mistakes are reported at once, in file order, with the line and a mark")
  func severalMistakes() {
    let result = parse(
      """
      job "x" {
        typ = "batch"
        group "g" {
          count = -1
          task "t" {
            driver = "raw_exec"
            kill_timeout = "5 parsecs"
            lifecylce { hook = "prestart" }
          }
        }
      }
      """)
    #expect(result.job == nil)
    #expect(result.diagnostics.map { $0.range?.start.line } == [2, 4, 7, 8])
    #expect(result.diagnostics.map(\.suggestion) == ["type", nil, nil, "lifecycle"])
    let text = DiagnosticRenderer(files: result.sources).render(result.diagnostics)
    #expect(
      text.hasPrefix(
        """
        test.nomad.hcl:2:3: error: Unknown argument
          2 |   typ = "batch"
            |   ^^^
        """))
  }
}
