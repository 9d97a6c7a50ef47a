import HCL

/// What a `variable` block says.
private struct VariableDeclaration {
  var name: String
  var type: ValueType
  var defaultValue: Value?
  var defaultSpan: SourceSpan?
  var validations: [ScopedBlock]
  var headerSpan: SourceSpan
}

extension JobFileReader {
  /// The values of the variables that the file declares.
  mutating func readVariables() -> [String: Value] {
    var declarations: [String: VariableDeclaration] = [:]
    var order: [String] = []
    let context = EvaluationContext(functions: functions)
    for block in file.body.blocks where block.type == "variable" {
      guard let declaration = declaration(ScopedBlock(block, context: context)) else { continue }
      if let first = declarations[declaration.name] {
        collector.error(
          "Variable declared twice", "There is a variable \"\(declaration.name)\" already.",
          at: declaration.headerSpan,
          notes: [
            Diagnostic.Note("the first one is here", range: collector.source.range(of: first.headerSpan))
          ])
        continue
      }
      declarations[declaration.name] = declaration
      order.append(declaration.name)
    }
    let given = givenValues(declarations)
    var values: [String: Value] = [:]
    for name in order {
      guard let declaration = declarations[name] else { continue }
      if let value = given[name] ?? declaration.defaultValue {
        values[name] = value
        validate(value, declaration, isGiven: given[name] != nil)
      } else if !collector.hasErrors {
        collector.error(
          "Variable without a value",
          "The variable \"\(name)\" has no default. Give it a value with -var '\(name)=VALUE'.",
          at: declaration.headerSpan)
      }
    }
    return values
  }

  private func declaration(_ block: ScopedBlock) -> VariableDeclaration? {
    var decoder = BodyDecoder(block, collector: collector)
    var type = ValueType.any
    if let attribute = decoder.attribute("type") {
      type = collector.evaluating(in: block.context) { $0.typeConstraint(attribute.expression) } ?? .any
    }
    _ = decoder.string("description")
    _ = decoder.bool("sensitive")
    let defaultAttribute = decoder.attribute("default")
    var defaultValue: Value?
    if let attribute = defaultAttribute,
      let value = collector.evaluate(attribute.expression, in: block.context)
    {
      do {
        defaultValue = try value.converted(to: type)
      } catch {
        collector.error(
          "Wrong default", "The default does not fit the type \(type): \(error.description).",
          at: attribute.expression.span)
      }
    }
    let validations = decoder.blocks("validation")
    decoder.finish()
    guard let label = block.labels.first, block.labels.count == 1 else { return nil }
    return VariableDeclaration(
      name: label.text, type: type, defaultValue: defaultValue,
      defaultSpan: defaultAttribute?.expression.span, validations: validations, headerSpan: block.headerSpan)
  }

  private func validate(_ value: Value, _ declaration: VariableDeclaration, isGiven: Bool) {
    for block in declaration.validations {
      var scoped = block
      scoped.context.namespaces["var"] = Namespace(kind: "variable", values: [declaration.name: value])
      var decoder = BodyDecoder(scoped, collector: collector)
      let message = decoder.string("error_message") ?? "The value is not allowed."
      let condition = decoder.value("condition", as: .bool)
      decoder.finish()
      guard case .bool(false)? = condition else { continue }
      let span = isGiven ? declaration.headerSpan : declaration.defaultSpan ?? declaration.headerSpan
      collector.error(
        "Value not allowed", "The variable \"\(declaration.name)\": \(message)", at: span,
        notes: [Diagnostic.Note("by this rule", range: collector.source.range(of: block.headerSpan))])
    }
  }

  // MARK: Values from outside
  private mutating func givenValues(_ declarations: [String: VariableDeclaration]) -> [String: Value] {
    var values: [String: Value] = [:]
    for (name, declaration) in declarations {
      for prefix in ["NOMAD_VAR_", "HOSTLER_VAR_"] {
        guard let text = options.environment[prefix + name] else { continue }
        values[name] = value(of: text, origin: prefix + name, declaration) ?? values[name]
      }
    }
    for source in options.variableFiles {
      values.merge(fileValues(source, declarations)) { _, later in later }
    }
    for (name, text) in options.variables {
      guard let declaration = declarations[name] else {
        unknownVariable(name, "-var", nil, declarations)
        continue
      }
      values[name] = value(of: text, origin: "-var \(name)", declaration) ?? values[name]
    }
    return values
  }

  /// Text for a string or number is taken as it is; for anything else it is an expression.
  private mutating func value(
    of text: String, origin: String, _ declaration: VariableDeclaration
  ) -> Value? {
    var value = Value.normalized(text)
    switch declaration.type {
    case .string, .number, .bool, .any: break
    default:
      guard let source = try? SourceFile(name: origin, text: text) else { return nil }
      commandLineSources.append(source)
      let parsed = ParsedExpression(source)
      collector.add(parsed.diagnostics)
      guard let expression = parsed.expression else { return nil }
      var evaluator = Evaluator(source: source, context: EvaluationContext(functions: functions))
      let evaluated = evaluator.evaluate(expression)
      collector.add(evaluator.diagnostics)
      guard let evaluated else { return nil }
      value = evaluated
    }
    do {
      return try value.converted(to: declaration.type)
    } catch {
      collector.add(
        Diagnostic(
          .error, "Wrong value for a variable",
          detail:
            "\(origin): the variable \"\(declaration.name)\" is \(declaration.type); \(error.description)."))
      return nil
    }
  }

  private func fileValues(
    _ source: SourceFile, _ declarations: [String: VariableDeclaration]
  ) -> [String: Value] {
    let parsed = ParsedFile(source)
    let inner = DiagnosticCollector(source: source, diagnostics: parsed.diagnostics)
    defer { collector.add(inner.diagnostics) }
    for block in parsed.body.blocks {
      collector.add(
        Diagnostic(
          .error, "Unknown block", detail: "A variable file holds only lines of the form NAME = VALUE.",
          range: source.range(of: block.headerSpan)))
    }
    var values: [String: Value] = [:]
    for attribute in parsed.body.attributes {
      guard let declaration = declarations[attribute.name] else {
        unknownVariable(attribute.name, source.name, source.range(of: attribute.nameSpan), declarations)
        continue
      }
      let context = EvaluationContext(functions: functions)
      guard let value = inner.evaluate(attribute.expression, in: context) else { continue }
      do {
        values[attribute.name] = try value.converted(to: declaration.type)
      } catch {
        collector.add(
          Diagnostic(
            .error, "Wrong value for a variable",
            detail: "The variable \"\(attribute.name)\" is \(declaration.type); \(error.description).",
            range: source.range(of: attribute.expression.span)))
      }
    }
    return values
  }

  private func unknownVariable(
    _ name: String, _ origin: String, _ range: SourceRange?, _ declarations: [String: VariableDeclaration]
  ) {
    collector.add(
      Diagnostic(
        .error, "Unknown variable",
        detail: "\(origin) gives a value to \"\(name)\", but the job file declares no such variable.",
        range: range, suggestion: nearestName(to: name, among: declarations.keys)))
  }
}
