import HCL

extension Periodic: JobPart {
  static let fields = PartFields<Periodic>(
    [
      .flag("Enabled", "enabled", \.isEnabled),
      .text("Spec", "cron", \.specification),
      specificationsField,
      .text("SpecType", nil, \.kind),
      .flag("ProhibitOverlap", "prohibit_overlap", \.prohibitsOverlap),
      .text("TimeZone", "time_zone", \.timeZone),
    ],
    adjust: { entries in
      if entries["Spec"] != nil || entries["Specs"] != nil {
        entries["SpecType"] = LocatedValue(.string("cron"))
      }
    })

  /// The only list that is written as one when it is empty.
  private static let specificationsField: JobField<Periodic> = {
    var field = JobField.texts("Specs", "crons", \Periodic.specifications)
    field.write = { part, _ in .tuple(part.specifications.map { .string($0) }) }
    return field
  }()
}

extension Parameterized: JobPart {
  static let fields = PartFields<Parameterized>([
    .text("Payload", "payload", \.payload, absent: .string("")),
    .texts("MetaRequired", "meta_required", \.metaRequired),
    .texts("MetaOptional", "meta_optional", \.metaOptional),
  ])

  /// An empty text means the same as an absent one.
  mutating func finishReading(from reader: PartReader) {
    if payload.isEmpty { payload = Parameterized().payload }
  }
}

extension TaskSchedule: JobPart {
  static let fields = PartFields<TaskSchedule>([
    .part("Cron", "cron", \.window)
  ])
}

extension TaskSchedule.Window: JobPart {
  static let fields = PartFields<TaskSchedule.Window>([
    .text("Start", "start", \.start, absent: .string("")),
    .text("End", "end", \.end, absent: .string("")),
    .text("Timezone", "timezone", \.timeZone, absent: .string("")),
  ])
}

extension JobDescription: JobPart {
  static let fields = PartFields<JobDescription>([
    .text("Description", "description", \.text, absent: .string("")),
    .parts("Links", "link", \.links),
  ])
}

extension JobDescription.Link: JobPart {
  static let fields = PartFields<JobDescription.Link>([
    .text("Label", "label", \.label, absent: .string("")),
    .text("URL", "url", \.url, absent: .string("")),
  ])
}

extension VersionTag: JobPart {
  static let fields = PartFields<VersionTag>([
    .text("Name", "name", \.name, absent: .string("")),
    .text("Description", "description", \.description, absent: .string("")),
    .int("TaggedTime", nil, \.taggedTime, absent: .number(0)),
  ])
}

extension TaskAction: JobPart {
  static let fields = PartFields<TaskAction>([
    .text("Name", nil, \.name, absent: .string("")),
    .text("Command", "command", \.command, absent: .string("")),
    .texts("Args", "args", \.arguments),
  ])
}
