/// A driver: knows how to start, stop and find again one kind of task.
///
/// The host calls ``configure(_:)``, then ``recover(_:)`` for each task that it remembers, then
/// ``restoreComplete()``; from then on anything, from several threads at once, and ``close()`` at last. For
/// one task it never makes two of start, recover and destroy at the same time.
///
/// The SDK keeps the table of tasks: it answers a repeated start of the same task, an unknown task, and a
/// destroy of a running one by itself, and hands the driver its own ``Task`` value everywhere else.
///
/// A function that waits for something belongs among those marked "may block".
public protocol TaskDriver: Sendable {
  /// What the driver keeps for a task. Lives until the task is destroyed or the driver is closed.
  associatedtype Task: AnyObject & Sendable

  /// The driver's name, abilities and configuration.
  static var description: DriverDescription { get }

  /// Makes an instance. Any number of them may live at a time. May block.
  ///
  /// - Parameter context: the host.
  init(context: DriverContext) throws(DriverError)

  /// Takes the configuration of the `plugin` block, which may be empty. Called once, alone. May block.
  func configure(_ configuration: borrowing DriverConfiguration) throws(DriverError)

  /// Says how the driver is; at once, so a slow probe answers "undetected" first. May block.
  func fingerprint() throws(DriverError) -> Fingerprint

  /// Starts a task and returns once it runs. A command or user that does not exist is an error of the
  /// start. After an error nothing of the task may be left. May block.
  ///
  /// - Parameters:
  ///   - request: what to start.
  ///   - configuration: the task's `config` block.
  func start(
    _ request: borrowing TaskRequest, configuration: borrowing DriverConfiguration
  ) throws(DriverError) -> StartedTask<Task>

  /// Gives a new descriptor that turns readable when the task has ended, and stays so. Must be quick.
  ///
  /// - Returns: a descriptor that belongs to the host, which polls and closes it and never reads it.
  func wait(_ task: Task) throws(DriverError) -> Int32

  /// Asks a task to end, or ends it by force, without waiting for the end. May block.
  func stop(_ task: Task, _ request: StopRequest) throws(DriverError)

  /// Sends a signal to a task. May block.
  func signal(_ task: Task, _ signal: Int32) throws(DriverError)

  /// Says how a task is. Must be quick.
  ///
  /// - Parameter detailed: whether the host wants the message and the attributes.
  func inspect(_ task: Task, detailed: Bool) throws(DriverError) -> TaskStatus

  /// Removes what a task has left, after ending it if it still runs. May block.
  func destroy(_ task: Task) throws(DriverError)

  /// Finds a task of an earlier process again, running or ended. May block.
  ///
  /// - Returns: nil when it was never started.
  /// - Throws: a recoverable error when that cannot be said now.
  func recover(_ request: borrowing RecoverRequest) throws(DriverError) -> StartedTask<Task>?

  /// Comes after the last `recover`: what the driver finds and nobody claimed is its own to clean up.
  /// May block.
  func restoreComplete() throws(DriverError)

  /// Ends the driver; its tasks go on running. No thread or descriptor of it may be left. May block.
  func close()
}

extension TaskDriver {
  /// Accepts any configuration.
  public func configure(_ configuration: borrowing DriverConfiguration) throws(DriverError) {}

  /// Answers that the driver is healthy.
  public func fingerprint() throws(DriverError) -> Fingerprint { Fingerprint(health: .healthy) }

  /// Refuses every signal.
  public func signal(_ task: Task, _ signal: Int32) throws(DriverError) {
    throw .unsupported("this driver cannot send signals")
  }

  /// Finds no task.
  public func recover(_ request: borrowing RecoverRequest) throws(DriverError) -> StartedTask<Task>? { nil }

  /// Cleans nothing up.
  public func restoreComplete() throws(DriverError) {}

  /// Has nothing to end.
  public func close() {}
}
