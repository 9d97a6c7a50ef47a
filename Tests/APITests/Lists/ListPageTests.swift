import Testing

@testable import API

@Suite("Pages of a list")
struct ListPageTests {
  private func page(_ query: String) throws -> ListPage {
    try ListPage(
      ["a", "b", "c", "d", "e"], ListQuery(Query(query[...])), token: { $0 },
      json: { ["Name": .string($0)] })
  }

  private func names(_ page: ListPage) -> [String] {
    page.elements.compactMap { if case .string(let name)? = $0["Name"] { name } else { nil } }
  }

  @Test("go through all elements, each once")
  func goThroughAll() throws {
    var seen: [String] = []
    var token: String?
    repeat {
      let page = try page("per_page=2" + (token.map { "&next_token=\($0)" } ?? ""))
      #expect(page.elements.count <= 2)
      seen += names(page)
      token = page.nextToken
    } while token != nil
    #expect(seen == ["a", "b", "c", "d", "e"])
  }

  @Test("begin where the element of a token was, even when it has gone")
  func beginAfterGap() throws {
    #expect(names(try page("next_token=bb")) == ["c", "d", "e"])
  }

  @Test("count only what the filter lets through")
  func countFiltered() throws {
    let page = try page("per_page=2&filter=Name+!%3D+a")
    #expect(names(page) == ["b", "c"])
    #expect(page.nextToken == "d")
  }

  @Test("may be turned round")
  func turnRound() throws {
    #expect(names(try page("reverse=true&per_page=2&next_token=d")) == ["d", "c"])
  }

  @Test("are refused when their size is wrong")
  func refuseWrongSize() {
    #expect(throws: APIError.self) { try page("per_page=-1") }
    #expect(throws: APIError.self) { try page("per_page=x") }
  }
}
