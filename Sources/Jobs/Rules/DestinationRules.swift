/// The rules that destinations of templates and artifacts follow.
struct DestinationRules {
  let problems: JobProblems
  let path: JobPath

  /// The directories of a task that are there before any file of it.
  private static let taskDirectories = ["local", "secrets", "tmp"]
  /// How long one part of a path may be.
  private static let longestPartBytes = 255

  /// Reports a destination that can never be used.
  ///
  /// - Parameter isFile: whether it names the file itself and not the folder around it.
  func check(_ destination: String, isFile: Bool) {
    guard !destination.isEmpty else { return fail("Invalid path", "The destination is empty.") }
    guard !destination.utf8.contains(0) else {
      return fail("Invalid path", "The destination must not contain a null character (U+0000).")
    }
    var parts: [Substring] = []
    for part in destination.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return fail("Path leaves the task", "The path \"\(destination)\" leads out of the task's directory.")
      }
    }
    // What a reference stands for is known only when the task runs.
    let isFixed = !destination.contains("${")
    if isFixed, let long = parts.first(where: { $0.utf8.count > Self.longestPartBytes }) {
      return fail(
        "Invalid path",
        "A name in a path may have \(Self.longestPartBytes) bytes; the destination has one of "
          + "\(long.utf8.count).")
    }
    let isDirectory =
      destination.hasSuffix("/") || parts.isEmpty
      || parts.count == 1 && Self.taskDirectories.contains(String(parts[0]))
    if isFile, isFixed, isDirectory {
      fail("Invalid path", "The destination \"\(destination)\" is a directory; name the file in it.")
    }
  }

  private func fail(_ summary: String, _ detail: String) { problems.rule(summary, detail, at: path) }
}
