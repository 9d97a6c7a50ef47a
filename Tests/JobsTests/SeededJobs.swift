import HCL
import Jobs

// Jobs with every field at random; texts are never empty, because empty and absent mean the same in places.
extension SplitMix {
  mutating func number(_ range: ClosedRange<Int> = 1...1_000_000) -> Int { .random(in: range, using: &self) }
  mutating func flag() -> Bool { .random(using: &self) }
  mutating func maybe<Element>(_ make: (inout SplitMix) -> Element) -> Element? { flag() ? make(&self) : nil }
  mutating func list<Element>(_ make: (inout SplitMix) -> Element) -> [Element] {
    (0..<number(0...2)).map { _ in make(&self) }
  }
  mutating func text() -> String {
    let pieces = ["a", "web", "\"", "\\", "\u{0}", "é", "👩‍👩‍👧", "\n", "${attr.kernel.name}", "<&>"]
    return (0..<number(1...3)).map { _ in pieces[number(0...(pieces.count - 1))] }.joined()
  }
  mutating func texts() -> [String] { list { $0.text() } }
  mutating func pairs() -> [String: String] { Dictionary(list { ($0.text(), $0.text()) }) { $1 } }
  mutating func duration() -> Duration { .nanoseconds(number(1...1_000_000_000_000)) }
  mutating func value(depth: Int = 3) -> Value {
    switch number(0...(depth > 0 ? 4 : 2)) {
    case 0: .bool(flag())
    case 1: .number(Number(number()))
    case 2: .string(text())
    case 3: .tuple(list { $0.value(depth: depth - 1) })
    default: object(depth: depth - 1)
    }
  }
  mutating func object(depth: Int = 2) -> Value {
    .object(Dictionary(list { ($0.text(), $0.value(depth: depth)) }) { $1 })
  }

  mutating func job() -> Job {
    var job = Job(
      id: text(), name: text(), type: JobType.allCases[number(0...3)], priority: number(1...100),
      region: text(), nodePool: text(), namespace: text(), datacenters: texts(), meta: pairs())
    job.allAtOnce = flag()
    job.constraints = constraints()
    job.affinities = affinities()
    job.spreads = list { random in
      var spread = Spread()
      spread.attribute = random.text()
      spread.weight = random.number(1...100)
      spread.targets = random.list { random in
        var target = SpreadTarget()
        target.value = random.text()
        target.percent = random.number(0...100)
        return target
      }
      return spread
    }
    job.update = update()
    job.periodic = maybe { random in
      var periodic = Periodic()
      periodic.isEnabled = random.flag()
      periodic.specification = random.text()
      periodic.specifications = random.texts()
      periodic.prohibitsOverlap = random.flag()
      periodic.timeZone = random.text()
      return periodic
    }
    job.parameterized = maybe { random in
      var parameterized = Parameterized()
      parameterized.payload = random.text()
      parameterized.metaRequired = random.texts()
      parameterized.metaOptional = random.texts()
      return parameterized
    }
    job.description = maybe { random in
      var description = JobDescription()
      description.text = random.text()
      description.links = random.list { random in
        var link = JobDescription.Link()
        link.label = random.text()
        link.url = random.text()
        return link
      }
      return description
    }
    job.versionTag = maybe { random in
      var tag = VersionTag()
      tag.name = random.text()
      tag.description = random.text()
      tag.taggedTime = random.number()
      return tag
    }
    job.parentID = text()
    job.isDispatched = flag()
    job.payload = maybe { $0.text() }
    job.idempotencyToken = maybe { $0.text() }
    job.groups = list { $0.group() }
    return job
  }

  private mutating func constraints() -> [Constraint] {
    list { Constraint($0.text(), $0.text(), $0.text()) }
  }

  private mutating func affinities() -> [Affinity] {
    list { random in
      var affinity = Affinity()
      affinity.left = random.text()
      affinity.comparison = random.text()
      affinity.right = random.text()
      affinity.weight = random.number(-100...100)
      return affinity
    }
  }

  private mutating func update() -> UpdateStrategy {
    var update = UpdateStrategy()
    update.maxParallel = number(1...9)
    update.healthCheck = text()
    update.minHealthyTime = duration()
    update.healthyDeadline = duration()
    update.progressDeadline = duration()
    update.autoRevert = flag()
    update.autoPromote = flag()
    update.canary = number(0...3)
    update.stagger = duration()
    return update
  }

