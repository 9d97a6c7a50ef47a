import Glibc
import Runner

/// What of this host is in use, and what it has. Reads small files under proc; blocks on them.
struct HostUsage: Sendable {
  /// A disk.
  struct Disk: Hashable, Sendable {
    var sizeBytes: UInt64 = 0
    var availableBytes: UInt64 = 0
    var usedBytes: UInt64 = 0
    var inodesUsedPercent = 0.0

    var usedPercent: Double { sizeBytes == 0 ? 0 : Double(usedBytes) / Double(sizeBytes) * 100 }

    /// The disk that a path is on.
    init(of path: String) {
      var about = statvfs()
      guard statvfs(path, &about) == 0 else { return }
      let block = UInt64(about.f_frsize)
      sizeBytes = UInt64(about.f_blocks) * block
      availableBytes = UInt64(about.f_bavail) * block
      usedBytes = sizeBytes - UInt64(about.f_bfree) * block
      if about.f_files > 0 {
        inodesUsedPercent = Double(about.f_files - about.f_ffree) / Double(about.f_files) * 100
      }
    }
  }

  /// How long a processor has done what since the start, in ticks.
  struct Processor: Hashable, Sendable {
    var name: String
    var user: UInt64
    var system: UInt64
    var idle: UInt64
    var total: UInt64

    /// The share of each since another look, in percent.
    func shares(since before: Processor?) -> (user: Double, system: Double, idle: Double) {
      let passed = Double(total - min(total, before?.total ?? 0))
      guard passed > 0 else { return (0, 0, 100) }
      func share(_ now: UInt64, _ before: UInt64?) -> Double {
        Double(now - min(now, before ?? 0)) / passed * 100
      }
      return (share(user, before?.user), share(system, before?.system), share(idle, before?.idle))
    }
  }

  var memoryTotalBytes: UInt64 = 0
  var memoryFreeBytes: UInt64 = 0
  var memoryAvailableBytes: UInt64 = 0
  var uptimeSeconds: UInt64 = 0
  var processors: [Processor] = []
  var disk: Disk

  /// Looks.
  ///
  /// - Parameter path: What the disk is told of.
  init(diskOf path: String) {
    disk = Disk(of: path)
    for line in Self.lines("/proc/meminfo") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let kilobytes = UInt64(words[1]) else { continue }
      switch words[0] {
      case "MemTotal:": memoryTotalBytes = kilobytes * 1024
      case "MemFree:": memoryFreeBytes = kilobytes * 1024
      case "MemAvailable:": memoryAvailableBytes = kilobytes * 1024
      default: break
      }
    }
    if let uptime = Self.lines("/proc/uptime").first?.split(separator: ".").first {
      uptimeSeconds = UInt64(uptime) ?? 0
    }
    for line in Self.lines("/proc/stat") where line.hasPrefix("cpu") && !line.hasPrefix("cpu ") {
      let words = line.split(separator: " ")
      let ticks = words.dropFirst().prefix(8).compactMap { UInt64($0) }
      guard ticks.count >= 4 else { continue }
      processors.append(
        Processor(
          name: String(words[0]), user: ticks[0] + ticks[1], system: ticks[2], idle: ticks[3],
          total: ticks.reduce(0, +)))
    }
  }

  /// How many processor cycles a second all cores have together, in MHz.
  static func processorMHz() -> (total: Int, each: Int, model: String) {
    var speeds: [Double] = []
    var model = ""
    for line in lines("/proc/cpuinfo") {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let value = halves[1].drop { $0 == " " }
      if line.hasPrefix("cpu MHz"), let speed = Double(value) { speeds.append(speed) }
      if line.hasPrefix("model name") { model = String(value) }
    }
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let each = Int(speeds.max() ?? 1000)
    return (each * cores, each, model)
  }

  /// How many bytes of memory this process uses.
  static func ownMemoryBytes() -> Int {
    guard let words = lines("/proc/self/statm").first?.split(separator: " "), words.count > 1,
      let pages = Int(words[1])
    else { return 0 }
    return pages * max(1, sysconf(Int32(_SC_PAGESIZE)))
  }

  /// How many descriptors this process has open.
  static func ownDescriptorCount() -> Int { (try? FileSystem.names(in: "/proc/self/fd").count) ?? 0 }

  private static func lines(_ path: String) -> [Substring] {
    let bytes = (try? FileSystem.read(path, limitBytes: 4 << 20)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}

/// A network address of this host.
struct HostAddress: Hashable, Sendable {
  var device: String
  var address: String
  var isVersion6: Bool
  var prefixBits: Int

  /// The addresses that others can reach this host at, as far as it knows: those of devices that are up, but for
  /// the loopback and link-local ones.
  static func all() -> [HostAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var found: [HostAddress] = []
    var next = first
    while let entry = next {
      defer { next = entry.pointee.ifa_next }
      let flags = Int32(bitPattern: entry.pointee.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0,
        let address = entry.pointee.ifa_addr, let mask = entry.pointee.ifa_netmask
      else { continue }
      let family = Int32(address.pointee.sa_family)
      guard family == AF_INET || family == AF_INET6 else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let length = socklen_t(
        family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
      guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
        continue
      }
      let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard !name.contains("%") else { continue }
      let bits = UnsafeRawBufferPointer(start: mask, count: Int(length))
        .dropFirst(family == AF_INET ? 4 : 8).prefix(family == AF_INET ? 4 : 16)
        .reduce(0) { $0 + $1.nonzeroBitCount }
      found.append(
        HostAddress(
          device: String(cString: entry.pointee.ifa_name), address: name, isVersion6: family == AF_INET6,
          prefixBits: bits))
    }
    return found
  }
}
