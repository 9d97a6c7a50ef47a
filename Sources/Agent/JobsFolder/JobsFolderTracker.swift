import Jobs
import Lifecycle

/// Decides what the files of the jobs folder mean: which jobs are kept running, and which no more.
///
/// A file that cannot be used changes nothing: the job that it held before goes on as it was.
struct JobsFolderTracker {
  /// A file as it was found.
  struct File {
    /// Its name within the folder.
    var name: String
    /// Something that differs when the content does.
    var digest: Int
    /// The job in it, or what is wrong with it, for people.
    var reading: () -> Result<Job, JobsFolderProblem>
  }

  enum Action: Equatable {
    /// The job of the file is to run, as it is there.
    case register(Job, file: String)
    /// The job is not wanted any more.
    case deregister(JobKey, file: String)
    /// The file cannot be used.
    case report(file: String, JobsFolderProblem)
  }

  private struct Known {
    /// Nil for a file of which only an agent of before has told.
    var digest: Int?
    /// The job that the file keeps running.
    var key: JobKey?
  }

  private var known: [String: Known] = [:]

  /// Makes a tracker.
  ///
  /// - Parameter earlier: The jobs that run because of files of the folder, by the files' names.
  init(earlier: [String: JobKey] = [:]) {
    known = earlier.mapValues { Known(digest: nil, key: $0) }
  }

  /// Takes in what the folder holds now.
  mutating func scan(_ files: [File]) -> [Action] {
    var actions: [Action] = []
    let names = Set(files.map(\.name))
    var released: [(key: JobKey, file: String)] = []
    for (name, file) in known.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
      known[name] = nil
      if let key = file.key { released.append((key, name)) }
    }
    for file in files.sorted(by: { $0.name < $1.name }) where known[file.name]?.digest != file.digest {
      let before = known[file.name]?.key
      known[file.name] = Known(digest: file.digest, key: before)
      switch file.reading() {
      case .failure(let problem): actions.append(.report(file: file.name, problem))
      case .success(let job):
        let key = JobKey(job)
        if let other = known.first(where: { $0.key != file.name && $0.value.key == key })?.key {
          actions.append(.report(file: file.name, .taken(key, by: other)))
          continue
        }
        if let before, before != key { released.append((before, file.name)) }
        known[file.name]?.key = key
        actions.append(.register(job, file: file.name))
      }
    }
    // A job whose file was renamed is not stopped for that.
    let kept = Set(known.values.compactMap(\.key))
    return released.filter { !kept.contains($0.key) }.map { .deregister($0.key, file: $0.file) } + actions
  }

  /// The file could not be put to use after all: it is looked at again even if it does not change.
  mutating func retry(_ name: String) { known[name]?.digest = nil }
}

/// Why a file of the jobs folder is not put to use.
enum JobsFolderProblem: Error, Equatable, CustomStringConvertible {
  /// It cannot be read.
  case unreadable(String)
  /// It is no job that can run here; with what is wrong, and where.
  case wrong(String)
  /// Another file holds a job of the same id.
  case taken(JobKey, by: String)

  var description: String {
    switch self {
    case .unreadable(let reason): "it cannot be read: \(reason)"
    case .wrong(let diagnostics): diagnostics
    case .taken(let key, let other):
      "job \"\(key)\" is in \(other) already; give one of them another id, or remove it"
    }
  }
}
