import HCL

/// Evaluates the syntax tree of a job file: first the variables, then the locals, then the job.
struct JobFileReader {
  let file: ParsedFile
  let options: JobFile.Options
  let collector: DiagnosticCollector
  let functions: [String: Function]
  /// The texts given on the command line, as files that diagnostics can point into.
  var commandLineSources: [SourceFile] = []

  init(file: ParsedFile, options: JobFile.Options, collector: DiagnosticCollector) {
    self.file = file
    self.options = options
    self.collector = collector
    functions = StandardFunctions.table(files: options.files)
  }

  /// The job block as an object with Nomad's JSON names.
  mutating func read() -> LocatedValue? {
    let variables = readVariables()
    guard !collector.hasErrors else { return nil }
    var context = EvaluationContext(
      functions: functions, undefinedVariable: JobFileReader.runTimeReference)
    context.namespaces = [
      "var": Namespace(kind: "variable", values: variables), "local": Namespace(kind: "local"),
    ]
    readLocals(into: &context)
    guard !collector.hasErrors else { return nil }
    return readJob(in: context)
  }

  /// Nomad's rule: a name that the file does not define is known where the task runs.
  static let runTimeReference: @Sendable (String) -> Value? = { .string("${\($0)}") }

  private func readJob(in context: EvaluationContext) -> LocatedValue? {
    let wholeFile = SourceSpan(start: 0, end: 0)
    var decoder = BodyDecoder(
      file.body, owner: "a job file", headerSpan: wholeFile, context: context, collector: collector)
    _ = decoder.blocks("variable", labels: ["name"])
    _ = decoder.blocks("locals")
    let hadErrors = collector.hasErrors
    let block = decoder.block("job", labels: ["name"])
    decoder.finish()
    guard let block else {
      if !collector.hasErrors || hadErrors {
        collector.error("No job", "A job file needs a job block: job \"NAME\" { … }.", at: wholeFile)
      }
      return nil
    }
    return BlockReader(collector: collector).object(block, Job.fields.shape, label: Job.jobLabel)
  }
}
