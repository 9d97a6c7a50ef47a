import CHostlerDriver
import Foundation
import Testing

/// What the libraries say about themselves is as the header demands.
@Suite("driver libraries", .enabled(if: TestSystem.canLoadDrivers))
struct LibraryTests {
  @Test("the entry and the descriptors follow the ABI", arguments: ["raw_exec", "mock_driver"])
  func entry(library: String) throws {
    let entry = try LoadedDriver.entry(library)
    #expect(entry == (try LoadedDriver.entry(library)))
    #expect(entry.pointee.abi_major == 1 && entry.pointee.abi_minor == 0)
    #expect(entry.pointee.size == MemoryLayout<hostler_entry>.size)
    #expect(entry.pointee.driver_count == 1)
    let descriptor = try #require(entry.pointee.drivers[0]).pointee
    #expect(descriptor.size == MemoryLayout<hostler_driver_descriptor>.size)
    #expect(String(cString: descriptor.name) == library)
    for schema in [descriptor.plugin_schema, descriptor.task_schema] {
      #expect(schema.stride == MemoryLayout<hostler_field>.stride)
      check(fields: schema.fields, count: schema.field_count)
    }
  }

  private func check(fields: UnsafePointer<hostler_field>?, count: Int) {
    var names: Set<String> = []
    for field in UnsafeBufferPointer(start: fields, count: count) {
      let name = String(cString: field.name)
      #expect(names.insert(name).inserted)
      #expect(name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil)
      #expect(String(cString: field.doc).hasSuffix("."))
      #expect((1...10).contains(field.type))
      #expect(field.flags & UInt32(HOSTLER_FIELD_REQUIRED) == 0 || field.default_value == nil)
      check(fields: field.fields, count: field.field_count)
    }
  }

  @Test("a driver that the library does not have is refused")
  func unknownDriver() throws {
    let error = Collected()
    var driver = hostler_driver()
    let status = try LoadedDriver.entry("raw_exec").pointee.open(nil, "raw_exe", &driver, error.sink)
    #expect(status == hostler_status(HOSTLER_NOT_FOUND))
    #expect(error.text.contains("raw_exe"))
    #expect(driver.table == nil)
  }

  @Test("structures that are missing or too short are refused, not read")
  func shortStructures() throws {
    let error = Collected()
    var driver = hostler_driver()
    try #require(
      try LoadedDriver.entry("mock_driver").pointee.open(nil, "mock_driver", &driver, error.sink)
        == hostler_status(HOSTLER_OK))
    let table = try #require(driver.table).pointee
    let invalid = hostler_status(HOSTLER_INVALID)
    var answer = hostler_task_started()
    #expect(table.start(driver.instance, nil, &answer, error.sink) == invalid)
    var request = hostler_task_request()
    request.size = 16
    #expect(table.start(driver.instance, &request, &answer, error.sink) == invalid)
    #expect(table.wait(driver.instance, hostler_string(), nil, error.sink) == invalid)
    #expect(table.restore_complete(nil, error.sink) == invalid)
    table.close(driver.instance)
  }
}
