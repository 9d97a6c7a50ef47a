import Agent
import ArgumentParser
import Glibc
import HCL
import Jobs
import Runner

/// The arguments of every command that reads a job file.
struct JobFileOptions: ParsableArguments {
  @Argument(
    help: "The job file; - reads standard input.", completion: .file(extensions: ["hcl", "nomad", "json"]))
  var file: String

  @Option(
    name: .eitherDash("var"),
    help: ArgumentHelp("Set a variable of the job file; may be repeated.", valueName: "name=value"))
  var variables: [String] = []

  @Option(
    name: .eitherDash("var-file"), help: "Read variables from a file of NAME = VALUE lines; may be repeated.")
  var variableFiles: [String] = []

  /// The folder of the job file, absolute: relative artifact sources start there.
  var folder: String {
    let path = file == "-" ? "." : file
    let real = FileSystem.resolved(path) ?? path
    if FileSystem.kind(real) == .directory { return real }
    return real.lastIndex(of: "/").map { String(real[..<$0]) } ?? "."
  }

  /// Reads the job and prints what is wrong with it to standard error.
  ///
  /// - Throws: exit code 2 when the job cannot be used.
  func readJob() throws -> (job: Job, specification: JobSpecification, sources: [SourceFile]) {
    var options = JobFile.Options(environment: Self.environment(), files: .onDisk(baseDirectory: folder))
    for text in variables {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("-var \(text): write it as -var NAME=VALUE")
      }
      options.variables.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
    do {
      options.variableFiles = try variableFiles.map { try SourceFile(name: $0, bytes: try read($0)) }
      let bytes = try read(file)
      let name = file == "-" ? "<stdin>" : file
      let result = ParsingThread.run { [options] in JobFile.parse(bytes, fileName: name, options: options)
      }
      DiagnosticOutput.print(result.diagnostics, sources: result.sources)
      guard let job = result.job, let specification = result.specification else {
        let count = result.diagnostics.count { $0.severity == .error }
        Terminal.writeError(
          "hostler: \(file) is not a job that can be run: \(count) error\(count == 1 ? "" : "s")")
        throw ExitCode(2)
      }
      return (job, specification, result.sources)
    } catch let error as DiagnosticsError {
      DiagnosticOutput.print(error.diagnostics, sources: [])
      throw ExitCode(2)
    } catch let error as FileError {
      Terminal.writeError("hostler: \(error)")
      throw ExitCode(2)
    }
  }

  private func read(_ path: String) throws -> [UInt8] {
    let limit = SourceFile.defaultSizeLimitBytes
    do {
      return try FileSystem.read(path == "-" ? "/dev/stdin" : path, limitBytes: limit)
    } catch  where error.isTooLarge {
      throw DiagnosticsError(SourceFile.tooLarge(name: path, size: limit + 1, limit: limit))
    }
  }

  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let line = entry.pointee {
      let text = String(cString: line)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      entry += 1
    }
    return variables
  }
}

/// Diagnostics on standard error.
enum DiagnosticOutput {
  static func print(_ diagnostics: [Diagnostic], sources: [SourceFile]) {
    guard !diagnostics.isEmpty else { return }
    let renderer = DiagnosticRenderer(files: sources, isColored: Terminal.standardErrorHasColours)
    Terminal.writeStyledError(renderer.render(diagnostics))
  }
}
