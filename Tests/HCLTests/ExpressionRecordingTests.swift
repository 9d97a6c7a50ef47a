import Foundation
import HCL
import Testing

/// One expression with what Nomad's evaluator makes of it.
struct RecordedExpression: Sendable, CustomTestStringConvertible {
  var text: String
  /// The value as JSON, when there is one.
  var value: Value?
  /// The place of the first error: line, column, line and column of the end.
  var place: [Int]?

  var testDescription: String { text }

  static let all: [RecordedExpression] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/expressions.json")
    guard let data = try? Data(contentsOf: url),
      case .tuple(let entries)? = try? Value(json: Array(data))
    else { return [] }
    return entries.compactMap { entry in
      guard let fields = entry.attributes, case .string(let text)? = fields["expression"] else { return nil }
      let error = fields["error"]?.attributes
      let place = error.map { error in
        ["line", "column", "to line", "to column"].map { key in
          if case .number(let number)? = error[key] { return number.int ?? 0 }
          return 0
        }
      }
      return RecordedExpression(text: text, value: fields["json"], place: place)
    }
  }()

  /// Evaluates the expression as the last attribute of a block, as it was when it was recorded; places
  /// are counted within the expression.
  func evaluate() throws -> (value: Value?, place: [Int]?, message: String) {
    let source = try SourceFile(name: "test.hcl", text: "block {\nv = \(text)\n}\n")
    let file = ParsedFile(source)
    var diagnostics = file.diagnostics
    var value: Value?
    if diagnostics.isEmpty, let attribute = file.body.blocks.first?.body.attributes.first {
      let context = EvaluationContext(
        variables: ["var": .object([:]), "local": .object([:])],
        functions: StandardFunctions.table(), undefinedVariable: { .string("${\($0)}") })
      var evaluator = Evaluator(source: source, context: context)
      value = evaluator.evaluate(attribute.expression)
      diagnostics = evaluator.diagnostics
    }
    guard let range = diagnostics.first?.range else { return (value, nil, "") }
    func within(_ position: SourcePosition) -> [Int] {
      [position.line - 1, position.line == 2 ? position.column - 4 : position.column]
    }
    return (nil, within(range.start) + within(range.end), diagnostics[0].description)
  }
}

@Suite("Recorded expressions")
struct ExpressionRecordingTests {
  @Test("the recording is there")
  func recordingIsThere() {
    #expect(RecordedExpression.all.count == 275)
  }

  @Test("an expression has the value or the error that Nomad gives it", arguments: RecordedExpression.all)
  func matchesNomad(_ recorded: RecordedExpression) throws {
    let (value, place, message) = try recorded.evaluate()
    if let expected = recorded.value {
      #expect(message == "")
      #expect(value.map { isSameJSON($0, expected) } == true, "got \(value.map(jsonText) ?? "nothing")")
    } else {
      #expect(place == recorded.place, "\(value.map(jsonText) ?? message)")
    }
  }

  /// JSON knows no difference between lists and tuples; fractions were recorded as doubles.
  private func isSameJSON(_ value: Value, _ expected: Value) -> Bool {
    switch (value, expected) {
    case (.number(let value), .number(let expected)):
      return value == expected || (!value.isInteger && value.double == expected.double)
    case (.string(let value), .string(let expected)): return value.utf8.elementsEqual(expected.utf8)
    default: break
    }
    if let left = value.elements, let right = expected.elements {
      return left.count == right.count && zip(left, right).allSatisfy { isSameJSON($0, $1) }
    }
    if let left = value.attributes, let right = expected.attributes {
      return left.count == right.count
        && left.allSatisfy { key, value in right[key].map { isSameJSON(value, $0) } ?? false }
    }
    return value.equals(expected)
  }
}
