import Agent
import HCL
import Lifecycle

/// A reading of the state, which a client may wait for.
struct Reading: Sendable {
  /// The index of the last change of what was read.
  var index: UInt64
  /// What was read.
  var response: APIResponse

  /// An answer with its index.
  static func json(_ json: JSON, index: UInt64) -> Reading {
    Reading(index: index, response: .json(json))
  }
}

/// How long a read may wait for a change.
struct Wait: Hashable, Sendable {
  /// What the client has seen.
  var index: UInt64
  /// The longest wait.
  var time: Duration

  private static let standard = Duration.seconds(300)
  private static let longest = Duration.seconds(600)

  /// What the parameters of a request say; nil when it is to be answered at once.
  init?(_ query: Query) throws(APIError) {
    guard let text = query.text("index") else { return nil }
    guard let index = UInt64(text) else { throw .badRequest("Invalid index") }
    var time = Self.standard
    if let text = query.text("wait") {
      guard let wanted = try? Duration(goSyntax: text), wanted >= .zero else {
        throw .badRequest("Invalid wait time")
      }
      if wanted > .zero { time = min(wanted, Self.longest) }
    }
    guard index > 0 else { return nil }
    self.index = index
    self.time = time
  }
}

extension API {
  /// Reads, and reads again until there is something that the client has not seen, if it wants to wait.
  ///
  /// - Parameters:
  ///   - request: The request, with `index` and `wait`.
  ///   - tables: What of the state the reading depends on.
  ///   - read: Reads.
  func read(
    _ request: APIRequest, _ tables: StateTables, _ read: @Sendable () async throws -> Reading
  ) async throws -> APIResponse {
    let wait = try Wait(request.query)
    let deadline = wait.map { ContinuousClock.now + $0.time }
    while true {
      let known = jobs.index(of: tables)
      let reading: Reading
      do {
        reading = try await read()
      } catch let error as APIError {
        // What is not there may come; what is wrong stays so.
        guard error.status == 404, let wait, let deadline, known <= wait.index,
          await waitForChange(of: tables, above: known, until: deadline)
        else {
          var response = APIResponse.error(error)
          response.index = known
          response.isRead = true
          return response
        }
        continue
      }
      if let wait, let deadline, reading.index <= wait.index,
        await waitForChange(of: tables, above: known, until: deadline)
      {
        continue
      }
      var response = reading.response
      response.index = reading.index
      response.isRead = true
      return response
    }
  }

  /// Suspends until there is a change.
  ///
  /// - Returns: whether there was one before the deadline.
  private func waitForChange(
    of tables: StateTables, above index: UInt64, until deadline: ContinuousClock.Instant
  ) async -> Bool {
    while !Task.isCancelled {
      let seen = jobs.index
      if jobs.index(of: tables) > index { return true }
      let isInTime = await withTaskGroup(of: Bool.self) { group in
        group.addTask { [jobs] in
          await jobs.waitForChange(above: seen)
          return true
        }
        group.addTask {
          try? await Task.sleep(until: deadline, clock: .continuous)
          return false
        }
        let first = await group.next() ?? false
        group.cancelAll()
        return first
      }
      if !isInTime { return false }
      // Changes come in bursts; one look a while is enough.
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}
