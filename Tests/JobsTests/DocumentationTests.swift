import Foundation
import HCL
import Jobs
import Testing

@Suite("Documentation")
struct DocumentationTests {
  @Test("the example in docs/job-files.md is a valid job file")
  func exampleIsValid() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let page = try String(contentsOf: root.appending(path: "docs/job-files.md"), encoding: .utf8)
    let example = try #require(page.split(separator: "```hcl\n").last?.split(separator: "```\n").first)
    let result = JobFile.parse(String(example), fileName: "job-files.md")
    #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
    #expect(result.job?.groups.first?.tasks.count == 2)
  }

  @Test("docs/job-files.md names exactly the functions that there are")
  func functionsAreNamed() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let page = try String(contentsOf: root.appending(path: "docs/job-files.md"), encoding: .utf8)
    let section = try #require(page.range(of: "### Functions")).upperBound
    let list = try #require(page[section...].split(separator: "`").dropFirst().first)
    let named = Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    #expect(named.union(["bcrypt", "fileset", "rsadecrypt"]) == Set(StandardFunctions.table().keys))
  }
}
