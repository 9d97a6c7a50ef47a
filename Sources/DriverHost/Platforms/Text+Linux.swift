#if canImport(Glibc)
  internal import Glibc
#endif

extension String {
  /// Whether there is a zero among the bytes.
  var holdsZeroByte: Bool {
    utf8.withContiguousStorageIfAvailable { bytes in
      bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
    } ?? utf8.contains(0)
  }

  /// Whether these are the string's bytes: false for a string whose bytes had to be repaired.
  func consists(of bytes: UnsafeRawBufferPointer) -> Bool {
    guard utf8.count == bytes.count else { return false }
    guard let start = bytes.baseAddress else { return true }
    return withCString { memcmp($0, start, bytes.count) == 0 }
  }
}

/// A copy of a text as a C string that is never released.
func keptCString(_ text: String) -> UnsafePointer<CChar>? { UnsafePointer(strdup(text)) }

/// Whether two C strings hold the same text.
func areEqual(_ left: UnsafePointer<CChar>, _ right: UnsafePointer<CChar>) -> Bool {
  strcmp(left, right) == 0
}
