import Lifecycle

/// What a little shell script of a recording does, on virtual time.
///
/// It knows lists of `sleep`, `exit`, `echo`, `touch`, `rm`, `test`, `kill … $$`, `trap` and
/// `while true` loops, joined by `;`, `&&` and `||`.
struct ShellScript {
  /// How a script runs when nobody interferes.
  struct Run {
    /// Seconds until it ends; nil when it does not.
    var seconds: Double? = 0
    var result = ExitResult(exitCode: 0)
    /// What it does on a signal; an empty script ignores it.
    var traps: [Int: String] = [:]
  }

  static let signals = ["HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15]

  /// The number of a signal that is written with or without `SIG`, or as a number.
  static func signal(_ name: String) -> Int? {
    Int(name) ?? signals[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
  }

  /// The result of a process that a signal has ended.
  static func killed(by signal: Int) -> ExitResult { ExitResult(exitCode: 128 + signal, signal: signal) }

  let text: String

  /// Runs the script in a file system of names.
  func run(files: inout Set<String>) -> Run {
    var run = Run()
    var status = 0
    var skip = false
    for (joint, words) in Self.commands(text) {
      if joint == "&&" && status != 0 { skip = true }
      if joint == "||" { skip = status == 0 }
      if joint == ";" || (joint == "&&" && status == 0) { skip = false }
      if skip { continue }
      guard let seconds = run.seconds, let command = words.first else { return run }
      let arguments = Array(words.dropFirst())
      switch command {
      case "exec", "do", "done":
        if let rest = arguments.first, rest == "sleep", let time = arguments.last.flatMap(Double.init) {
          run.seconds = seconds + time
        }
        status = 0
      case "sleep":
        run.seconds = seconds + (arguments.first.flatMap(Double.init) ?? 0)
        status = 0
      case "while", "wait":
        run.seconds = nil
      case "exit":
        run.result = ExitResult(exitCode: arguments.first.flatMap { Int($0) } ?? status)
        return run
      case "kill":
        if let signal = Self.signal(String((arguments.first ?? "").drop { $0 == "-" })) {
          run.result = Self.killed(by: signal)
        }
        return run
      case "trap":
        for name in arguments.dropFirst() {
          if let signal = Self.signal(name) { run.traps[signal] = arguments[0] }
        }
      case "touch":
        files.formUnion(arguments)
        status = 0
      case "rm":
        files.subtract(arguments)
        status = 0
      case "[", "test":
        status = arguments.dropFirst().first.map { files.contains($0) ? 0 : 1 } ?? 1
      case "false":
        status = 1
      default:
        // `echo`, `true` and whatever else ends at once.
        status = 0
      }
    }
    run.result = ExitResult(exitCode: status)
    return run
  }

  /// The commands with what stands before each, split into words without their quotes.
  private static func commands(_ text: String) -> [(joint: String, words: [String])] {
    var commands: [(joint: String, words: [String])] = [(";", [])]
    var word: String?
    var quote: Character?
    var rest = Substring(text)
    func finish(_ word: inout String?) {
      if let word { commands[commands.count - 1].words.append(word) }
      word = nil
    }
    while let character = rest.popFirst() {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character == " " || character == "\n" {
        finish(&word)
        if character == "\n" { commands.append((";", [])) }
      } else if character == ";" {
        finish(&word)
        commands.append((";", []))
      } else if character == "&" && rest.first == "&" || character == "|" && rest.first == "|" {
        finish(&word)
        rest.removeFirst()
        commands.append((character == "&" ? "&&" : "||", []))
      } else {
        word = (word ?? "") + String(character)
      }
    }
    finish(&word)
    return commands.filter { !$0.words.isEmpty }
  }
}
