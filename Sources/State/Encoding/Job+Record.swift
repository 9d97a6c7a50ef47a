import HCL
import Jobs
import Lifecycle

// The job as it was placed. The encoding is the store's own and not the model's, so that the model may
// change its Swift names without a migration. A setting that is added to the model gets a number of its
// own here and the model's default for jobs of before; what has none is among the additions, which have
// Nomad's names. Numbers 11 of a job, 9 of a group, 17 of a task, 7 of a template and 5 of an artifact were of
// settings that earlier versions kept as they were written.

extension Job: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, id)
    fields.text(2, name)
    fields.text(3, type.rawValue)
    fields.integer(4, priority)
    fields.text(5, region)
    fields.text(6, nodePool)
    fields.text(7, namespace)
    fields.texts(8, datacenters)
    fields.pairs(9, meta)
    fields.records(10, groups)
    fields.additions(13, self)
    fields.texts(12, fields.fileNames)
  }

  init(from fields: FieldReader) throws(RecordError) {
    var fields = fields
    try fields.setFileNames(from: 12)
    let standard = Job(id: "")
    self.init(
      id: try fields.text(1), name: try fields.text(2), type: try fields.choice(3, default: standard.type),
      priority: try fields.integer(4, default: standard.priority),
      region: try fields.text(5, default: standard.region),
      nodePool: try fields.text(6, default: standard.nodePool),
      namespace: try fields.text(7, default: standard.namespace), datacenters: try fields.texts(8),
      meta: try fields.pairs(9), groups: try fields.records(10))
    try fields.readAdditions(13, into: &self)
  }
}

extension Job.Group: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, name)
    fields.integer(2, count)
    fields.pairs(3, meta)
    fields.record(4, restart)
    fields.record(5, reschedule)
    fields.record(6, ephemeralDisk)
    fields.duration(7, shutdownDelay)
    fields.records(8, tasks)
    fields.additions(10, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    self.init(
      name: try fields.text(1), count: try fields.integer(2), meta: try fields.pairs(3),
      restart: try fields.record(4), reschedule: try fields.optionalRecord(5),
      ephemeralDisk: try fields.record(6, default: EphemeralDisk()),
      shutdownDelay: try fields.duration(7, default: .zero), tasks: try fields.records(8))
    try fields.readAdditions(10, into: &self)
  }
}

extension Job.Task: StoredRecord {
  func write(to fields: inout FieldWriter) {
    fields.text(1, name)
    fields.text(2, driver)
    fields.record(3, config)
    fields.pairs(4, env)
    fields.text(5, user)
    fields.pairs(6, meta)
    fields.record(7, lifecycle)
    fields.flag(8, leader)
    fields.duration(9, killTimeout)
    fields.text(10, killSignal)
    fields.duration(11, shutdownDelay)
    fields.record(12, logs)
    fields.record(13, resources)
    fields.record(14, restart)
    fields.records(15, templates)
    fields.records(16, artifacts)
    fields.range(18, range)
    fields.range(19, driverRange)
    fields.additions(20, self)
  }

  init(from fields: FieldReader) throws(RecordError) {
    let standard = Job.Task(name: "", driver: "")
    self.init(
      name: try fields.text(1), driver: try fields.text(2), config: try fields.record(3),
      env: try fields.pairs(4), user: try fields.text(5, default: standard.user), meta: try fields.pairs(6),
      lifecycle: try fields.optionalRecord(7), leader: try fields.flag(8, default: standard.leader),
      killTimeout: try fields.duration(9, default: standard.killTimeout),
      killSignal: try fields.text(10, default: standard.killSignal),
      shutdownDelay: try fields.duration(11, default: standard.shutdownDelay),
      logs: try fields.record(12, default: standard.logs),
      resources: try fields.record(13, default: standard.resources), restart: try fields.record(14),
      templates: try fields.records(15), artifacts: try fields.records(16),
      range: try fields.range(18), driverRange: try fields.range(19))
    try fields.readAdditions(20, into: &self)
  }
}
