import Foundation
import Testing

@testable import DriverHost

@Suite("What a library says about itself")
struct LibraryReaderTests {
  private func load(_ macros: [String]) throws -> LoadedDriver {
    let path = try TestLibraries.library("static_data.c", defining: macros)
    let library = try #require(try DriverLibrary.load(LibraryCheck(path: path, driver: "still", sha256: nil)))
    return try library.open(library.drivers[0], deadlines: DriverDeadlines(), log: { _ in })
  }

  @Test("a good library is read, with fields larger than this host's")
  func good() throws {
    let descriptor = try load([]).descriptor
    #expect(descriptor.name == "still")
    #expect(descriptor.pluginName == "still")
    #expect(descriptor.pluginVersion == "1")
    #expect(descriptor.taskSchema.fields.map(\.name) == ["size"])
    let both = try load(["FIELD_COUNT=2"]).descriptor
    #expect(both.taskSchema.fields.map(\.name) == ["size", "other"])
  }

  @Test("a higher minor version is accepted")
  func higherMinor() throws {
    #expect(try load(["ABI_MINOR=7"]).descriptor.abiVersion == ABIVersion(major: 1, minor: 7))
  }

  @Test("larger structures than this host's are accepted")
  func largerStructures() throws {
    _ = try load(["ENTRY_SIZE=sizeof(hostler_entry)+8", "TABLE_SIZE=sizeof(hostler_driver_table)+64"])
  }

