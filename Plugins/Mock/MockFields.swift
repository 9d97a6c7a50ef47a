internal import HostlerDriver

/// The fields that say how a pretended command behaves.
enum CommandFields {
  static let runFor = ConfigurationField<Duration>.duration(
    "run_for", doc: "How long the task runs; by default it ends at once.")
  static let exitCode = ConfigurationField<Int>.integer("exit_code", doc: "The code that it ends with.")
  static let exitSignal = ConfigurationField<Int>.integer(
    "exit_signal", doc: "The number of the signal that seems to end it.")
  static let exitMessage = ConfigurationField<String>.string(
    "exit_err_msg", doc: "A message that comes with the end.")
  static let signalError = ConfigurationField<String>.string(
    "signal_error",
    doc: "The error with which sending a signal fails; without it signals are taken and ignored.")
  static let killAfter = ConfigurationField<Duration>.duration(
    "kill_after", doc: "How long the task goes on after it was asked to end.")
  static let refusesToDie = ConfigurationField<Bool>.bool(
    "refuses_to_die", doc: "Whether the task ignores being asked to end, until it is ended by force.")
  static let outputText = ConfigurationField<String>.string(
    "stdout_string", doc: "Text that the task writes to its standard output at the start.")
  static let outputRepeat = ConfigurationField<Int>.integer(
    "stdout_repeat", doc: "How many more times it writes stdout_string.")
  static let outputInterval = ConfigurationField<Duration>.duration(
    "stdout_repeat_duration", doc: "The time between two of those times.")
  static let errorText = ConfigurationField<String>.string(
    "stderr_string", doc: "Text that the task writes to its standard error at the start.")
  static let errorRepeat = ConfigurationField<Int>.integer(
    "stderr_repeat", doc: "How many more times it writes stderr_string.")
  static let errorInterval = ConfigurationField<Duration>.duration(
    "stderr_repeat_duration", doc: "The time between two of those times.")

  static let declarations = [
    runFor.declaration, exitCode.declaration, exitSignal.declaration, exitMessage.declaration,
    signalError.declaration, killAfter.declaration, refusesToDie.declaration, outputText.declaration,
    outputRepeat.declaration, outputInterval.declaration, errorText.declaration, errorRepeat.declaration,
    errorInterval.declaration,
  ]
}

/// The fields of a task's configuration.
enum TaskFields {
  static let startError = ConfigurationField<String>.string(
    "start_error", doc: "The error with which the start fails.")
  static let startErrorRecoverable = ConfigurationField<Bool>.bool(
    "start_error_recoverable", doc: "Whether that error is one that a new try may cure.")
  static let startBlockFor = ConfigurationField<Duration>.duration(
    "start_block_for", doc: "How long the start takes.")
  static let execCommand = ConfigurationField<ConfigurationBlock>.block(
    "exec_command", doc: "How a command that is run inside the task behaves.",
    ConfigurationSchema(CommandFields.declarations))
  static let driverIP = ConfigurationField<String>.string(
    "driver_ip", doc: "The address that the driver reports for the task.")
  static let driverAdvertise = ConfigurationField<Bool>.bool(
    "driver_advertise", doc: "Whether services should use that address; accepted, and not used yet.")
  static let driverPortMap = ConfigurationField<String>.string(
    "driver_port_map",
    doc: "The port that the driver reports for the task, as LABEL:NUMBER; several with commas.")
  static let pluginExitAfter = ConfigurationField<Duration>.duration(
    "plugin_exit_after",
    doc: "After how long the driver pretends to have gone: the task can no longer be inspected until it is "
      + "recovered.")

  static let schema = ConfigurationSchema(
    [
      startError.declaration, startErrorRecoverable.declaration, startBlockFor.declaration,
      execCommand.declaration, driverIP.declaration, driverAdvertise.declaration, driverPortMap.declaration,
      pluginExitAfter.declaration,
    ] + CommandFields.declarations)
}

/// The fields of the plugin's configuration.
enum PluginFields {
  static let filesystemIsolation = ConfigurationField<String>.string(
    "fs_isolation", doc: "The file system isolation to report: none, chroot or image.", default: "none")
  static let shutdownAfter = ConfigurationField<Duration>.duration(
    "shutdown_periodic_after", doc: "After how long the driver turns unhealthy; never without it.")
  static let shutdownDuration = ConfigurationField<Duration>.duration(
    "shutdown_periodic_duration", doc: "How long it stays unhealthy; for ever without it.")

  static let schema = ConfigurationSchema([
    filesystemIsolation.declaration, shutdownAfter.declaration, shutdownDuration.declaration,
  ])
}
