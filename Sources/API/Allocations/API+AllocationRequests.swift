import Agent
import Jobs
import Lifecycle

/// Restarting, signalling and stopping allocations.
extension API {
  /// `PUT /v1/client/allocation/ID/restart`
  func restartAllocation(_ request: APIRequest) async throws -> APIResponse {
    let allocation = try allocation(request)
    let fields = try request.fields()
    let task = try fields.string("TaskName") ?? ""
    let target: RestartTarget
    switch (task.isEmpty, try fields.bool("AllTasks") ?? false) {
    case (false, true): throw APIError.badRequest("either TaskName or AllTasks, not both")
    case (false, false): target = .task(task)
    case (true, true): target = .allTasks
    case (true, false): target = .runningTasks
    }
    do throws(JobRequestError) { try await jobs.restart(allocation.id, target) } catch {
      throw APIError(error)
    }
    return done
  }

  /// `PUT /v1/client/allocation/ID/signal`
  func signalAllocation(_ request: APIRequest) async throws -> APIResponse {
    let allocation = try allocation(request)
    let fields = try request.fields()
    let signal = try fields.string("Signal") ?? ""
    let task = try fields.string("Task") ?? ""
    guard Signals.number(named: signal) != nil else {
      throw APIError.badRequest(
        signal.isEmpty ? "Signal must be specified" : "\"\(signal)\" is not the name of a signal")
    }
    do throws(JobRequestError) {
      try await jobs.signal(allocation.id, signal, task: task.isEmpty ? nil : task)
    } catch {
      if case .lifecycle(.unknownTask) = error { throw APIError.failed("Task not found") }
      throw APIError(error)
    }
    return done
  }

  /// `PUT /v1/allocation/ID/stop`
  func stopAllocation(_ request: APIRequest) async throws -> APIResponse {
    let allocation = try allocation(request, missing: "allocation not found")
    let isQuick = try request.query.flag("no_shutdown_delay") ?? false
    let evaluation: String
    do throws(JobRequestError) {
      evaluation = try jobs.stop(allocation.id, StopRequest(urgency: isQuick ? .withoutDelay : .graceful))
    } catch { throw APIError(error) }
    let index = jobs.index(of: [.allocations, .evaluations])
    return .json(["EvalID": .string(evaluation), "Index": .number(index)], index: index)
  }

  /// What requests to a client answer that have nothing to say.
  private var done: APIResponse { .json(["Index": .int(0)]) }
}