  private mutating func scaling() -> Scaling {
    var scaling = Scaling()
    scaling.minimum = number()
    scaling.maximum = number()
    scaling.isEnabled = flag()
    scaling.type = text()
    scaling.policy = maybe { $0.object() }
    return scaling
  }

  private mutating func restart() -> RestartPolicy {
    RestartPolicy(
      attempts: number(), interval: duration(), delay: duration(), mode: flag() ? .fail : .delay,
      renderTemplates: flag())
  }

  private mutating func group() -> Job.Group {
    var group = Job.Group(
      name: text(), count: number(), meta: pairs(), restart: restart(),
      reschedule: ReschedulePolicy(
        attempts: number(), interval: duration(), delay: duration(),
        delayFunction: ReschedulePolicy.DelayFunction.allCases[number(0...2)], maxDelay: duration(),
        unlimited: flag()),
      ephemeralDisk: EphemeralDisk(sizeMB: number(), migrate: flag(), sticky: flag()),
      shutdownDelay: duration(), tasks: list { $0.task() })
    group.constraints = constraints()
    group.affinities = affinities()
    group.networks = list { $0.network() }
    group.services = list { $0.service() }
    group.volumes = Dictionary(list { ($0.text(), $0.volume()) }) { $1 }
    group.update = update()
    var migrate = MigrateStrategy()
    migrate.maxParallel = number()
    migrate.healthCheck = text()
    migrate.minHealthyTime = duration()
    migrate.healthyDeadline = duration()
    group.migrate = migrate
    group.scaling = maybe { $0.scaling() }
    group.disconnect = maybe { random in
      var disconnect = DisconnectStrategy()
      disconnect.lostAfter = random.duration()
      disconnect.stopOnClientAfter = random.maybe { $0.duration() }
      disconnect.replaces = random.flag()
      disconnect.reconcile = random.text()
      return disconnect
    }
    group.maxClientDisconnect = maybe { $0.duration() }
    group.stopAfterClientDisconnect = maybe { $0.duration() }
    group.maxRunDuration = maybe { $0.duration() }
    group.preventRescheduleOnLost = maybe { $0.flag() }
    return group
  }

  private mutating func network() -> Network {
    func port(_ random: inout SplitMix) -> Network.Port {
      var port = Network.Port()
      port.label = random.text()
      port.value = random.number(0...65535)
      port.to = random.number(-1...65535)
      port.hostNetwork = random.text()
      port.ignoresCollision = random.flag()
      return port
    }
    var network = Network()
    network.mode = text()
    network.hostname = text()
    network.device = text()
    network.cidr = text()
    network.ip = text()
    network.megabits = maybe { $0.number() }
    network.reservedPorts = list(port)
    network.dynamicPorts = list(port)
    network.dns = maybe { random in
      var dns = Network.DNS()
      dns.servers = random.texts()
      dns.searches = random.texts()
      dns.options = random.texts()
      return dns
    }
    network.cni = maybe { random in
      var cni = Network.CNI()
      cni.arguments = random.pairs()
      return cni
    }
    return network
  }

  private mutating func checkRestart() -> CheckRestart {
    var restart = CheckRestart()
    restart.limit = number()
    restart.grace = duration()
    restart.ignoreWarnings = flag()
    return restart
  }

  private mutating func service() -> Service {
    var service = Service()
    service.name = text()
    service.portLabel = text()
    service.addressMode = text()
    service.address = text()
    service.tags = texts()
    service.canaryTags = texts()
    service.meta = pairs()
    service.canaryMeta = pairs()
    service.taggedAddresses = pairs()
    service.enableTagOverride = flag()
    service.onUpdate = text()
    service.provider = text()
    service.cluster = text()
    service.kind = text()
    service.taskName = text()
    service.checkRestart = maybe { $0.checkRestart() }
    service.weights = maybe { random in
      var weights = ServiceWeights()
      weights.passing = random.number()
      weights.warning = random.number()
      return weights
    }
    service.connect = maybe { $0.object() }
    service.checks = list { random in
      var check = ServiceCheck()
      check.name = random.text()
      check.type = random.text()
      check.command = random.text()
      check.arguments = random.texts()
      check.path = random.text()
      check.scheme = random.text()
      check.portLabel = random.text()
      check.expose = random.flag()
      check.addressMode = random.text()
      check.interval = random.duration()
      check.timeout = random.duration()
      check.initialStatus = random.text()
      check.notes = random.text()
      check.tlsServerName = random.text()
      check.tlsSkipVerify = random.flag()
      check.method = random.text()
      check.body = random.text()
      check.header = Dictionary(random.list { ($0.text(), ["x", $0.text()]) }) { $1 }
      check.grpcService = random.text()
      check.grpcUseTLS = random.flag()
      check.taskName = random.text()
      check.successBeforePassing = random.number()
      check.failuresBeforeCritical = random.number()
      check.failuresBeforeWarning = random.number()
      check.onUpdate = random.text()
      check.checkRestart = random.checkRestart()
      check.advertise = random.text()
      return check
    }
    return service
  }

