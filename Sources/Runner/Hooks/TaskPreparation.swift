import HCL
import Jobs
import Lifecycle

/// Makes a task ready to be started: directories, artifacts, environment, templates, in this order.
///
/// Runs on a thread that may block.
struct TaskPreparation: Sendable {
  /// Something worth an event of the task.
  struct Notice: Sendable {
    var kind: TaskEvent.Kind
    var message: String
  }

  var task: Job.Task
  var identity: AllocationIdentity
  var directory: AllocationDirectory
  var host: HostFacts
  var artifactBase: String
  var makesSharedDirectories: Bool
  var fetchesArtifacts: Bool

  /// Does all of it, and looks for cancellation between the steps.
  func run(notify: (Notice) -> Void) -> Result<PreparedTask, PreparationFailure> {
    do {
      return .success(try prepared(notify: notify))
    } catch let failure as PreparationFailure {
      return .failure(failure)
    } catch let error as FileError {
      return .failure(
        PreparationFailure(kind: .setupFailure, message: "\(error)", recoverable: error.isOutOfSpace))
    } catch is CancellationError {
      return .failure(PreparationFailure(kind: .setupFailure, message: "stopped", recoverable: false))
    } catch {
      return .failure(PreparationFailure(kind: .setupFailure, message: "\(error)", recoverable: false))
    }
  }

  private func prepared(notify: (Notice) -> Void) throws -> PreparedTask {
    let taskDirectory = directory.task(task.name)
    var environment = TaskEnvironment(task, of: identity, in: directory, host: host)
    var references = host.interpolation(for: environment)

    let user = references.text(task.user)
    var owner: HostUser?
    if !user.isEmpty {
      guard let found = HostUser.named(user) else {
        throw PreparationFailure(
          kind: .setupFailure, message: "user \"\(user)\" does not exist on this host", recoverable: false)
      }
      owner = found
      environment.add(user: found)
      references = host.interpolation(for: environment)
    }
    if makesSharedDirectories { try directory.make() }
    try taskDirectory.make(owner: owner)

    if fetchesArtifacts && !task.artifacts.isEmpty {
      notify(Notice(kind: .downloadingArtifacts, message: "Client is downloading artifacts"))
      let fetcher = ArtifactFetcher(base: artifactBase)
      for artifact in task.artifacts {
        try Task.checkCancellation()
        do {
          try fetcher.fetch(
            artifact, source: references.text(artifact.source),
            destination: references.text(artifact.destination), into: taskDirectory, of: directory)
        } catch {
          throw PreparationFailure(
            kind: .artifactDownloadFailed, message: "\(error)", recoverable: !error.isPermanent)
        }
      }
    }

    environment.add(references.values(task.env))
    references = host.interpolation(for: environment)
    for template in task.templates {
      try Task.checkCancellation()
      let rendered = try render(
        template, variables: environment.variables, references: references, in: taskDirectory)
      if template.env { environment.add(try EnvironmentFile.variables(in: rendered)) }
    }
    if task.templates.contains(where: \.env) {
      references = host.interpolation(for: environment)
    }
    return PreparedTask(
      environment: environment.lines, user: user, config: references.value(task.config))
  }

  /// Writes one template's file and gives its text.
  private func render(
    _ template: Template, variables: [String: String], references: Interpolation,
    in taskDirectory: TaskDirectory
  ) throws -> String {
    func failure(_ error: any Error) -> PreparationFailure {
      PreparationFailure(
        kind: .hookFailed, message: "template \"\(template.destination)\": \(error)", recoverable: false)
    }
    do {
      let destination = try taskDirectory.resolve(references.text(template.destination), within: directory)
      var text = template.data ?? ""
      if let source = template.source {
        let path = try taskDirectory.resolve(references.text(source), within: directory)
        text = String(decoding: try FileSystem.read(path, limitBytes: 16 << 20), as: UTF8.self)
      }
      let rendered = try TemplateRenderer(environment: variables).render(text)
      guard let mode = UInt32(template.permissions, radix: 8), mode <= 0o7777 else {
        throw PreparationFailure(
          kind: .hookFailed,
          message:
            "template \"\(template.destination)\": perms \"\(template.permissions)\" is not an octal mode",
          recoverable: false)
      }
      if let parent = FileSystem.parent(of: destination) { try FileSystem.makeDirectories(parent) }
      try FileSystem.write(Array(rendered.utf8), to: destination, mode: mode)
      return rendered
    } catch let error as PreparationFailure {
      throw error
    } catch {
      throw failure(error)
    }
  }
}
