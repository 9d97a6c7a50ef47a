public import HCL

/// A job file as it is read from text.
public enum JobFile {
  /// What the text alone does not say.
  public struct Options: Sendable {
    /// Values for variables, as `-var NAME=VALUE` gives them; the last one of a name wins.
    public var variables: [(name: String, value: String)]
    /// Files of `NAME = VALUE` lines, as `-var-file` gives them; later files win over earlier ones,
    /// `variables` over all files.
    public var variableFiles: [SourceFile]
    /// The environment; `NOMAD_VAR_NAME` and `HOSTLER_VAR_NAME` give values that anything else wins
    /// over.
    public var environment: [String: String]
    /// What the file functions may read; nil makes them fail.
    public var files: FileAccess?
    /// The largest job file that is accepted, in bytes.
    public var sizeLimitBytes: Int

    /// Makes options from their parts.
    public init(
      variables: [(name: String, value: String)] = [], variableFiles: [SourceFile] = [],
      environment: [String: String] = [:], files: FileAccess? = nil,
      sizeLimitBytes: Int = SourceFile.defaultSizeLimitBytes
    ) {
      self.variables = variables
      self.variableFiles = variableFiles
      self.environment = environment
      self.files = files
      self.sizeLimitBytes = sizeLimitBytes
    }
  }

  /// What reading a job file gives.
  public struct Result: Sendable {
    /// The job; nil when a diagnostic is an error.
    public var job: Job?
    /// What the file says, whether or not the job keeps to the rules; nil when the file cannot be read.
    public var specification: JobSpecification?
    /// Errors and warnings in file order.
    public var diagnostics: [Diagnostic]
    /// The files that diagnostics may point into, for a `DiagnosticRenderer`.
    public var sources: [SourceFile]
  }

  /// Reads a job file: parses, evaluates, fills in defaults and validates.
  ///
  /// References that only make sense where a task runs (`${NOMAD_…}`, `${attr.…}`, `${meta.…}`,
  /// `${node.…}`, `${env.…}`) stay in the texts; `Interpolation` replaces them later.
  /// - Parameters:
  ///   - bytes: the text of the file.
  ///   - fileName: the file's name for messages.
  ///   - options: variables and limits.
  public static func parse(_ bytes: [UInt8], fileName: String, options: Options = Options()) -> Result {
    let source: SourceFile
    do {
      source = try SourceFile(name: fileName, bytes: bytes, sizeLimitBytes: options.sizeLimitBytes)
    } catch {
      return Result(diagnostics: error.diagnostics, sources: [])
    }
    let file = ParsedFile(source)
    var sources = [source] + options.variableFiles
    guard file.diagnostics.isEmpty else {
      return Result(diagnostics: file.diagnostics, sources: sources)
    }
    let collector = DiagnosticCollector(source: source)
    var reader = JobFileReader(file: file, options: options, collector: collector)
    let written = reader.read()
    sources += reader.commandLineSources
    var result = Result(diagnostics: [], sources: sources)
    if let written {
      let reading = JobReading(written)
      if !collector.hasErrors { result.specification = JobSpecification(written: written, job: reading.job) }
      collector.add(reading.problems.compactMap(ProblemLocator(root: written).diagnostic))
      if !collector.hasErrors { result.job = reading.job }
    }
    result.diagnostics = collector.inFileOrder
    return result
  }

  /// Reads a job file from a string.
  public static func parse(_ text: String, fileName: String, options: Options = Options()) -> Result {
    parse(Array(text.utf8), fileName: fileName, options: options)
  }
}
