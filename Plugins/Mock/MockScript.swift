internal import HostlerDriver

/// How a pretended task behaves, from its start to its end.
struct MockScript: Sendable, Equatable {
  /// Text that a task writes, once and then some more times.
  struct Output: Sendable, Equatable {
    var text = ""
    var repeats = 0
    var interval = Duration.zero
  }

  var runFor = Duration.zero
  var exitCode: Int32 = 0
  var exitSignal: Int32 = 0
  var exitMessage = ""
  var signalError = ""
  var killAfter = Duration.zero
  var refusesToDie = false
  var pluginExitAfter: Duration?
  var standardOutput = Output()
  var standardError = Output()

  /// A task that ends at once, well.
  init() {}

  /// Reads a task's configuration.
  init(_ configuration: borrowing DriverConfiguration) throws(DriverError) {
    runFor = try configuration.value(CommandFields.runFor) ?? .zero
    exitCode = Int32(clamping: try configuration.value(CommandFields.exitCode) ?? 0)
    exitSignal = Int32(clamping: try configuration.value(CommandFields.exitSignal) ?? 0)
    guard (0...64).contains(exitSignal) else {
      throw .failed("exit_signal = \(exitSignal) is no signal's number")
    }
    exitMessage = try configuration.value(CommandFields.exitMessage) ?? ""
    signalError = try configuration.value(CommandFields.signalError) ?? ""
    killAfter = try configuration.value(CommandFields.killAfter) ?? .zero
    refusesToDie = try configuration.value(CommandFields.refusesToDie) ?? false
    pluginExitAfter = try configuration.value(TaskFields.pluginExitAfter)
    standardOutput = Output(
      text: try configuration.value(CommandFields.outputText) ?? "",
      repeats: try configuration.value(CommandFields.outputRepeat) ?? 0,
      interval: try configuration.value(CommandFields.outputInterval) ?? .zero)
    standardError = Output(
      text: try configuration.value(CommandFields.errorText) ?? "",
      repeats: try configuration.value(CommandFields.errorRepeat) ?? 0,
      interval: try configuration.value(CommandFields.errorInterval) ?? .zero)
  }
}

/// What a mock task's handle holds: what is needed to go on pretending in another process.
struct MockHandle: Sendable, Equatable {
  static let version: UInt32 = 1

  var startedAtNanoseconds: Int64
  var script: MockScript

  init(startedAtNanoseconds: Int64, script: MockScript) {
    self.startedAtNanoseconds = startedAtNanoseconds
    self.script = script
  }

  /// The handle as bytes to store; texts come last, with their lengths before them.
  var bytes: [UInt8] {
    let texts = [script.exitMessage, script.signalError]
    let numbers: [Int64] =
      [
        startedAtNanoseconds, script.runFor.nanoseconds, Int64(script.exitCode), Int64(script.exitSignal),
        script.killAfter.nanoseconds, script.refusesToDie ? 1 : 0,
      ] + texts.map { Int64($0.utf8.count) }
    return Array(numbers.map { String($0) }.joined(separator: " ").utf8) + [0x0A]
      + texts.flatMap { Array($0.utf8) }
  }

  /// Reads stored bytes; nil when they have another form.
  init?(bytes: [UInt8]) {
    guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
    let numbers = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ").compactMap {
      Int64($0)
    }
    let texts = bytes[(end + 1)...]
    guard numbers.count == 8, numbers[6] >= 0, numbers[7] >= 0, numbers[6] <= texts.count,
      numbers[7] == Int64(texts.count) - numbers[6]
    else { return nil }
    startedAtNanoseconds = numbers[0]
    script = MockScript()
    script.runFor = .nanoseconds(numbers[1])
    script.exitCode = Int32(clamping: numbers[2])
    script.exitSignal = Int32(clamping: numbers[3])
    script.killAfter = .nanoseconds(numbers[4])
    script.refusesToDie = numbers[5] != 0
    script.exitMessage = String(decoding: texts.prefix(Int(numbers[6])), as: UTF8.self)
    script.signalError = String(decoding: texts.dropFirst(Int(numbers[6])), as: UTF8.self)
  }
}

extension Duration {
  /// Whole nanoseconds, the greatest number for what is longer.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowOfSum) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || overflowOfSum ? .max : sum
  }
}
