import Foundation
import HCL
import Testing

@Suite("Parser properties")
struct ParserPropertyTests {
  /// Valid files to damage: the recorded expressions, each as an attribute.
  static let corpus: [[UInt8]] = RecordedExpression.all.map {
    Array("block \"a\" {\n  v = \($0.text)\n}\n".utf8)
  }

  static let fragments: [String] = [
    "{", "}", "[", "]", "(", ")", "\"", "${", "%{", "~}", "<<EOT\n", "<<-E\n", "EOT\n", "\n", "=", "=>", ",",
    ".",
    "...", "?", ":", "for", "in", "if", "endif", "endfor", "else", "1", "0.5", "1e9", "\\", "#", "/*", "*/",
    "é", "🤔",
    "\0", "\r\n", " ", "a", "b-c", "[*]", ".*", "!", "-", "&&", "||", "==", "null", "true", "$${", "%%{",
    "\u{FEFF}",
  ]

  /// Parses, evaluates, renders; nothing here may crash, and each range must be sane.
  private func exercise(_ bytes: [UInt8]) {
    guard let source = try? SourceFile(name: "test.hcl", bytes: bytes) else { return }
    let file = ParsedFile(source)
    check(file.body, within: SourceSpan(start: 0, end: UInt32(bytes.count)))
    var evaluator = Evaluator(
      source: source,
      context: EvaluationContext(functions: StandardFunctions.table(), undefinedVariable: { .string($0) }))
    let collector = DiagnosticCollector(source: source)
    for attribute in file.body.attributes + file.body.blocks.flatMap(\.body.attributes) {
      _ = evaluator.evaluate(attribute.expression)
      _ = collector.located(attribute.expression, in: evaluator.context)
    }
    for block in collector.expandedBlocks(of: file.body, in: evaluator.context) {
      _ = collector.located(block)
    }
    let diagnostics = file.diagnostics + evaluator.diagnostics + collector.diagnostics
    for range in diagnostics.compactMap(\.range) {
      #expect(range.start.line >= 1 && range.start.column >= 1)
      #expect(range.start.byteOffset <= range.end.byteOffset)
      #expect(range.end.byteOffset <= bytes.count)
    }
    let rendered = DiagnosticRenderer(files: [source], isColored: true).render(diagnostics)
    #expect(diagnostics.isEmpty || !rendered.isEmpty)
  }

  private func check(_ body: Body, within outer: SourceSpan) {
    #expect(outer.contains(body.span))
    for attribute in body.attributes {
      #expect(body.span.contains(attribute.span))
      check(attribute.expression, within: attribute.span)
    }
    for block in body.blocks {
      #expect(body.span.contains(block.span))
      check(block.body, within: block.span)
    }
  }

  private func check(_ expression: HCL.Expression, within outer: SourceSpan) {
    #expect(outer.contains(expression.span))
    let inner: [HCL.Expression] =
      switch expression.kind {
      case .wrapped(let inner), .parentheses(let inner), .unary(_, let inner), .traversal(let inner, _):
        [inner]
      case .call(let call): call.arguments
      case .tuple(let elements): elements
      case .object(let items): items.flatMap { [$0.key, $0.value] }
      case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
      case .operation(let first, let steps): [first] + steps.map(\.operand)
      case .loop(let loop): [loop.collection, loop.value] + [loop.key, loop.condition].compactMap { $0 }
      case .literal, .template, .variable: []
      }
    for part in inner { check(part, within: expression.span) }
  }

  @Test("random bytes never crash the parser", arguments: 0..<8)
  func randomBytes(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...127, using: &random)
      }
      exercise(bytes)
    }
  }

  @Test("random sequences of tokens never crash the parser", arguments: 0..<8)
  func randomTokens(_ seed: UInt64) {
    var random = SeededGenerator(seed: 1000 + seed)
    for _ in 0..<300 {
      let count = Int.random(in: 0...40, using: &random)
      let text = (0..<count).map { _ in Self.fragments.randomElement(using: &random) ?? "" }.joined()
      exercise(Array(("v = " + text).utf8))
      exercise(Array(text.utf8))
    }
  }

  @Test("damaged files never crash the parser", arguments: 0..<8)
  func damagedFiles(_ seed: UInt64) {
    var random = SeededGenerator(seed: 2000 + seed)
    for original in Self.corpus {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(contentsOf: (Self.fragments.randomElement(using: &random) ?? "").utf8, at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        default: bytes.removeSubrange(min(place, bytes.count)..<min(place + 5, bytes.count))
        }
      }
      exercise(bytes)
    }
  }

  @Test("the ranges of valid files nest")
  func rangesNest() {
    for bytes in Self.corpus { exercise(bytes) }
  }

  @Test("a whole number survives printing and reading", arguments: 0..<4)
  func numbersRoundTrip(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: 3000 + seed)
    for _ in 0..<60 {
      let digits = String(
        (0..<Int.random(in: 1...150, using: &random)).map { _ in
          Character("\(Int.random(in: 0...9, using: &random))")
        })
      let fraction = Bool.random(using: &random) ? "." + String(digits.prefix(20).reversed()) : ""
      let number = try #require(Number(decimal: digits + fraction))
      #expect(Number(decimal: number.description) == number)
      let double = Double(bitPattern: random.next())
      if double.isFinite {
        let converted = try #require(Number(double))
        #expect(converted.double == double)
        #expect(Double(converted.description) == double)
      }
    }
  }
}
