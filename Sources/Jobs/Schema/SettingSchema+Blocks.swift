/// The blocks of Nomad's job specification that are checked and kept.
extension SettingSchema {
  // MARK: Placement
  private static let operators: [String: Argument] = [
    "attribute": .string, "operator": .string, "value": .string, "version": .string, "semver": .string,
    "regexp": .string, "set_contains": .string, "set_contains_any": .string, "set_contains_all": .string,
  ]
  static let constraint = Nested(
    schema: SettingSchema(
      arguments: operators.merging(
        ["distinct_hosts": .bool, "distinct_property": .string, "is_set": .string, "is_not_set": .string],
        uniquingKeysWith: { first, _ in first })),
    isRepeatable: true)
  static let affinity = Nested(
    schema: SettingSchema(
      arguments: operators.merging(["weight": .int], uniquingKeysWith: { first, _ in first })),
    isRepeatable: true)
  static let spread = Nested(
    schema: SettingSchema(
      arguments: ["attribute": .string, "weight": .int],
      blocks: [
        "target": Nested(
          labels: ["value"], schema: SettingSchema(arguments: ["percent": .int]), isRepeatable: true)
      ]), isRepeatable: true)

  // MARK: Changes
  static let update = Nested(
    schema: SettingSchema(arguments: [
      "max_parallel": .int, "health_check": .string, "min_healthy_time": .duration,
      "healthy_deadline": .duration, "progress_deadline": .duration, "auto_revert": .bool,
      "auto_promote": .bool, "canary": .int, "stagger": .duration,
    ]))
  static let migrate = Nested(
    schema: SettingSchema(arguments: [
      "max_parallel": .int, "health_check": .string, "min_healthy_time": .duration,
      "healthy_deadline": .duration,
    ]))
  static let disconnect = Nested(
    schema: SettingSchema(arguments: [
      "lost_after": .duration, "stop_on_client_after": .duration, "replace": .bool, "reconcile": .string,
    ]))

  // MARK: Network
  static let network = Nested(
    schema: SettingSchema(
      arguments: ["mode": .string, "mbits": .int, "hostname": .string, "device": .string, "cidr": .string],
      blocks: [
        "port": Nested(
          labels: ["name"],
          schema: SettingSchema(arguments: [
            "static": .int, "to": .int, "host_network": .string, "ignore_collision": .bool,
          ]), isRepeatable: true),
        "dns": Nested(
          schema: SettingSchema(arguments: ["servers": .strings, "searches": .strings, "options": .strings])),
        "cni": Nested(schema: SettingSchema(arguments: ["args": .map])),
      ]), isRepeatable: true)
  private static let checkRestart = Nested(
    schema: SettingSchema(arguments: ["limit": .int, "grace": .duration, "ignore_warnings": .bool]))
  private static let check = Nested(
    schema: SettingSchema(
      arguments: [
        "name": .string, "type": .string, "command": .string, "args": .strings, "path": .string,
        "protocol": .string, "port": .string, "expose": .bool, "address_mode": .string,
        "interval": .duration, "timeout": .duration, "initial_status": .string, "notes": .string,
        "tls_server_name": .string, "tls_skip_verify": .bool, "method": .string, "body": .string,
        "grpc_service": .string, "grpc_use_tls": .bool, "task": .string, "success_before_passing": .int,
        "failures_before_critical": .int, "failures_before_warning": .int, "on_update": .string,
        "advertise": .string, "header": .listMap,
      ],
      blocks: ["check_restart": checkRestart, "header": Nested(schema: SettingSchema(isOpen: true))]),
    isRepeatable: true)
  static let service = Nested(
    schema: SettingSchema(
      arguments: [
        "name": .string, "id": .string, "tags": .strings, "canary_tags": .strings,
        "enable_tag_override": .bool, "port": .string, "address_mode": .string, "address": .string,
        "meta": .map, "canary_meta": .map, "tagged_addresses": .map, "task": .string, "on_update": .string,
        "provider": .string, "cluster": .string, "kind": .string,
      ],
      blocks: [
        "check": check, "check_restart": checkRestart,
        "connect": Nested(schema: SettingSchema(isOpen: true)),
        "weights": Nested(schema: SettingSchema(arguments: ["passing": .int, "warning": .int])),
        "identity": identity,
      ]), isRepeatable: true)

