/// What a client asks of a list: which elements, and how many at once.
struct ListQuery: Sendable {
  /// What ids begin with; empty for any.
  var prefix: String
  /// What elements must be like.
  var filter: FilterExpression?
  /// How many elements are given at most; nil for all.
  var perPage: Int?
  /// The element that the page begins with; nil for the first.
  var nextToken: String?
  /// Whether the order is turned round.
  var isReversed: Bool

  /// Reads the parameters of a request.
  init(_ query: Query) throws(APIError) {
    prefix = query["prefix"] ?? ""
    if let text = query.text("filter") {
      do throws(FilterError) { filter = try FilterExpression(text) } catch {
        throw .badRequest("failed to read filter expression: \(error.description)")
      }
    }
    let count = try query.int("per_page", in: 0...Int(Int32.max))
    perPage = count == 0 ? nil : count
    nextToken = query.text("next_token")
    isReversed = try query.flag("reverse") ?? false
  }
}

/// A part of a list.
struct ListPage: Sendable {
  /// The elements.
  var elements: [JSON] = []
  /// The token of the first element after them; nil when there is none.
  var nextToken: String?

  /// Takes the elements that a client asks for.
  ///
  /// - Parameters:
  ///   - all: Every element, in the order of their tokens.
  ///   - query: What the client asks for.
  ///   - token: Says where an element stands in the order.
  ///   - json: Makes an element's JSON.
  ///   - subject: What filters look at; nil for the element's JSON.
  init<Element>(
    _ all: some Sequence<Element>, _ query: ListQuery, token: (Element) -> String,
    json: (Element) -> JSON, subject: ((Element) -> JSON)? = nil
  ) throws(APIError) {
    var hasBegun = query.nextToken == nil
    for element in query.isReversed ? Array(all.reversed()) : Array(all) {
      let place = token(element)
      if !hasBegun, let wanted = query.nextToken {
        hasBegun = query.isReversed ? place <= wanted : place >= wanted
      }
      guard hasBegun else { continue }
      var made: JSON?
      if let filter = query.filter {
        let shown = subject?(element) ?? json(element)
        if subject == nil { made = shown }
        do throws(FilterError) { guard try filter.holds(for: shown) else { continue } } catch {
          throw .badRequest("failed to filter: \(error.description)")
        }
      }
      if let perPage = query.perPage, elements.count >= perPage {
        nextToken = place
        return
      }
      elements.append(made ?? json(element))
    }
  }

  /// The answer to a request for a list that nobody waits for changes of.
  func response(index: UInt64) -> APIResponse {
    var response = reading(index: index).response
    response.index = index
    response.isRead = true
    return response
  }

  /// The answer to a request for the list.
  func reading(index: UInt64) -> Reading {
    var response = APIResponse.json(.array(elements))
    if let nextToken {
      response.headers.append(APIResponse.Header(name: "X-Nomad-Nexttoken", value: nextToken))
    }
    return Reading(index: index, response: response)
  }
}

/// Whether an id may be one that a client asks for: the form in which ids begin is checked, so that a mistake is
/// told and not answered with nothing.
func checkIDPrefix(_ prefix: String) throws(APIError) {
  guard prefix.utf8.allSatisfy({ $0.hexadecimalValue != nil || $0 == UInt8(ascii: "-") }) else {
    throw .badRequest(
      "\"\(prefix)\" is not the beginning of an id: it has letters from a to f, digits and dashes")
  }
  guard prefix.utf8.count(where: { $0 != UInt8(ascii: "-") }) % 2 == 0 else {
    throw .badRequest("\"\(prefix)\" has an odd number of letters and digits; give one more or one less")
  }
  guard prefix.utf8.count <= 36 else {
    throw .badRequest("an id has 36 characters, and \"\(prefix)\" has more")
  }
}

/// Checks a whole id.
func checkID(_ id: String, _ what: String) throws(APIError) {
  guard id.utf8.count == 36 else {
    throw .badRequest("\(what) lookup failed: an id has 36 characters, and \"\(id)\" has \(id.utf8.count)")
  }
}