  private mutating func volume() -> VolumeRequest {
    var volume = VolumeRequest()
    volume.name = text()
    volume.type = text()
    volume.source = text()
    volume.readOnly = flag()
    volume.sticky = flag()
    volume.perAllocation = flag()
    volume.accessMode = text()
    volume.attachmentMode = text()
    volume.mountOptions = maybe { random in
      var options = VolumeRequest.MountOptions()
      options.fileSystem = random.text()
      options.flags = random.texts()
      return options
    }
    return volume
  }

  private mutating func task() -> Job.Task {
    var task = Job.Task(
      name: text(), driver: text(), config: LocatedValue(value: object(), range: nil), env: pairs(),
      user: text(), meta: pairs(),
      lifecycle: maybe { LifecycleHook(LifecycleHook.Stage.allCases[$0.number(0...2)], sidecar: $0.flag()) },
      leader: flag(), killTimeout: duration(), killSignal: text(), shutdownDelay: duration(),
      logs: LogConfiguration(maxFiles: number(), maxFileSizeMB: number(), disabled: flag()),
      resources: resources(), restart: restart(), templates: list { $0.template() },
      artifacts: list { $0.artifact() })
    task.logs.enabled = maybe { $0.flag() }
    task.constraints = constraints()
    task.affinities = affinities()
    task.services = list { $0.service() }
    task.dispatchPayload = maybe { $0.text() }
    task.volumeMounts = list { random in
      var mount = VolumeMount()
      mount.volume = random.text()
      mount.destination = random.text()
      mount.readOnly = random.flag()
      mount.propagationMode = random.text()
      mount.selinuxLabel = random.text()
      return mount
    }
    task.actions = list { random in
      var action = TaskAction()
      action.name = random.text()
      action.command = random.text()
      action.arguments = random.texts()
      return action
    }
    task.schedule = maybe { random in
      var schedule = TaskSchedule()
      schedule.window.start = random.text()
      schedule.window.end = random.text()
      schedule.window.timeZone = random.text()
      return schedule
    }
    task.scalingPolicies = list { $0.scaling() }
    task.kind = text()
    return task
  }

  private mutating func resources() -> Resources {
    var resources = Resources(
      cpuMHz: number(), cores: number(), memoryMB: number(), memoryMaxMB: maybe { $0.number() })
    resources.devices = list { random in
      var device = Device()
      device.name = random.text()
      device.count = random.number()
      device.constraints = random.constraints()
      device.affinities = random.affinities()
      return device
    }
    resources.numa = maybe { random in
      var numa = NUMA()
      numa.affinity = random.text()
      numa.devices = random.texts()
      return numa
    }
    resources.networks = list { $0.network() }
    resources.diskMB = maybe { $0.number() }
    resources.iops = maybe { $0.number() }
    resources.secretsMB = maybe { $0.number() }
    return resources
  }

  private mutating func template() -> Template {
    var template = Template(
      data: text(), source: maybe { $0.text() }, destination: text(), permissions: text(), env: flag(),
      changeMode: text())
    template.changeSignal = text()
    template.changeScript = maybe { random in
      var script = Template.ChangeScript()
      script.command = random.text()
      script.arguments = random.texts()
      script.timeout = random.duration()
      script.failsOnError = random.flag()
      script.runsOnFirstRender = random.flag()
      return script
    }
    template.splay = duration()
    template.userID = maybe { $0.number() }
    template.groupID = maybe { $0.number() }
    template.leftDelimiter = text()
    template.rightDelimiter = text()
    template.failsOnMissingKey = flag()
    template.once = flag()
    template.wait = maybe { random in
      var wait = Template.Wait()
      wait.minimum = random.duration()
      wait.maximum = random.duration()
      return wait
    }
    template.vaultGrace = duration()
    return template
  }

  private mutating func artifact() -> Artifact {
    var artifact = Artifact(source: text(), destination: text(), mode: text(), options: pairs())
    artifact.insecure = flag()
    artifact.chown = flag()
    artifact.headers = pairs()
    return artifact
  }
}
