import Glibc
public import Runner

extension HostFacts {
  /// What can be told about this host without a driver. Reads small files under proc and etc.
  public static func ofThisHost(nodeName: String? = nil, datacenter: String = "dc1") -> HostFacts {
    var names = utsname()
    uname(&names)
    let hostName = text(&names.nodename)
    var attributes = [
      "kernel.name": text(&names.sysname).lowercased(),
      "kernel.version": text(&names.release),
      "kernel.arch": text(&names.machine),
      "cpu.arch": architecture(text(&names.machine)),
      "cpu.numcores": String(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
      "memory.totalbytes": String(
        max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))),
      "unique.hostname": hostName,
    ]
    if let release = try? FileSystem.read("/etc/os-release", limitBytes: 64 << 10) {
      let lines = String(decoding: release, as: UTF8.self).split(separator: "\n")
      for (key, attribute) in [("ID=", "os.name"), ("VERSION_ID=", "os.version")] {
        guard let line = lines.first(where: { $0.hasPrefix(key) }) else { continue }
        attributes[attribute] = line.dropFirst(key.count).filter { $0 != "\"" }
      }
    }
    var inherited: [String: String] = [:]
    for name in HostFacts.inheritedNames {
      if let value = getenv(name) { inherited[name] = String(cString: value) }
    }
    if inherited["PATH"] == nil {
      inherited["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    }
    return HostFacts(
      nodeName: nodeName ?? hostName, datacenter: datacenter, attributes: attributes,
      inheritedEnvironment: inherited)
  }

  /// The processor as job files name it.
  private static func architecture(_ machine: String) -> String {
    switch machine {
    case "x86_64": "amd64"
    case "aarch64": "arm64"
    default: machine
    }
  }

  private static func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// The kernel's id of this boot; empty where it cannot be read.
func hostBootID() -> String {
  let bytes = (try? FileSystem.read("/proc/sys/kernel/random/boot_id", limitBytes: 100)) ?? []
  return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}

/// The path of the program that runs.
func executablePath() -> String? {
  FileSystem.resolved("/proc/self/exe")
}

/// A variable of this process's environment; nil when it is not set or empty.
func environmentVariable(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

/// The system's folder for temporary files.
func temporaryFolder() -> String {
  guard let value = environmentVariable("TMPDIR"), value.hasPrefix("/") else { return "/tmp" }
  return value
}
