/// Strings for C, packed into one block: a null-terminated array of pointers to NUL-terminated bytes.
struct CStringBlock {
  private let bytes: [CChar]
  private let offsets: [Int]

  init(_ strings: [String]) {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    bytes.reserveCapacity(strings.reduce(0) { $0 + $1.utf8.count + 1 })
    offsets.reserveCapacity(strings.count)
    for string in strings {
      offsets.append(bytes.count)
      // A NUL inside would hide the rest from the program, so it ends the string here as it would there.
      for byte in string.utf8 { bytes.append(CChar(bitPattern: byte)) }
      bytes.append(0)
    }
    self.bytes = bytes
    self.offsets = offsets
  }

  /// Calls `body` with the array of pointers, which lives until it returns. The pointers are mutable as C
  /// has it; the program's loader only reads them.
  func withPointers<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<CChar>?.self, capacity: offsets.count + 1) {
        pointers in
        for (index, offset) in offsets.enumerated() {
          let position = bytes.baseAddress.map { UnsafeMutablePointer(mutating: $0 + offset) }
          pointers.initializeElement(at: index, to: position)
        }
        pointers.initializeElement(at: offsets.count, to: nil)
        return body(pointers.baseAddress.map { UnsafePointer($0) })
      }
    }
  }
}
