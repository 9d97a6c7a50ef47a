/// The rules that a driver keeps, as they are numbered in docs/driver-abi.md.
public enum ABIRule: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  // MARK: The library
  case entrySymbol = 1
  case noCodeAtLoad = 2
  case version = 3
  case sizes = 4
  case staticData = 5
  case names = 6
  case schema = 7
  case functionTable = 8
  case open = 9
  // MARK: Memory
  case inputsAreBorrowed = 10
  case sinks = 11
  case text = 12
  case limits = 13
  // MARK: Calls
  case status = 14
  case noUnwinding = 15
  case threadSafety = 16
  case quickCalls = 17
  case blockingCalls = 18
  case processState = 19
  // MARK: The driver's life
  case configure = 20
  case fingerprint = 21
  case restoreComplete = 22
  case close = 23
  case extensions = 24
  // MARK: A task's life
  case startIsIdempotent = 25
  case startFailure = 26
  case handle = 27
  case waitDescriptor = 28
  case exitResult = 29
  case stop = 30
  case signals = 31
  case inspect = 32
  case destroy = 33
  case recover = 34
  case output = 35
  case environment = 36

  /// `R7`
  public var description: String { "R\(rawValue)" }

  /// The rule in a few words: its heading in docs/driver-abi.md.
  public var title: String {
    switch self {
    case .entrySymbol: "one entry symbol"
    case .noCodeAtLoad: "nothing happens at load"
    case .version: "the major version is the host's"
    case .sizes: "sizes are declared and whole"
    case .staticData: "static data stays"
    case .names: "names and texts"
    case .schema: "a schema that can be meant"
    case .functionTable: "no function is missing"
    case .open: "open makes an instance or nothing"
    case .inputsAreBorrowed: "inputs are borrowed"
    case .sinks: "sinks end with the call"
    case .text: "text is UTF-8 with a length"
    case .limits: "outputs are bounded"
    case .status: "a status, and a sentence"
    case .noUnwinding: "nothing unwinds across"
    case .threadSafety: "any thread, any time"
    case .quickCalls: "quick is quick"
    case .blockingCalls: "blocking calls end"
    case .processState: "the process is the host's"
    case .configure: "configured once"
    case .fingerprint: "a fingerprint at once"
    case .restoreComplete: "unclaimed tasks are cleaned up"
    case .close: "close leaves tasks, not threads"
    case .extensions: "extensions are optional"
    case .startIsIdempotent: "start is idempotent"
    case .startFailure: "a failed start leaves nothing"
    case .handle: "the handle finds the task"
    case .waitDescriptor: "wait gives a descriptor"
    case .exitResult: "the true result"
    case .stop: "stop asks and returns"
    case .signals: "signals are sent or refused"
    case .inspect: "inspect says how it is"
    case .destroy: "destroy forgets"
    case .recover: "recover finds or denies"
    case .output: "output goes to the log files"
    case .environment: "the environment is complete"
    }
  }
}
