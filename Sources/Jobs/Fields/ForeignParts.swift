import HCL

// Blocks of systems that hostler has nothing to do with. They are read, so that a file that has them can be
// parsed as elsewhere, and written as they were; the rules refuse them or warn.

/// What proves a task's identity to others.
enum WorkloadIdentity {
  static let shape = PartShape(
    fields: [
      FieldShape("Name", "name", .text, absent: .string("")),
      FieldShape("Audience", "aud", .texts),
      FieldShape("ChangeMode", "change_mode", .text, absent: .string("")),
      FieldShape("ChangeSignal", "change_signal", .text, absent: .string("")),
      FieldShape("Env", "env", .flag, absent: .bool(false)),
      FieldShape("File", "file", .flag, absent: .bool(false)),
      FieldShape("Filepath", "filepath", .text, absent: .string("")),
      FieldShape("ServiceName", "service_name", .text, absent: .string("")),
      FieldShape("TTL", "ttl", .duration, absent: .number(0)),
      FieldShape("ExtraClaims", "extra_claims", .pairs),
    ])
}

/// What a task asks of Vault.
enum VaultSettings {
  static let shape = PartShape(
    fields: [
      FieldShape("Policies", "policies", .texts),
      FieldShape("Role", "role", .text, absent: .string("")),
      FieldShape("Namespace", "namespace", .text),
      FieldShape("Cluster", "cluster", .text, absent: .string("")),
      FieldShape("Env", "env", .flag, absent: .bool(true)),
      FieldShape("DisableFile", "disable_file", .flag, absent: .bool(false)),
      FieldShape("ChangeMode", "change_mode", .text, absent: .string("restart")),
      FieldShape("ChangeSignal", "change_signal", .text),
      FieldShape("AllowTokenExpiration", "allow_token_expiration", .flag),
    ])

  static let defaults: [String: Value] = [
    "Policies": .null, "Role": .string(""), "Namespace": .string(""), "Cluster": .string("default"),
    "Env": .bool(true), "DisableFile": .bool(false), "ChangeMode": .string("restart"),
    "ChangeSignal": .string("SIGHUP"), "AllowTokenExpiration": .bool(false),
  ]
}

/// What a group or task asks of Consul.
enum ConsulSettings {
  static let shape = PartShape(
    fields: [
      FieldShape("Cluster", "cluster", .text, absent: .string("")),
      FieldShape("Namespace", "namespace", .text, absent: .string("")),
      FieldShape("Partition", "partition", .text, absent: .string("")),
    ])

  static let defaults: [String: Value] = [
    "Cluster": .string("default"), "Namespace": .string(""), "Partition": .string(""),
  ]
}

/// What makes a task a storage plugin.
enum StoragePluginSettings {
  static let shape = PartShape(
    fields: [
      FieldShape("ID", "id", .text, absent: .string("")),
      FieldShape("Type", "type", .text, absent: .string("")),
      FieldShape("MountDir", "mount_dir", .text, absent: .string("")),
      FieldShape("StagePublishBaseDir", "stage_publish_base_dir", .text, absent: .string("")),
      FieldShape("HealthTimeout", "health_timeout", .duration, absent: .number(0)),
    ])

  static let defaults: [String: Value] = [
    "ID": .string(""), "Type": .string(""), "MountDir": .string(""),
    "StagePublishBaseDir": .string("/local/csi"), "HealthTimeout": .number(30_000_000_000),
  ]
}

/// A secret of another system.
enum SecretSettings {
  static let shape = PartShape(
    fields: [
      FieldShape("Name", nil, .text, absent: .string("")),
      FieldShape("Provider", "provider", .text, absent: .string("")),
      FieldShape("Path", "path", .text, absent: .string("")),
      FieldShape("Config", "config", .open),
      FieldShape("Env", "env", .pairs),
    ])
}

extension JobField {
  /// An object of another system, with defaults for what is absent, null, empty or zero in it.
  static func foreign(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Value?> & Sendable,
    _ shape: @escaping @Sendable () -> PartShape, defaults: [String: Value] = [:]
  ) -> JobField {
    var field = JobField.open(name, fileName, path, kind: .part(shape))
    field.read = { part, reader in
      guard let written = reader.value(name, of: .part(shape)), case .object(let entries) = written.content
      else { return }
      var attributes = defaults
      for entry in entries {
        let value = entry.value.value
        let isEmpty = value.isNull || value == .string("") || value == .number(0)
        if !isEmpty || attributes[entry.key] == nil { attributes[entry.key] = value }
      }
      // What a file leaves out is written as elsewhere.
      for field in shape().fields where attributes[field.name.text] == nil {
        attributes[field.name.text] = field.absent
      }
      part[keyPath: path] = .object(attributes)
    }
    return field
  }
}
