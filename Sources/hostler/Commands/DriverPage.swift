import DriverHost

/// What `driver inspect` shows.
struct DriverPage {
  private let info: DriverInfo

  init(_ info: DriverInfo) {
    self.info = info
  }

  var text: String {
    let descriptor = info.descriptor
    var facts: [(String, String)] = [
      ("Name", descriptor.name),
      ("Description", descriptor.documentation),
      ("Version", "\(descriptor.pluginVersion) (\(descriptor.pluginName))"),
      ("Library", descriptor.libraryPath),
      ("Driver ABI", "\(descriptor.abiVersion)"),
      ("Health", "\(info.health)"),
    ]
    if let failure = info.failure { facts.append(("Problem", "\(failure)")) }
    if let description = info.fingerprint?.description, !description.isEmpty {
      facts.append(("Says", description))
    }
    facts.append(("Capabilities", descriptor.capabilities.names.joined(separator: ", ")))
    facts.append(("Files", "\(descriptor.filesystemIsolation)"))
    let width = facts.map(\.0.count).max() ?? 0
    var lines = facts.map { "\($0.padded(to: width))  \($1)" }
    let attributes = (info.fingerprint?.attributes ?? [:]).sorted { $0.key < $1.key }
    if !attributes.isEmpty {
      lines += ["", "Attributes"] + attributes.map { "  \($0.key) = \($0.value)" }
    }
    lines += ["", "Configuration of a task", Self.table(descriptor.taskSchema)]
    lines += ["", "Configuration of the plugin", Self.table(descriptor.pluginSchema)]
    return lines.joined(separator: "\n")
  }

  private static func table(_ schema: ConfigurationSchema) -> String {
    guard !schema.fields.isEmpty else { return "  none" }
    var table = TextTable(["  FIELD", "TYPE", "DEFAULT", "MEANING"])
    add(schema, to: &table, indent: "  ")
    return table.text
  }

  private static func add(_ schema: ConfigurationSchema, to table: inout TextTable, indent: String) {
    for field in schema.fields {
      table.add([
        indent + field.name, field.type.title, field.isRequired ? "required" : field.defaultText ?? "-",
        field.documentation,
      ])
      add(field.schema, to: &table, indent: indent + "  ")
    }
  }
}
