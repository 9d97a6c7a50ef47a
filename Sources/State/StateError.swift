/// Why a state file cannot be used. The file is as it was.
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is none.
  case missing(path: String)
  /// It, or its folder, cannot be read.
  case notReadable(path: String, reason: String)
  /// It, or its folder, cannot be written to.
  case notWritable(path: String, reason: String)
  /// It is something else than a database, cut short, or fails its check of integrity.
  case damaged(path: String, found: String)
  /// It is a database of another program.
  case foreign(path: String)
  /// A later version of hostler has changed its schema.
  case newer(path: String, schema: Int, supported: Int, lastOpenedBy: String)
  /// The last changes could not be written before the store was closed.
  case unwritten(path: String, changes: Int, reason: String)

  /// What was found in which file, and what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no state file; is this the data directory of an agent?"
    case .notReadable(let path, let reason):
      "\(path): the state cannot be read: \(reason); run as the agent's user, or see to the disk"
    case .notWritable(let path, let reason):
      "\(path): the state cannot be written: \(reason); make the folder writable for the agent's user, or name "
        + "another data directory"
    case .damaged(let path, let found):
      "\(path): the state file is damaged: \(found); it was left as it is. Put a copy of it in its place, or move "
        + "it away to start without what it holds: what ran under it is then not known any more"
    case .foreign(let path):
      "\(path): the file is the database of another program; it was left as it is. Name another data directory"
    case .newer(let path, let schema, let supported, let lastOpenedBy):
      "\(path): the state has schema \(schema), and this hostler knows schemas up to \(supported); it was left as "
        + "it is. Use the hostler that wrote it\(lastOpenedBy.isEmpty ? "" : " (\(lastOpenedBy))") or a later one"
    case .unwritten(let path, let changes, let reason):
      "\(path): \(changes) change\(changes == 1 ? "" : "s") could not be written: \(reason)"
    }
  }
}
