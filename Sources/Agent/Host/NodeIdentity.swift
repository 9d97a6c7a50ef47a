import HCL
public import Runner

extension DataDirectory {
  /// The id of this host as a node, which stays the same for as long as the data directory does. Blocks on the
  /// disk.
  public func nodeID() throws(FileError) -> String {
    let path = path + "/node-id"
    do {
      let text = String(decoding: try FileSystem.read(path, limitBytes: 100), as: UTF8.self)
      let id = text.prefix { $0 != "\n" }
      if isUUID(id) { return String(id) }
    } catch {
      guard error.isNotFound else { throw error }
    }
    let id = randomUUID()
    // A crash must leave the whole id or none.
    try FileSystem.write(Array("\(id)\n".utf8), to: path + ".new")
    try FileSystem.rename(path + ".new", to: path)
    return id
  }
}

/// Whether a text has the form of a UUID.
func isUUID(_ text: Substring) -> Bool {
  let groups = text.split(separator: "-", omittingEmptySubsequences: false)
  return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
    && groups.allSatisfy { $0.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }
}
