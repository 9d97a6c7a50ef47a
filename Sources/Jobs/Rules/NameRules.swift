/// The rules that names of jobs, groups and tasks follow.
struct NameRules {
  /// What has a name.
  enum Kind: String {
    case job, group, task
  }

  /// How long the names of groups and tasks may be: they become parts of file names, which end at 255
  /// bytes.
  static let longestNameBytes = 128

  let problems: JobProblems

  /// Names become parts of paths and of lines that people read.
  func check(_ name: String, _ kind: Kind, at path: JobPath, forbidsSpace: Bool = false) {
    func fail(_ detail: String) { problems.rule("Invalid name", detail, at: path) }
    let kindName = kind.rawValue
    if name.isEmpty {
      fail("The name of a \(kindName) must not be empty.")
    } else if name.contains("/") && kind != .job {
      fail("The name of a \(kindName) must not contain a slash: it becomes part of a path.")
    } else if name == "." || name == ".." {
      fail("The name of a \(kindName) becomes part of a path and cannot be \"\(name)\".")
    } else if let control = NameRules.controlCharacter(in: name) {
      fail("The name of a \(kindName) must not contain a control character; here it is \(control).")
    } else if forbidsSpace, name.contains(where: \.isWhitespace) {
      fail("The name of a \(kindName) must not contain white space.")
    } else if kind != .job, name.utf8.count > NameRules.longestNameBytes {
      fail(
        "The name of a \(kindName) may have \(NameRules.longestNameBytes) bytes; this one has "
          + "\(name.utf8.count).")
    } else if kind == .task, name == "alloc" {
      fail("A task cannot be named \"alloc\": that is the name of the directory that a group's tasks share.")
    }
  }

  /// The first control character of a text or line separator, as `U+001B`.
  static func controlCharacter(in text: String) -> String? {
    let found = text.unicodeScalars.first { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
    guard let found else { return nil }
    let digits = String(found.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// No two of a list have the same name.
  func checkUnique(
    _ names: [String], _ kind: String, in owner: String, at path: JobPath, field: String = "Name"
  ) {
    var first: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if let earlier = first[name] {
        problems.rule(
          "Name used twice", "There is a \(kind) named \"\(name)\" in \(owner) already.",
          at: path.index(index).field(field),
          related: [
            JobProblem.Related("the first one is here", at: path.index(earlier).field(field))
          ])
      } else {
        first[name] = index
      }
    }
  }

  /// Reports a null character in a text: no program and no file can be told of it.
  func checkNoNull(_ text: String?, at path: JobPath) {
    guard let text, text.utf8.contains(0) else { return }
    problems.rule("Null character", "The value must not contain a null character (U+0000).", at: path)
  }

  /// The rules for pairs that become a task's environment.
  func checkEnvironment(_ env: [String: String], at path: JobPath) {
    for name in env.keys where name.isEmpty || name.contains("=") || name.utf8.contains(0) {
      problems.rule(
        "Invalid variable name", "\"\(name)\" cannot be the name of an environment variable.",
        at: path.key(name), place: .key)
    }
    checkValues(env, at: path)
  }

  /// The rules for the values of pairs that become part of a task's environment.
  func checkValues(_ pairs: [String: String], at path: JobPath) {
    for (name, value) in pairs where value.utf8.contains(0) {
      problems.rule(
        "Null character", "The value of \"\(name)\" must not contain a null character (U+0000).",
        at: path.key(name))
    }
  }
}
