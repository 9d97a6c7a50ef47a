import HCL
import Jobs
import Lifecycle
import Logging
import Runner
import State

/// Keeps the jobs of a folder running: follows files that are added, changed and removed.
struct JobsFolder: Sendable {
  /// The folder.
  let path: String
  let agent: HostAgent
  let log: Logger

  /// Runs until the calling task is cancelled.
  func run() async {
    var earlier: [String: JobKey] = [:]
    for job in agent.jobs.jobs where !job.isStopped {
      if let file = job.current.folderFile { earlier[file] = job.key }
    }
    var tracker = JobsFolderTracker(earlier: earlier)
    let watch = FolderWatch(path)
    for await state in watch.changes {
      switch state {
      case .missing(let reason):
        log.error(
          "the jobs folder cannot be read; its jobs go on as they are", metadata: ["reason": "\(reason)"])
      case .changed: await scan(&tracker)
      }
    }
    watch.end()
  }

  private func scan(_ tracker: inout JobsFolderTracker) async {
    let listing = await Task(executorPreference: DiskThreads.shared) { [path] in
      Result { () throws(FileError) in try Self.files(in: path) }
    }.value
    let files: [FoundFile]
    switch listing {
    case .failure(let error):
      return log.error("the jobs folder cannot be read", metadata: ["reason": "\(error)"])
    case .success(let found): files = found
    }
    let actions = tracker.scan(
      files.map { file in
        JobsFolderTracker.File(name: file.name, digest: file.content.hashValue) { read(file) }
      })
    for action in actions { await perform(action, &tracker) }
  }

  private func perform(_ action: JobsFolderTracker.Action, _ tracker: inout JobsFolderTracker) async {
    switch action {
    case .report(let file, let problem):
      log.error("a file of the jobs folder is not used: \(problem)", metadata: ["file": "\(file)"])
    case .register(let job, let file):
      do throws(JobRequestError) {
        let before = agent.jobs.job(JobKey(job))?.current.number
        let registered = try await agent.jobs.register(job, artifactBase: path, folderFile: file)
        guard registered.version != before else { return }
        log.info(
          "a job of the jobs folder is kept running",
          metadata: ["job": "\(job.id)", "version": "\(registered.version)", "file": "\(file)"])
      } catch {
        tracker.retry(file)
        log.error("a job of the jobs folder was refused: \(error)", metadata: ["file": "\(file)"])
      }
    case .deregister(let key, let file):
      do throws(JobRequestError) {
        try await agent.jobs.deregister(key)
        log.info(
          "a job is stopped: its file has gone from the jobs folder",
          metadata: ["job": "\(key)", "file": "\(file)"])
      } catch {
        log.error("a job could not be stopped: \(error)", metadata: ["file": "\(file)"])
      }
    }
  }

  // MARK: Files

  private struct FoundFile: Sendable {
    var name: String
    var path: String
    /// The bytes, or why there are none.
    var content: Content

    enum Content: Hashable, Sendable {
      case bytes([UInt8])
      case unreadable(String)
    }
  }

  /// The job files of the folder: names that end in `.hcl` or `.nomad` and do not begin with a dot.
  private static func files(in path: String) throws(FileError) -> [FoundFile] {
    try FileSystem.names(in: path).filter { name in
      !name.hasPrefix(".") && (name.hasSuffix(".hcl") || name.hasSuffix(".nomad"))
    }.map { name in
      let file = path + "/" + name
      do throws(FileError) {
        let bytes = try FileSystem.read(file, limitBytes: SourceFile.defaultSizeLimitBytes)
        return FoundFile(name: name, path: file, content: .bytes(bytes))
      } catch {
        return FoundFile(name: name, path: file, content: .unreadable("\(error)"))
      }
    }
  }

  private func read(_ file: FoundFile) -> Result<Job, JobsFolderProblem> {
    switch file.content {
    case .unreadable(let reason): return .failure(.unreadable(reason))
    case .bytes(let bytes):
      let options = JobFile.Options(files: .onDisk(baseDirectory: path))
      let result = ParsingThread.run { JobFile.parse(bytes, fileName: file.path, options: options) }
      var diagnostics = result.diagnostics
      if let job = result.job { diagnostics += agent.check(job) }
      guard let job = result.job, !diagnostics.hasErrors else {
        let renderer = DiagnosticRenderer(files: result.sources, isColored: false)
        return .failure(.wrong(renderer.render(diagnostics)))
      }
      return .success(job)
    }
  }
}
