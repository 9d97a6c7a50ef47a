/// What may stand in a job, a group, a task and its parts beyond the model.
extension SettingSchema {
  static let job = SettingSchema(
    arguments: [
      "all_at_once": .bool, "consul_namespace": .string, "consul_token": .string,
      "vault_namespace": .string, "vault_token": .string, "nomad_token": .string,
    ],
    blocks: [
      "affinity": affinity, "constraint": constraint, "migrate": migrate,
      "multiregion": Nested(schema: SettingSchema(isOpen: true)), "parameterized": parameterized,
      "periodic": periodic, "spread": spread, "ui": ui, "update": update, "vault": vault,
    ])

  static let group = SettingSchema(
    arguments: [
      "max_client_disconnect": .duration, "max_run_duration": .duration,
      "prevent_reschedule_on_lost": .bool, "stop_after_client_disconnect": .duration,
    ],
    blocks: [
      "affinity": affinity, "constraint": constraint, "consul": consul, "disconnect": disconnect,
      "migrate": migrate, "network": network, "scaling": scaling, "service": service, "spread": spread,
      "update": update, "vault": vault, "volume": volume,
    ])

  static let task = SettingSchema(
    arguments: ["kind": .string],
    blocks: [
      "action": action, "affinity": affinity, "constraint": constraint, "consul": consul,
      "csi_plugin": storagePlugin, "dispatch_payload": dispatchPayload, "identity": identity,
      "scaling": taskScaling, "schedule": schedule, "secret": secret, "service": service, "vault": vault,
      "volume_mount": volumeMount,
    ])

  static let resources = SettingSchema(
    arguments: ["iops": .int, "disk": .int, "secrets": .int],
    blocks: ["device": device, "network": network, "numa": numa])

  static let logs = SettingSchema(arguments: ["enabled": .bool])

  static let template = SettingSchema(
    arguments: [
      "change_signal": .string, "splay": .duration, "uid": .int, "gid": .int, "left_delimiter": .string,
      "right_delimiter": .string, "error_on_missing_key": .bool, "once": .bool, "vault_grace": .duration,
    ],
    blocks: [
      "change_script": Nested(
        schema: SettingSchema(arguments: [
          "command": .string, "args": .strings, "timeout": .duration, "fail_on_error": .bool,
          "run_on_first_render": .bool,
        ])),
      "wait": Nested(schema: SettingSchema(arguments: ["min": .duration, "max": .duration])),
    ])

  static let artifact = SettingSchema(arguments: ["insecure": .bool, "chown": .bool, "headers": .map])
}
