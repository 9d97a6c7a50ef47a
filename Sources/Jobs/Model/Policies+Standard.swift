extension RestartPolicy {
  /// The policy of a job file that says nothing else.
  public static func standard(of type: JobType) -> RestartPolicy {
    type == .batch || type == .sysbatch ? .batch : .service
  }
}

extension ReschedulePolicy {
  /// The policy of a job file that says nothing else; nil where allocations are not rescheduled.
  public static func standard(of type: JobType) -> ReschedulePolicy? {
    switch type {
    case .service: .service
    case .batch: .batch
    case .system, .sysbatch: nil
    }
  }
}
