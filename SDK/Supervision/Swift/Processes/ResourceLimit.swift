#if canImport(Glibc)
  import Glibc
#endif

/// A limit that the kernel sets for a process: the soft value in force, and the hard one up to which the
/// process may raise it.
public struct ResourceLimit: Sendable, Equatable {
  /// The kernel's name in lower case, without its prefix: `nofile`, `core`, `stack`, …
  public var name: String
  /// The value in force, in the resource's own unit (bytes, seconds, a count); `unlimited` is the greatest.
  public var soft: UInt64
  /// Up to where the process may raise it.
  public var hard: UInt64

  /// The value that stands for no limit.
  public static let unlimited = UInt64.max

  /// The names that are known, with the kernel's numbers.
  static let resources: [(name: String, number: Int32)] = [
    ("cpu", 0), ("fsize", 1), ("data", 2), ("stack", 3), ("core", 4), ("rss", 5), ("nproc", 6), ("nofile", 7),
    ("memlock", 8), ("as", 9), ("locks", 10), ("sigpending", 11), ("msgqueue", 12), ("nice", 13),
    ("rtprio", 14), ("rttime", 15),
  ]

  /// The kernel's number.
  let number: Int32

  init(name: String, number: Int32, soft: UInt64, hard: UInt64) {
    self.name = name
    self.number = number
    self.soft = soft
    self.hard = hard
  }

  /// Reads a limit as a person writes it.
  ///
  /// - Parameters:
  ///   - name: the resource, for example `nofile`.
  ///   - text: `VALUE` for both, or `SOFT:HARD`; each a whole number or `unlimited`.
  /// - Throws: `SupervisionError` for an unknown name or a text of another form.
  public init(name: String, text: String) throws(SupervisionError) {
    guard let resource = Self.resources.first(where: { $0.name == name }) else {
      let known = Self.resources.map(\.name).sorted().joined(separator: ", ")
      throw SupervisionError(
        kind: .invalidCommand, description: "\"\(name)\" is no resource limit; there are \(known)")
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let values = parts.map { $0 == "unlimited" ? Self.unlimited : UInt64($0) }
    guard let first = values.first, let soft = first, values.count <= 2, let hard = values[values.count - 1]
    else {
      throw SupervisionError(
        kind: .invalidCommand,
        description: "limit \(name) = \"\(text)\" is neither a number, \"unlimited\" nor SOFT:HARD")
    }
    guard soft <= hard else {
      throw SupervisionError(
        kind: .invalidCommand,
        description: "limit \(name) = \"\(text)\": the soft value is above the hard one")
    }
    self.name = name
    self.soft = soft
    self.hard = hard
    self.number = resource.number
  }
}
