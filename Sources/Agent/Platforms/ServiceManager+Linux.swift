import Glibc

/// Tells the service manager that started this process how far it is; see `sd_notify(3)`.
public enum ServiceManager {
  /// What can be told.
  public enum State: Sendable {
    /// The agent serves.
    case ready
    /// The agent reads its configuration again; to be followed by ``ready``.
    case reloading
    /// The agent goes down.
    case stopping
  }

  /// Tells it, when there is a service manager that listens.
  public static func notify(_ state: State) {
    guard let path = environmentVariable("NOTIFY_SOCKET"), let first = path.utf8.first,
      first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
    else { return }
    let message =
      switch state {
      case .ready: "READY=1\nMAINPID=\(getpid())\n"
      case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())\n"
      case .stopping: "STOPPING=1\n"
      }
    send(message, to: path)
  }

  private static func monotonicMicroseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1000
  }

  private static func send(_ message: String, to path: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // A name of the abstract kind begins with a zero byte.
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = MemoryLayout<sa_family_t>.size + bytes.count
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // A manager that does not listen any more is none of our business.
        _ = sendto(
          descriptor, message, message.utf8.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
      }
    }
  }
}
