import Agent
import HCL
import Testing

@Suite("Checking a job against the drivers")
struct DriverCheckTests {
  private func problems(driver: String, config: String) async throws -> [Diagnostic] {
    let job = try TestAgent.job(
      """
      job "test" {
        group "g" {
          task "t" {
            driver = "\(driver)"
            config {
              \(config)
            }
          }
        }
      }
      """)
    return try await TestAgent.with { $0.check(job) }
  }

  @Test("a right configuration has no problems, also with what is known at run time only")
  func right() async throws {
    let problems = try await problems(
      driver: "raw_exec", config: "command = \"/bin/${NOMAD_TASK_NAME}\"\nargs = [\"a\", 1, true]")
    #expect(problems == [])
  }

  @Test("a driver that is not there is reported with the one that may be meant")
  func missingDriver() async throws {
    let problem = try #require(try await problems(driver: "raw_exex", config: "command = \"x\"").first)
    #expect(problem.range?.start.line == 4)
    #expect(problem.suggestion == "raw_exec")
  }

  @Test(
    "a field that is unknown, missing or of a wrong type is reported at its place",
    arguments: [
      ("comand = \"x\"\ncommand = \"y\"", 6), ("args = [\"x\"]", 5), ("command = \"x\"\nargs = \"y\"", 7),
      ("command = [\"x\"]", 6),
    ])
  func wrongField(config: String, line: Int) async throws {
    let problems = try await problems(driver: "raw_exec", config: config)
    #expect(problems.count == 1)
    #expect(problems.first?.range?.start.line == line, "\(problems)")
  }
}
