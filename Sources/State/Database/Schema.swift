/// The tables of a state file, and how each version came from the one before.
///
/// A step is never changed once it was released: a file may have stopped at any of them. What an operator
/// asks for stands in columns of its own; what it takes to go on is the encoded `record` beside them.
enum Schema {
  /// "HSTL": tells our files from other databases.
  static let applicationID: Int32 = 0x4853_544C

  /// The name in `meta` below which every index may have been given to a change.
  static let indexCeiling = "index_ceiling"

  /// Step N makes schema N of schema N-1.
  static let migrations = [first, second]

  private static let first = """
    CREATE TABLE meta (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE boots (
      number INTEGER PRIMARY KEY,
      boot_id TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE jobs (
      namespace TEXT NOT NULL,
      id TEXT NOT NULL,
      version INTEGER NOT NULL,
      type TEXT NOT NULL,
      artifact_base TEXT NOT NULL,
      digest BLOB NOT NULL,
      definition BLOB NOT NULL,
      PRIMARY KEY (namespace, id, version)
    ) STRICT;

    CREATE TABLE allocations (
      id TEXT PRIMARY KEY,
      namespace TEXT NOT NULL,
      job TEXT NOT NULL,
      version INTEGER NOT NULL,
      task_group TEXT NOT NULL,
      place INTEGER NOT NULL,
      began_at INTEGER,
      is_stopping INTEGER NOT NULL DEFAULT 0,
      has_ended INTEGER NOT NULL DEFAULT 0,
      record BLOB,
      FOREIGN KEY (namespace, job, version) REFERENCES jobs (namespace, id, version)
    ) STRICT;
    CREATE INDEX allocations_of_job ON allocations (namespace, job, version);

    CREATE TABLE tasks (
      allocation TEXT NOT NULL REFERENCES allocations (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      state TEXT NOT NULL,
      failed INTEGER NOT NULL,
      exit_code INTEGER,
      restarts INTEGER NOT NULL,
      position TEXT NOT NULL,
      intent TEXT NOT NULL,
      invocation INTEGER NOT NULL,
      handle BLOB,
      started_at INTEGER,
      finished_at INTEGER,
      boot INTEGER NOT NULL REFERENCES boots (number),
      record BLOB NOT NULL,
      PRIMARY KEY (allocation, name)
    ) STRICT, WITHOUT ROWID;
    """

  /// Jobs that are kept, and how allocations came to be.
  private static let second = """
    CREATE TABLE registrations (
      namespace TEXT NOT NULL,
      id TEXT NOT NULL,
      version INTEGER NOT NULL,
      is_stopped INTEGER NOT NULL,
      record BLOB NOT NULL,
      PRIMARY KEY (namespace, id)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE allocations ADD COLUMN placement BLOB;
    """
}
