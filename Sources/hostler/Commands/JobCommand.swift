import Agent
import ArgumentParser
import HCL
import Jobs

struct JobCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Work with job files.", subcommands: [Validate.self])

  struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether a job file can be run on this host, and what is wrong with it.")

    @OptionGroup var jobFile: JobFileOptions
    @OptionGroup var agentOptions: AgentOptions

    func run() async throws {
      let (job, _, sources) = try jobFile.readJob()
      let drivers = try await LoadedDrivers(agentOptions.configuration())
      let problems = drivers.check(job)
      DiagnosticOutput.print(problems, sources: sources)
      await drivers.close()
      if problems.hasErrors { throw ExitCode(2) }
      let tasks = job.groups.reduce(0) { $0 + $1.tasks.count }
      Terminal.current().writeLine(
        "\(jobFile.file): job \"\(job.id)\" is right: \(job.groups.count) group\(job.groups.count == 1 ? "" : "s"), \(tasks) task\(tasks == 1 ? "" : "s")"
      )
    }
  }
}
