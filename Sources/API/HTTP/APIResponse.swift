/// What a handler answers.
struct APIResponse: Sendable {
  /// What comes after the headers.
  enum Body: Sendable {
    case none
    case json(JSON)
    case bytes([UInt8])
    /// Pieces, until there are no more.
    case stream(any ByteSource)
  }

  /// The status code.
  var status = 200
  /// What kind of body it is; nil for none.
  var contentType: String?
  /// What comes after the headers.
  var body: Body
  /// The state of this host that the answer shows; nil where that does not matter.
  var index: UInt64?
  /// Whether the answer is a reading of the state, as clients that ask servers of a cluster want to know.
  var isRead = false
  /// Further headers.
  var headers: [Header] = []

  struct Header: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// A JSON answer.
  static func json(_ json: JSON, index: UInt64? = nil, isRead: Bool = false) -> APIResponse {
    APIResponse(contentType: "application/json", body: .json(json), index: index, isRead: isRead)
  }

  /// A text.
  static func text(_ text: String, contentType: String = "text/plain; charset=utf-8") -> APIResponse {
    APIResponse(contentType: contentType, body: .bytes(Array(text.utf8)))
  }

  /// A stream of pieces.
  static func stream(_ source: any ByteSource, contentType: String) -> APIResponse {
    APIResponse(
      contentType: contentType, body: .stream(source),
      headers: [Header(name: "Cache-Control", value: "no-cache")])
  }

  /// Nothing but the status.
  static func empty(_ status: Int = 200) -> APIResponse { APIResponse(status: status, body: .none) }

  /// Nothing but the index of the change that was made.
  static func changed(_ index: UInt64) -> APIResponse {
    var response = empty()
    response.index = index
    return response
  }

  /// A refusal.
  static func error(_ error: APIError) -> APIResponse {
    var response = text(error.message)
    response.status = error.status
    return response
  }
}

/// Gives the body of an answer, piece by piece.
protocol ByteSource: Sendable {
  /// The next piece; nil when there are no more. Suspends until there is one; returns early, with whatever, when
  /// the calling task is cancelled.
  mutating func next() async throws -> [UInt8]?
}
