import HCL
import Testing

@testable import Runner

@Suite("Prepared tasks")
struct PreparedTaskTests {
  @Test(
    "the environment comes back as it was given",
    arguments: [[], [""], ["A=1"], ["A=", "", "B=é\u{0}\n=", "C=\u{FF}\u{10FFFF}"], ["", ""]])
  func environment(lines: [String]) {
    let task = PreparedTask(environment: lines, user: "", config: LocatedValue(.null))
    #expect(task.environment == lines)
  }
}
