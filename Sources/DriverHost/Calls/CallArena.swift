internal import CHostlerDriver

/// Memory for the inputs of one call: texts and arrays at addresses that do not change, all freed
/// together.
struct CallArena: ~Copyable {
  private var chunks: [UnsafeMutableRawBufferPointer] = []
  private var used = 0

  private static let leastChunkBytes = 4096

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  private mutating func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let start = (used + alignment - 1) & ~(alignment - 1)
    if let base = chunks.last?.baseAddress, let size = chunks.last?.count, start + byteCount <= size {
      used = start + byteCount
      return base + start
    }
    let size = max(byteCount, Self.leastChunkBytes << min(chunks.count, 8))
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    chunks.append(UnsafeMutableRawBufferPointer(start: memory, count: size))
    used = byteCount
    return memory
  }

  /// Copies a text, with a zero after it.
  mutating func string(_ text: String) -> hostler_string {
    var text = text
    return text.withUTF8 { bytes in copy(UnsafeRawBufferPointer(bytes)) }
  }

  /// Copies bytes, with a zero after them.
  mutating func copy(_ bytes: UnsafeRawBufferPointer) -> hostler_string {
    let memory = allocate(byteCount: bytes.count + 1, alignment: 1)
    UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyMemory(from: bytes)
    memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return hostler_string(data: memory.assumingMemoryBound(to: CChar.self), length: bytes.count)
  }

  /// Copies texts into an array; nil for none.
  mutating func strings(_ texts: [String]) -> UnsafePointer<hostler_string>? {
    guard !texts.isEmpty else { return nil }
    let memory = allocate(
      byteCount: texts.count * MemoryLayout<hostler_string>.stride,
      alignment: MemoryLayout<hostler_string>.alignment)
    let array = memory.bindMemory(to: hostler_string.self, capacity: texts.count)
    for (index, text) in texts.enumerated() { (array + index).initialize(to: string(text)) }
    return UnsafePointer(array)
  }
}
