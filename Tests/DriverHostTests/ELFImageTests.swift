import Foundation
import Testing

@testable import DriverHost

@Suite("ELF files")
struct ELFImageTests {
  private func bytes() throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: try TestLibraries.library("static_data.c"))))
  }

  private func exportsEntry(_ bytes: [UInt8]) throws -> Bool {
    try bytes.withUnsafeBytes { try ELFImage($0).exportsFunction("hostler_driver_entry") }
  }

  @Test("the entry symbol of a driver is found")
  func found() throws {
    #expect(try exportsEntry(try bytes()))
  }

  @Test("a name that is only the beginning of a symbol is not found")
  func prefix() throws {
    let bytes = try bytes()
    let isFound = try bytes.withUnsafeBytes { try ELFImage($0).exportsFunction("hostler_driver") }
    #expect(!isFound)
  }

  @Test("a hidden function is not exported")
  func hidden() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: try TestLibraries.library("not_a_driver.c"))))
    #expect(try !exportsEntry(bytes))
  }

  @Test("a file that is cut off anywhere is refused or read within its bounds")
  func truncated() throws {
    let bytes = try bytes()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      // The section headers are the last thing in the file, so every part is missed.
      #expect(throws: ELFImage.Problem.self) { try exportsEntry(Array(bytes.prefix(count))) }
    }
  }

  @Test("no changed byte makes the reader leave the file", arguments: 0..<8)
  func mutated(seed: UInt64) throws {
    let bytes = try bytes()
    var generator = SeededGenerator(seed: seed)
    // Half of the changes hit the headers, where they matter most.
    let sectionTable = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 40, as: UInt64.self)) }
    for _ in 0..<4000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place =
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: Int.random(in: 4..<64, using: &generator)
          case 1: Int.random(in: sectionTable..<bytes.count, using: &generator)
          default: Int.random(in: 0..<bytes.count, using: &generator)
          }
        changed[place] =
          [0, 0xFF, 0x7F, 0x80, UInt8.random(in: 0...255, using: &generator)]
          .randomElement(using: &generator) ?? 0
      }
      _ = try? exportsEntry(changed)
    }
  }
}
