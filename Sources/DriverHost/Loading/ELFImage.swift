/// As much of an ELF file as is needed to know, before it is loaded, whether it can be a driver.
///
/// The bytes are untrusted: every offset and size is checked before it is used.
struct ELFImage {
  /// What is wrong with a file.
  enum Problem: Error, Hashable {
    case notELF
    case elfClass(UInt8)
    case byteOrder(UInt8)
    case machine(UInt16)
    case type(UInt16)
    case malformed(String)
  }

  /// The machine that this program was built for, as ELF numbers it.
  static var ownMachine: UInt16 {
    #if arch(x86_64)
      62
    #elseif arch(arm64)
      183
    #elseif arch(riscv64)
      243
    #elseif arch(s390x)
      22
    #else
      #error("which ELF machine is this?")
    #endif
  }

  /// What people call a machine.
  static func name(ofMachine machine: UInt16) -> String {
    let names: [UInt16: String] = [
      3: "x86 (32 bit)", 8: "MIPS", 20: "PowerPC", 21: "PowerPC (64 bit)", 22: "s390x", 40: "ARM (32 bit)",
      62: "x86-64", 183: "AArch64", 243: "RISC-V",
    ]
    return names[machine] ?? "machine number \(machine)"
  }

  private static let headerBytes = 64
  private static let sectionHeaderBytes = 64
  private static let segmentHeaderBytes = 56
  private static let loadedSegmentType: UInt32 = 1
  private static let symbolBytes = 24
  private static let symbolTableType: UInt32 = 11
  private static let emptySectionType: UInt32 = 8

  private let bytes: UnsafeRawBufferPointer
  private let sectionTableOffset: UInt64
  private let sectionHeaderSize: UInt16
  private let sectionCount: UInt16

  /// Reads the header and checks that the file is a shared library for this machine.
  init(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
    guard bytes.count >= 4, bytes.prefix(4).elementsEqual([0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
    guard bytes.count >= Self.headerBytes else {
      throw .malformed("it ends within its header, after \(bytes.count) bytes")
    }
    guard bytes[4] == 2 else { throw .elfClass(bytes[4]) }
    let ownByteOrder: UInt8 = 1.littleEndian == 1 ? 1 : 2
    guard bytes[5] == ownByteOrder else { throw .byteOrder(bytes[5]) }
    self.bytes = bytes
    let machine = bytes.loadUnaligned(fromByteOffset: 18, as: UInt16.self)
    guard machine == Self.ownMachine else { throw .machine(machine) }
    let type = bytes.loadUnaligned(fromByteOffset: 16, as: UInt16.self)
    guard type == 3 else { throw .type(type) }
    try Self.checkSegments(bytes)
    sectionTableOffset = bytes.loadUnaligned(fromByteOffset: 40, as: UInt64.self)
    sectionHeaderSize = bytes.loadUnaligned(fromByteOffset: 58, as: UInt16.self)
    sectionCount = bytes.loadUnaligned(fromByteOffset: 60, as: UInt16.self)
  }

  /// Checks that everything the loader is going to map is in the file: touching a page that is mapped
  /// beyond a file's end would end the process.
  private static func checkSegments(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
    let tableOffset = bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
    let headerSize = bytes.loadUnaligned(fromByteOffset: 54, as: UInt16.self)
    let count = bytes.loadUnaligned(fromByteOffset: 56, as: UInt16.self)
    guard Int(headerSize) >= segmentHeaderBytes, count > 0 else {
      throw .malformed("there is nothing to load in it")
    }
    for index in 0..<count {
      let (offset, overflow) = tableOffset.addingReportingOverflow(UInt64(index) * UInt64(headerSize))
      guard !overflow, bytes.count >= segmentHeaderBytes,
        offset <= UInt64(bytes.count - segmentHeaderBytes)
      else { throw .malformed("segment header \(index) lies beyond its end: it seems to be cut off") }
      let start = Int(offset)
      guard bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self) == loadedSegmentType else { continue }
      let position = bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
      let size = bytes.loadUnaligned(fromByteOffset: start + 32, as: UInt64.self)
      guard position <= UInt64(bytes.count), size <= UInt64(bytes.count) - position else {
        throw .malformed("segment \(index) lies beyond its end: it seems to be cut off")
      }
    }
  }

  private struct Section {
    var type: UInt32
    var range: Range<Int>
    var link: UInt32
    var entrySize: UInt64
  }

  /// Whether the library exports a function of a name.
  func exportsFunction(_ name: String) throws(Problem) -> Bool {
    let wanted = Array(name.utf8) + [0]
    // A table that is cut off shows that the file is, wherever the symbols are.
    if sectionCount > 0 { _ = try section(sectionCount - 1) }
    for index in 0..<sectionCount {
      let section = try section(index)
      guard section.type == Self.symbolTableType else { continue }
      guard section.entrySize == UInt64(Self.symbolBytes) else {
        throw .malformed("its symbols are \(section.entrySize) bytes each and not \(Self.symbolBytes)")
      }
      guard section.link < UInt32(sectionCount) else {
        throw .malformed("its symbol table has no names")
      }
      let names = try self.section(UInt16(section.link)).range
      // An entry that is cut off at the end is not looked at.
      let count = section.range.count / Self.symbolBytes
      for symbol in 0..<count {
        if defines(wanted, symbolAt: section.range.lowerBound + symbol * Self.symbolBytes, names: names) {
          return true
        }
      }
      return false
    }
    throw .malformed("it has no table of exported symbols")
  }

  private func defines(_ wanted: [UInt8], symbolAt offset: Int, names: Range<Int>) -> Bool {
    let kind = bytes[offset + 4] & 0x0F
    let binding = bytes[offset + 4] >> 4
    let visibility = bytes[offset + 5] & 3
    let section = bytes.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self)
    // A function, or one that is chosen at load; global, weak or unique; defined here; default or
    // protected visibility.
    guard kind == 2 || kind == 10, binding == 1 || binding == 2 || binding == 10, section != 0,
      visibility == 0 || visibility == 3
    else { return false }
    let start = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    guard start <= names.count, names.count - start >= wanted.count else { return false }
    let found = bytes[(names.lowerBound + start)..<(names.lowerBound + start + wanted.count)]
    return found.elementsEqual(wanted)
  }

  private func section(_ index: UInt16) throws(Problem) -> Section {
    guard Int(sectionHeaderSize) >= Self.sectionHeaderBytes else {
      throw .malformed("its section headers are \(sectionHeaderSize) bytes each")
    }
    let (offset, overflow) = sectionTableOffset.addingReportingOverflow(
      UInt64(index) * UInt64(sectionHeaderSize))
    let last = UInt64(bytes.count - Self.sectionHeaderBytes)
    guard !overflow, offset <= last else {
      throw .malformed("section header \(index) lies beyond its end: it seems to be cut off")
    }
    let start = Int(offset)
    let type = bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self)
    var range = 0..<0
    // A section without bytes in the file may say anything.
    if type != Self.emptySectionType {
      let position = bytes.loadUnaligned(fromByteOffset: start + 24, as: UInt64.self)
      let size = bytes.loadUnaligned(fromByteOffset: start + 32, as: UInt64.self)
      let available = UInt64(bytes.count)
      guard position <= available, size <= available - position else {
        throw .malformed("section \(index) lies beyond its end: it seems to be cut off")
      }
      range = Int(position)..<Int(position + size)
    }
    return Section(
      type: type, range: range, link: bytes.loadUnaligned(fromByteOffset: start + 40, as: UInt32.self),
      entrySize: bytes.loadUnaligned(fromByteOffset: start + 56, as: UInt64.self))
  }
}
