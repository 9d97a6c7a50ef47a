import Agent
import Jobs
import Lifecycle
import Runner

/// The tasks of a run as a tree: a row for each allocation that has begun and each of its tasks. Of many that
/// are complete only the number is kept.
struct TaskTree {
  private struct Row {
    var name: String
    var stage: Stage
    var state = TaskState()
    var lastEvent: TaskEvent?
  }

  private struct Branch {
    var identity: AllocationIdentity
    var status = ClientStatus.pending
    var rows: [Row]
  }

  private var jobName = ""
  private var jobType = ""
  /// In the order in which the allocations began.
  private var branches: [Branch] = []
  private var placeOfAllocation: [String: Int] = [:]
  private var numbers: [ClientStatus: Int] = [:]
  private var completeBranches = 0
  /// How many complete allocations are kept as branches at most.
  private static let mostComplete = 200
  let beganAt: Timestamp

  init() {
    beganAt = Timestamp(nanosecondsSinceEpoch: 0)
  }

  init(_ run: JobRun) {
    beganAt = run.beganAt
    jobName = run.job.name.withoutControlCharacters
    jobType = run.job.type.rawValue
    numbers[.pending] = run.identities.count
    // Few are shown from the beginning, in their order.
    for identity in run.identities.prefix(Self.mostComplete) { _ = place(of: identity) }
  }

  /// The place of an allocation's branch, which is made when there is none.
  private mutating func place(of identity: AllocationIdentity) -> Int {
    if let place = placeOfAllocation[identity.id] { return place }
    let rows = identity.group.tasks.map { Row(name: $0.name, stage: Stage($0.lifecycle)) }
    placeOfAllocation[identity.id] = branches.count
    branches.append(Branch(identity: identity, rows: rows.sorted { $0.stage.order < $1.stage.order }))
    return branches.count - 1
  }

  /// Takes a change in.
  mutating func take(_ change: JobChange) {
    let place = place(of: change.allocation)
    switch change.change {
    case .taskChanged(let task, let state): update(task, at: place) { $0.state = state }
    case .taskEvent(let task, let event): update(task, at: place) { $0.lastEvent = event }
    case .statusChanged(let status, _):
      numbers[branches[place].status, default: 0] -= 1
      numbers[status, default: 0] += 1
      branches[place].status = status
    case .ended(let status):
      if status == .complete { completeBranches += 1 }
      if completeBranches > Self.mostComplete { forgetComplete() }
    }
  }

  /// Drops the branches of all allocations that are complete.
  private mutating func forgetComplete() {
    branches.removeAll { $0.status == .complete }
    completeBranches = 0
    placeOfAllocation = Dictionary(uniqueKeysWithValues: branches.enumerated().map { ($1.identity.id, $0) })
  }

  private mutating func update(_ task: String, at place: Int, _ body: (inout Row) -> Void) {
    guard let row = branches[place].rows.firstIndex(where: { $0.name == task }) else { return }
    body(&branches[place].rows[row])
  }

  /// The tree as lines of at most `columns` characters, at most `rows` of them.
  func lines(at now: Timestamp, style: Style, labels: TaskLabels, columns: Int, rows: Int) -> [String] {
    var lines = [header(at: now, style: style)]
    // Those that are over give way first when there is not room for all.
    let room = max(1, rows - 2)
    var shown = branches
    var height = shown.reduce(0) { $0 + $1.rows.count + 1 }
    if height > room {
      shown = shown.filter {
        $0.status == .running || $0.status == .pending && $0.rows.contains { $0.lastEvent != nil }
      }
      height = shown.reduce(0) { $0 + $1.rows.count + 1 }
    }
    while height > room, shown.count > 1, let last = shown.popLast() { height -= last.rows.count + 1 }
    for branch in shown {
      lines.append(
        "  \(branch.identity.name.withoutControlCharacters) \(branch.identity.shortID)  \(text(of: branch.status, style: style))"
      )
      for row in branch.rows { lines.append(line(for: row, at: now, style: style, columns: columns)) }
    }
    let hidden = numbers.values.reduce(0, +) - shown.count
    if hidden > 0 { lines.append("  … \(hidden) more: \(counts)") }
    return Array(lines.prefix(max(2, rows)))
  }

  private func header(at now: Timestamp, style: Style) -> String {
    "\(style(.strong, jobName)) \(jobType)  \(counts)  \(shortText(beganAt.durationUntil(now)))"
  }

  private var counts: String {
    ClientStatus.allCases.compactMap { status in
      numbers[status].flatMap { $0 == 0 ? nil : "\($0) \(status.rawValue)" }
    }.joined(separator: ", ")
  }

  private func text(of status: ClientStatus, style: Style) -> String {
    switch status {
    case .pending: style(.waiting, status.rawValue)
    case .running: style(.active, status.rawValue)
    case .complete: style(.good, status.rawValue)
    case .failed: style(.bad, status.rawValue)
    }
  }

  private func line(for row: Row, at now: Timestamp, style: Style, columns: Int) -> String {
    let state = row.state
    let mark: String
    let role: Style.Role
    switch (state.phase, state.failed) {
    case (.pending, _): (mark, role) = ("○", .waiting)
    case (.running, _): (mark, role) = ("●", .active)
    case (.dead, true): (mark, role) = ("✘", .bad)
    case (.dead, false): (mark, role) = ("✔", .good)
    }
    let time = state.startedAt.map { shortText($0.durationUntil(state.finishedAt ?? now)) } ?? ""
    let restarts = state.restarts > 0 ? "\(state.restarts)× restarted" : ""
    let width = max(8, min(24, columns / 4))
    let plain = [
      row.name.withoutControlCharacters.padded(to: width), row.stage.title.padded(to: 17),
      state.phase.rawValue.padded(to: 8),
      time.padded(to: 7), restarts,
    ].joined(separator: " ")
    return "    \(style(role, mark)) \(String(plain.prefix(max(10, columns - 7))))"
  }
}

extension Stage {
  /// The order in which stages run, for reading.
  fileprivate var order: Int {
    switch self {
    case .prestart: 0
    case .prestartSidecar: 1
    case .main: 2
    case .poststart: 3
    case .poststartSidecar: 4
    case .poststop: 5
    }
  }

  /// The stage in words.
  var title: String {
    switch self {
    case .prestart: "prestart"
    case .prestartSidecar: "prestart sidecar"
    case .main: "main"
    case .poststart: "poststart"
    case .poststartSidecar: "poststart sidecar"
    case .poststop: "poststop"
    }
  }
}
