internal import DriverSupervision
internal import HostlerDriver
internal import Supervision

/// What the plugin's configuration says.
struct RawExecSettings: Sendable {
  var isEnabled = true
  var deniedUserIDs = IdentifierRanges.none
  var deniedGroupIDs = IdentifierRanges.none
  /// Starts the tasks.
  var supervisor: SupervisorClient
  /// Why tasks get no cgroups, when they get none.
  var withoutControlGroups: String?

  init(_ configuration: borrowing DriverConfiguration, _ context: DriverContext) throws(DriverError) {
    isEnabled = try configuration.value(PluginFields.enabled) ?? true
    deniedUserIDs = try Self.ranges(configuration, PluginFields.deniedUserIDs)
    deniedGroupIDs = try Self.ranges(configuration, PluginFields.deniedGroupIDs)
    var tree: ControlGroupTree?
    if try configuration.value(PluginFields.noCgroups) ?? false {
      withoutControlGroups = "the configuration says so"
    } else {
      let parent = try configuration.value(PluginFields.cgroupParent) ?? "hostler"
      do throws(SupervisionError) {
        tree = try ControlGroupTree(parent: parent)
      } catch {
        withoutControlGroups = error.description
      }
    }
    supervisor = try SupervisorClient(context, controlGroups: tree)
  }

  private static func ranges(
    _ configuration: borrowing DriverConfiguration, _ field: ConfigurationField<String>
  ) throws(DriverError) -> IdentifierRanges {
    guard let text = try configuration.value(field) else { return .none }
    if let ranges = IdentifierRanges(text) { return ranges }
    throw .failed("\(field.name) = \"\(text)\" is no list of numbers and ranges, such as \"0,100-200\"")
  }
}
