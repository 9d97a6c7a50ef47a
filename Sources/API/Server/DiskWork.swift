import Runner

/// Does work that blocks on the disk, away from the threads that everything else runs on.
func onDiskThread<Value: Sendable, Failure: Error>(
  _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await Task(executorPreference: DiskThreads.shared) {
    Result { () throws(Failure) in try work() }
  }.value.get()
}
