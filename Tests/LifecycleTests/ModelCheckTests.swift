import ModelCheck
import Testing

/// The model of small groups; `make model-check` walks the large ones.
@Suite("Model check")
struct ModelCheckTests {
  @Test("in every state that can be reached the promises hold", arguments: ModelSuite.quick)
  func walk(suite: ModelSuite) async {
    let outcome = await suite.run()
    #expect(outcome.violation == nil)
    // A walk that reaches little has not looked.
    #expect(outcome.states > 100)
  }
}
