import Agent
import Jobs
import Lifecycle
import Runner

/// The view on a terminal: the tasks' output scrolls above, the tree of tasks stays below it.
struct LiveView: RunReporter {
  private let terminal: Terminal
  private let clock: any RunnerClock
  private let style: Style
  private var labels = TaskLabels(.init(id: ""))
  private var tree = TaskTree()
  /// Lines to be put above the tree at the next drawing.
  private var pending: [String] = []
  /// How many lines of the tree are on the screen.
  private var drawnLines = 0

  init(terminal: Terminal, clock: any RunnerClock) {
    self.terminal = terminal
    self.clock = clock
    style = Style(isOn: terminal.hasColours)
  }

  mutating func begin(_ run: JobRun) {
    labels = TaskLabels(run.job)
    tree = TaskTree(run)
    terminal.write("\u{1B}[?25l")
    draw()
  }

  mutating func change(_ change: JobChange) {
    tree.take(change)
    guard case .taskEvent(let task, let event) = change.change else { return }
    if event.isBad { add(style(.bad, event.summary), task: task, in: change.allocation, mark: "*") }
    if event.kind == .restarting { add(event.summary, task: task, in: change.allocation, mark: "*") }
  }

  mutating func output(_ line: OutputLine) {
    add(
      line.shownText, task: line.task, in: line.allocation,
      mark: line.stream == .stderr ? style(.bad, "│") : "│")
  }

  mutating func notice(_ text: String) {
    pending.append(style(.strong, text.withoutControlCharacters))
    draw()
  }

  // It is drawn at each tick, and when something must be seen at once.
  mutating func flush() {}

  mutating func tick() { draw() }

  mutating func end(_ outcome: JobOutcome, interrupted: Bool) {
    draw()
    let summary = RunSummary(outcome, interrupted: interrupted)
    let elapsed = shortText(tree.beganAt.durationUntil(clock.now()))
    let mark = summary.exitCode == 0 ? style(.good, "✔") : style(.bad, "✘")
    terminal.write("\(mark) \(summary.sentence) after \(elapsed)\n\u{1B}[?25h")
  }

  private mutating func add(_ text: String, task: String, in allocation: AllocationIdentity, mark: String) {
    let label = labels.label(of: task, in: allocation).padded(to: labels.width)
    pending.append("\(style(.task(labels.place(of: task, in: allocation)), label)) \(mark) \(text)")
    // A chatty task must not fill memory between two drawings.
    if pending.count > 500 { draw() }
  }

  private mutating func draw() {
    let size = terminal.size
    var text = ""
    if drawnLines > 0 { text += "\u{1B}[\(drawnLines)A" }
    text += "\r\u{1B}[J"
    for line in pending { text += line + "\n" }
    pending.removeAll(keepingCapacity: true)
    let lines = tree.lines(
      at: clock.now(), style: style, labels: labels, columns: size.columns, rows: size.rows - 1)
    for line in lines { text += line + "\n" }
    drawnLines = lines.count
    terminal.write(text)
  }
}
