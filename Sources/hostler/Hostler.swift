import ArgumentParser

@main
struct Hostler: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "hostler")
}
