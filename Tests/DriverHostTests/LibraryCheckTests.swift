import Foundation
import Testing

@testable import DriverHost

@Suite("Checks of a library's file before anything of it runs")
struct LibraryCheckTests {
  private func good() throws -> String { try TestLibraries.copy(try TestLibraries.library("static_data.c")) }

  private func failure(_ path: String, sha256: String? = nil) throws -> DriverLoadError {
    try #require(throws: DriverLoadError.self) {
      try LibraryCheck(path: path, driver: "still", sha256: sha256).run()
    }
  }

  private func changed(_ change: (inout Data) -> Void) throws -> String {
    let path = try good()
    var data = try Data(contentsOf: URL(filePath: path))
    change(&data)
    try data.write(to: URL(filePath: path))
    return path
  }

  @Test("a good library passes")
  func passes() throws {
    let file = try LibraryCheck(path: good(), driver: nil, sha256: nil).run()
    #expect(file.name == "driver.so")
  }

  @Test("a missing file names the file and what to do")
  func missing() throws {
    let error = try failure("/does/not/exist.so")
    #expect(error.problem == .noLibrary)
    #expect(error.description.contains("/does/not/exist.so"))
    #expect(error.description.contains("path"))
  }

  @Test("a directory is refused")
  func directory() throws {
    #expect(try failure(TestLibraries.directory()).problem == .notRegularFile)
  }

  @Test("a pipe is refused without waiting for its other end")
  func pipe() throws {
    let path = try TestLibraries.directory() + "/pipe.so"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(try failure(path).problem == .notRegularFile)
  }

  @Test(
    "text, an empty file and an archive are no shared object", arguments: ["#!/bin/sh\n", "", "!<arch>\n"])
  func notELF(content: String) throws {
    let path = try TestLibraries.directory() + "/driver.so"
    try Data(content.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(try failure(path).problem == .notELF)
  }

  @Test("a library for another machine is named by its machine")
  func machine() throws {
    let error = try failure(changed { $0[18] = 8 })
    #expect(error.problem == .elfMachine)
    #expect(error.found.contains("MIPS"))
  }

  @Test("a 32-bit library is refused")
  func elfClass() throws {
    let error = try failure(changed { $0[4] = 1 })
    #expect(error.problem == .elfClass)
    #expect(error.found.contains("32-bit"))
  }

  @Test("another byte order is refused")
  func byteOrder() throws {
    #expect(try failure(changed { $0[5] = 2 }).problem == .elfByteOrder)
  }

  @Test("a program is no library")
  func type() throws {
    let error = try failure(changed { $0[16] = 2 })
    #expect(error.problem == .elfType)
    #expect(error.remedy.contains("-shared"))
  }

  @Test("a library that is cut off is malformed", arguments: [20, 64, 4000])
  func truncated(count: Int) throws {
    #expect(try failure(changed { $0 = $0.prefix(count) }).problem == .malformedELF)
  }

  @Test("a library without the entry symbol is refused with its rule")
  func missingSymbol() throws {
    let path = try TestLibraries.copy(try TestLibraries.library("not_a_driver.c"))
    let error = try failure(path)
    #expect(error.problem == .missingEntrySymbol)
    #expect(error.rule == .entrySymbol)
    #expect(error.description.contains("R1"))
  }

  @Test("a file that others can write to is refused", arguments: [0o757, 0o775, 0o666])
  func writableFile(mode: Int) throws {
    let path = try TestLibraries.copy(try TestLibraries.library("static_data.c"), mode: mode)
    let error = try failure(path)
    #expect(error.problem == .writableByOthers)
    #expect(error.found.contains(String(mode, radix: 8)))
    #expect(error.remedy.contains("chmod go-w '\(path)'"))
  }

  @Test("a directory that others can write to is refused", arguments: [0o777, 0o775, 0o1777])
  func writableDirectory(mode: Int) throws {
    let path = try good()
    let directory = (path as NSString).deletingLastPathComponent
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: directory)
    #expect(try failure(path).problem == .writableByOthers)
  }

  @Test("a symbolic link is judged by what it leads to")
  func link() throws {
    let link = try TestLibraries.directory() + "/link.so"
    let target = try TestLibraries.copy(try TestLibraries.library("static_data.c"), mode: 0o777)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    #expect(try failure(link).problem == .writableByOthers)
  }

  @Test(
    "a file or directory of another user is refused",
    .enabled(if: geteuid() == 0, "only root can give files away"))
  func owner() throws {
    let path = try good()
    #expect(chown(path, 65534, 65534) == 0)
    #expect(try failure(path).problem == .owner)
    #expect(chown(path, 0, 0) == 0)
    #expect(chown((path as NSString).deletingLastPathComponent, 65534, 65534) == 0)
    #expect(try failure(path).problem == .owner)
  }

  @Test("the pinned checksum is checked, in either case of its digits")
  func checksum() throws {
    let path = try good()
    let sum = try String(TestLibraries.run("sha256sum", [path]).prefix(64))
    _ = try LibraryCheck(path: path, driver: nil, sha256: sum).run()
    _ = try LibraryCheck(path: path, driver: nil, sha256: sum.uppercased()).run()
    let error = try failure(path, sha256: String(repeating: "0", count: 64))
    #expect(error.problem == .checksum)
    #expect(error.found == sum)
    #expect(try failure(path, sha256: "abc").problem == .invalidChecksum)
  }
}
