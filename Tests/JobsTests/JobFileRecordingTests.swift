import HCL
import Jobs
import Testing

@Suite("Recorded job files")
struct JobFileRecordingTests {
  @Test("the recordings are there")
  func recordingsAreThere() {
    #expect(RecordedJobFile.right.count == 11)
    #expect(RecordedJobFile.wrong.count == 22)
  }

  /// Two of the files hold settings that Nomad parses and its validation then refuses.
  @Test("a right job file means to the last field what it means to Nomad", arguments: RecordedJobFile.right)
  func matchesNomad(_ file: RecordedJobFile) throws {
    let result = file.parse()
    let rendered = DiagnosticRenderer(files: result.sources).render(result.diagnostics)
    let specification = try #require(result.specification, "\(rendered)")
    #expect(JSONDifference.list(specification.parsedJSON, file.recording["parsed"]) == [])
    #expect(JSONDifference.list(specification.canonicalJSON, file.recording["canonical"]) == [])
    #expect((result.job == nil) == (file.recording["validation errors"].integer != 0), "\(rendered)")
  }

  @Test("Nomad's own JSON of a job is read as the job file is", arguments: RecordedJobFile.right)
  func readsNomadsJSON(_ file: RecordedJobFile) throws {
    for form in ["parsed", "canonical"] {
      let reading = Job.reading(json: file.recording[form])
      #expect(reading.problems.allSatisfy { $0.kind != .wrongType }, "\(reading.problems)")
      #expect(JSONDifference.list(reading.job.json(.canonical), file.recording["canonical"]) == [])
    }
  }

  @Test("a wrong job file is refused where Nomad refuses it", arguments: RecordedJobFile.wrong)
  func refusesLikeNomad(_ file: RecordedJobFile) {
    let result = file.parse()
    let rendered = DiagnosticRenderer(files: result.sources).render(result.diagnostics)
    let isRefused = file.recording["stage"].string == "parse" || (file.recording["errors"].integer ?? 0) > 0
    guard isRefused else {
      #expect(result.job != nil, "\(rendered)")
      return
    }
    #expect(result.job == nil)
    #expect(result.diagnostics.hasErrors)
    // Nomad gives some mistakes twice, and some with a second place that is our note or the whole
    // expression; each line and column that it names must be among ours.
    let ranges = result.diagnostics.flatMap { diagnostic in
      [diagnostic.range].compactMap { $0 } + diagnostic.notes.map(\.range)
    }
    var covered: [[Int]] = []
    for place in file.recording["places"].list {
      let line = place["line"].integer ?? 0
      let column = place["column"].integer ?? 0
      let end = Int(place["to"].string ?? "") ?? 0
      if ranges.contains(where: { $0.start.line == line && $0.start.column == column && $0.end.column == end }
      ) {
        covered.append([line, column, end])
      }
    }
    let expected = file.recording["places"].list.count
    let isKnownRepetition = ["several-mistakes", "undeclared-variable"].contains(file.name)
    #expect(covered.count == (isKnownRepetition ? expected - 1 : expected), "\(rendered)")
  }
}
