import Glibc

@testable import Runner

enum TestLink {
  static func make(_ target: String, at path: String) throws {
    guard symlink(target, path) == 0 else { throw FileError(operation: "link", path: path, number: errno) }
  }
}
