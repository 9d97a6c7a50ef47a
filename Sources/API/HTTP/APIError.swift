/// Why a request was refused, as its client is told.
struct APIError: Error, Hashable, Sendable {
  /// The status code.
  var status: Int
  /// What is wrong, for people: the body of the answer.
  var message: String

  /// What was asked for is wrong in itself.
  static func badRequest(_ message: String) -> APIError { APIError(status: 400, message: message) }
  /// The client may not do that.
  static func forbidden(_ message: String = "Permission denied") -> APIError {
    APIError(status: 403, message: message)
  }
  /// There is no such thing.
  static func notFound(_ message: String) -> APIError { APIError(status: 404, message: message) }
  /// Somebody else was faster.
  static func conflict(_ message: String) -> APIError { APIError(status: 409, message: message) }
  /// It was tried and did not work.
  static func failed(_ message: String) -> APIError { APIError(status: 500, message: message) }
  /// It makes no sense on one host.
  static func notOnOneHost(_ what: String) -> APIError {
    APIError(status: 501, message: "\(what) needs a cluster; this agent runs one host by itself")
  }
}