  @Test("another major version is refused, and nothing more is read", arguments: [0, 2, 99])
  func otherMajor(major: Int) throws {
    // The size would make any further reading fail in another way.
    let error = try #require(throws: DriverLoadError.self) {
      try load(["ABI_MAJOR=\(major)", "ENTRY_SIZE=1", "PLUGIN_NAME=((char*)16)"])
    }
    #expect(error.problem == .abiMajor)
    #expect(error.found == "driver ABI \(major).0")
  }

  /// Mistakes in static data, and the rule that each breaks.
  static let mistakes: [(macros: [String], rule: ABIRule)] = [
    (["ENTRY=NULL"], .staticData),
    (["ENTRY=((const hostler_entry*)16)"], .staticData),
    (["ENTRY_SIZE=24"], .sizes),
    (["DESCRIPTOR_SIZE=16"], .sizes),
    (["DESCRIPTOR_SIZE=0"], .sizes),
    (["TABLE_SIZE=sizeof(hostler_driver_table)-16"], .sizes),
    (["STRIDE=8"], .sizes),
    (["STRIDE=61"], .sizes),
    (["STRIDE=1000000"], .sizes),
    (["OPEN=NULL"], .functionTable),
    (["START=NULL"], .functionTable),
    (["TABLE=NULL"], .open),
    (["TABLE=((const hostler_driver_table*)4096)"], .staticData),
    (["PLUGIN_NAME=NULL"], .names),
    (["PLUGIN_NAME=((char*)16)"], .staticData),
    (["DOC=NULL"], .names),
    (["DOC=\"\\xff\\xfe\""], .text),
    (["NAME=\"\""], .names),
    (["NAME=\"Upper\""], .names),
    (["NAME=\"9lives\""], .names),
    (["NAME=\"a/b\""], .names),
    (["NAME=\"a234567890123456789012345678901234567890123456789012345678901234\""], .names),
    (["DRIVER_COUNT=2", "SECOND_NAME=\"still\""], .names),
    (["DRIVER_COUNT=0"], .staticData),
    (["DRIVER_COUNT=(size_t)-1"], .staticData),
    (["DRIVERS=NULL"], .staticData),
    (["FIRST=NULL"], .staticData),
    (["ISOLATION=9"], .staticData),
    (["FIELDS=NULL"], .schema),
    (["FIELD_COUNT=100000"], .limits),
    (["FIELD_COUNT=(size_t)-1"], .limits),
    (["FIELD={NULL,\"x\",NULL,NULL,0,HOSTLER_FIELD_BOOL,0}"], .names),
    (["FIELD={\"a-b\",\"x\",NULL,NULL,0,HOSTLER_FIELD_BOOL,0}"], .schema),
    (["FIELD={\"a\",NULL,NULL,NULL,0,HOSTLER_FIELD_BOOL,0}"], .names),
    (["FIELD={\"a\",\"x\",NULL,NULL,0,42,0}"], .schema),
    (["FIELD={\"a\",\"x\",\"maybe\",NULL,0,HOSTLER_FIELD_BOOL,0}"], .schema),
    (["FIELD={\"a\",\"x\",\"5\",NULL,0,HOSTLER_FIELD_DURATION,0}"], .schema),
    (["FIELD={\"a\",\"x\",\"x\",NULL,0,HOSTLER_FIELD_STRING_LIST,0}"], .schema),
    (["FIELD={\"a\",\"x\",\"1\",NULL,0,HOSTLER_FIELD_INT64,HOSTLER_FIELD_REQUIRED}"], .schema),
    (["FIELD={\"a\",\"x\",NULL,NULL,3,HOSTLER_FIELD_INT64,0}"], .schema),
    (["FIELD={\"a\",\"x\",NULL,NULL,3,HOSTLER_FIELD_BLOCK,0}"], .schema),
    (["FIELD={\"other\",\"x\",NULL,NULL,0,HOSTLER_FIELD_BOOL,0}", "FIELD_COUNT=2"], .schema),
    // A block in itself, without end.
    (["FIELD={\"a\",\"x\",NULL,(const hostler_field*)fields,1,HOSTLER_FIELD_BLOCK,0}"], .limits),
  ]

  @Test("a mistake in static data is named by its rule", arguments: mistakes.indices)
  func mistake(index: Int) throws {
    let (macros, rule) = Self.mistakes[index]
    let error = try #require(throws: DriverLoadError.self, "\(macros)") { try load(macros) }
    #expect(error.problem == .ruleBroken(rule), "\(macros): \(error)")
    #expect(error.description.contains("rule \(rule): \(rule.title)"))
  }

  @Test("an open that fails is told in the driver's words")
  func openFails() throws {
    let body = "return error.write(error.context, (hostler_string){\"no licence\", 10}), HOSTLER_ERROR"
    let error = try #require(throws: DriverLoadError.self) { try load(["OPEN_BODY=\(body)"]) }
    #expect(error.problem == .openFailed)
    #expect(error.found == "no licence")
  }

  @Test("a library that the loader refuses is told in the loader's words")
  func loaderRefuses() throws {
    let path = try TestLibraries.library(
      ofText:
        "extern int nowhere_defined(void); const void *hostler_driver_entry(void) { return nowhere_defined() ? 0 : \"\"; }\n",
      named: "undefined symbol")
    let error = try #require(throws: DriverLoadError.self) {
      try DriverLibrary.load(LibraryCheck(path: path, driver: nil, sha256: nil))
    }
    #expect(error.problem == .loaderRefused)
    #expect(error.found.contains("nowhere_defined"))
    #expect(!error.found.contains("/proc/self"))
  }

  @Test("a file that is replaced is loaded anew; one that is written into is refused")
  func replaced() throws {
    let path = try TestLibraries.copy(try TestLibraries.library("static_data.c"))
    func name() throws -> String? {
      try DriverLibrary.load(LibraryCheck(path: path, driver: nil, sha256: nil))?.drivers.first?.name
    }
    #expect(try name() == "still")
    #expect(try name() == "still")
    let other = try TestLibraries.copy(
      try TestLibraries.library("static_data.c", defining: ["NAME=\"moved\""]))
    #expect(rename(other, path) == 0)
    #expect(try name() == "moved")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("x".utf8))
    try handle.close()
    let error = try #require(throws: DriverLoadError.self) { try name() }
    #expect(error.problem == .changedAfterLoad)
  }
}
