/// The fields that a configuration block may have.
///
/// The host checks a block against it before the driver sees it, and shows it to people.
public struct ConfigurationSchema: Sendable {
  let fields: [ConfigurationDeclaration]

  /// A block with these fields: the `declaration` of each.
  public init(_ fields: [ConfigurationDeclaration]) {
    self.fields = fields
  }

  /// A block that has no fields.
  public static let empty = ConfigurationSchema([])
}