  // MARK: Storage
  static let volume = Nested(
    labels: ["name"],
    schema: SettingSchema(
      arguments: [
        "type": .string, "source": .string, "read_only": .bool, "access_mode": .string,
        "attachment_mode": .string, "per_alloc": .bool, "sticky": .bool,
      ],
      blocks: [
        "mount_options": Nested(
          schema: SettingSchema(arguments: ["fs_type": .string, "mount_flags": .strings]))
      ]), isRepeatable: true)
  static let volumeMount = Nested(
    schema: SettingSchema(arguments: [
      "volume": .string, "destination": .string, "read_only": .bool, "propagation_mode": .string,
      "selinux_label": .string,
    ]), isRepeatable: true)
  static let storagePlugin = Nested(
    schema: SettingSchema(arguments: [
      "id": .string, "type": .string, "mount_dir": .string, "stage_publish_base_dir": .string,
      "health_timeout": .duration,
    ]))

  // MARK: Scaling and time
  static let scaling = Nested(
    schema: SettingSchema(
      arguments: ["enabled": .bool, "min": .int, "max": .int, "type": .string],
      blocks: ["policy": Nested(schema: SettingSchema(isOpen: true))]))
  static let taskScaling = Nested(labels: ["type"], schema: scaling.schema, isRepeatable: true)
  static let periodic = Nested(
    schema: SettingSchema(arguments: [
      "cron": .string, "crons": .strings, "prohibit_overlap": .bool, "time_zone": .string, "enabled": .bool,
    ]))
  static let parameterized = Nested(
    schema: SettingSchema(arguments: [
      "payload": .string, "meta_required": .strings, "meta_optional": .strings,
    ]))
  static let dispatchPayload = Nested(schema: SettingSchema(arguments: ["file": .string]))
  static let schedule = Nested(
    schema: SettingSchema(blocks: [
      "cron": Nested(
        schema: SettingSchema(arguments: ["start": .string, "end": .string, "timezone": .string]))
    ]))

  // MARK: Identity and secrets
  static let identity = Nested(
    schema: SettingSchema(arguments: [
      "name": .string, "aud": .strings, "change_mode": .string, "change_signal": .string, "env": .bool,
      "file": .bool, "filepath": .string, "ttl": .duration, "service_name": .string,
    ]), isRepeatable: true)
  static let vault = Nested(
    schema: SettingSchema(arguments: [
      "policies": .strings, "role": .string, "namespace": .string, "cluster": .string, "env": .bool,
      "disable_file": .bool, "change_mode": .string, "change_signal": .string,
      "allow_token_expiration": .bool,
    ]))
  static let consul = Nested(
    schema: SettingSchema(arguments: ["namespace": .string, "cluster": .string, "partition": .string]))
  static let secret = Nested(
    labels: ["name"],
    schema: SettingSchema(
      arguments: ["provider": .string, "path": .string, "env": .map],
      blocks: ["config": Nested(schema: SettingSchema(isOpen: true))]), isRepeatable: true)

  // MARK: Parts of resources and people
  static let device = Nested(
    labels: ["name"],
    schema: SettingSchema(
      arguments: ["count": .int], blocks: ["constraint": constraint, "affinity": affinity]),
    isRepeatable: true)
  static let numa = Nested(schema: SettingSchema(arguments: ["affinity": .string, "devices": .strings]))
  static let action = Nested(
    labels: ["name"], schema: SettingSchema(arguments: ["command": .string, "args": .strings]),
    isRepeatable: true)
  static let ui = Nested(
    schema: SettingSchema(
      arguments: ["description": .string],
      blocks: [
        "link": Nested(
          schema: SettingSchema(arguments: ["label": .string, "url": .string]), isRepeatable: true)
      ]))
}
