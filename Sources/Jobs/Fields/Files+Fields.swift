import HCL

extension Template: JobPart {
  /// A template without a text.
  init() { self.init(destination: "") }

  static let fields = PartFields<Template>([
    emptyWhenNil("EmbeddedTmpl", "data", \.data).base,
    emptyWhenNil("SourcePath", "source", \.source).base,
    JobField.text("DestPath", "destination", \.destination).base,
    JobField.text("Perms", "perms", \.permissions, absent: .string("0644")).base,
    JobField.flag("Envvars", "env", \.env).base,
    JobField.text("ChangeMode", "change_mode", \.changeMode, absent: .string("restart")).base,
    .text("ChangeSignal", "change_signal", \.changeSignal),
    .optionalPart("ChangeScript", "change_script", \.changeScript),
    .duration("Splay", "splay", \.splay, absent: .number(5_000_000_000)),
    .optionalInt("Uid", "uid", \.userID),
    .optionalInt("Gid", "gid", \.groupID),
    .text("LeftDelim", "left_delimiter", \.leftDelimiter),
    .text("RightDelim", "right_delimiter", \.rightDelimiter),
    .flag("ErrMissingKey", "error_on_missing_key", \.failsOnMissingKey, absent: .bool(false)),
    .flag("Once", "once", \.once),
    .optionalPart("Wait", "wait", \.wait),
    .duration("VaultGrace", "vault_grace", \.vaultGrace),
  ])

  /// A text that is written as empty when there is none.
  private static func emptyWhenNil(
    _ name: PartReader.Name, _ fileName: String,
    _ path: any WritableKeyPath<Template, String?> & Sendable
  ) -> JobField<Template> {
    var field = JobField.optionalText(name, fileName, path)
    field.write = { template, _ in .string(template[keyPath: path] ?? "") }
    return field
  }

  /// An empty text beside the other one is none.
  mutating func finishReading(from reader: PartReader) {
    range = reader.range
    if data?.isEmpty == true, source?.isEmpty == false { data = nil }
    if source?.isEmpty == true { source = nil }
    if changeMode.isEmpty { changeMode = "restart" }
    if permissions.isEmpty { permissions = "0644" }
  }
}

extension Template.ChangeScript: JobPart {
  static let fields = PartFields<Template.ChangeScript>([
    .text("Command", "command", \.command),
    .texts("Args", "args", \.arguments),
    .duration("Timeout", "timeout", \.timeout, absent: .number(5_000_000_000)),
    .flag("FailOnError", "fail_on_error", \.failsOnError, absent: .bool(false)),
    .flag("RunOnFirstRender", "run_on_first_render", \.runsOnFirstRender, absent: .bool(false)),
  ])
}

extension Template.Wait: JobPart {
  static let fields = PartFields<Template.Wait>([
    .duration("Min", "min", \.minimum),
    .duration("Max", "max", \.maximum),
  ])
}

extension Artifact: JobPart {
  /// An artifact without a source.
  init() { self.init(source: "") }

  static let fields = PartFields<Artifact>([
    JobField.text("GetterSource", "source", \.source).base,
    JobField.text("RelativeDest", "destination", \.destination).base,
    JobField.text("GetterMode", "mode", \.mode).base,
    JobField.pairs("GetterOptions", "options", \.options).base,
    .flag("GetterInsecure", "insecure", \.insecure),
    .flag("Chown", "chown", \.chown, absent: .bool(false)),
    .pairs("GetterHeaders", "headers", \.headers),
  ])

  mutating func finishReading(from reader: PartReader) {
    range = reader.range
    sourceRange = reader.value("GetterSource")?.range
  }
}
