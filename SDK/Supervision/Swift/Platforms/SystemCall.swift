#if canImport(Glibc)
  import Glibc
#endif

/// The operating system's own sentence for an errno ("No such file or directory").
public func describe(errno number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

/// Closes a descriptor that this module owns; -1 is none.
func closeDescriptor(_ descriptor: Int32) {
  if descriptor >= 0 { _ = close(descriptor) }
}

/// Nanoseconds since 1970-01-01 UTC.
func wallClockNanoseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// Reads a small file (of /proc, of a cgroup) as text; nil when it cannot be read.
func readSmallFile(_ path: String, maximumBytes: Int = 65_536) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { closeDescriptor(descriptor) }
  var text: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while text.count < maximumBytes {
    let count = retrying { read(descriptor, &chunk, chunk.count) }
    if count < 0 { return nil }
    if count == 0 { break }
    text.append(contentsOf: chunk[..<count])
  }
  return String(decoding: text, as: UTF8.self)
}
