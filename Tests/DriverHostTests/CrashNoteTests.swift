import Testing

@testable import DriverHost

@Suite("A library that ends the process which loads it")
struct CrashNoteTests {
  @Test(
    "the end names the library, the signal and what to do",
    arguments: [
      ("raise(SIGSEGV)", "SIGSEGV", 11), ("abort()", "SIGABRT", 6), ("*(volatile int *)8 = 1", "SIGSEGV", 11),
      ("raise(SIGFPE)", "SIGFPE", 8),
    ])
  func constructor(mistake: String, name: String, number: Int32) throws {
    let path = try TestLibraries.library("constructor.c", defining: ["MISTAKE=\(mistake)"])
    let output = try TestLibraries.runToEnd(TestLibraries.program("driver-load-probe"), [path])
    // A sanitizer ends the process in its own way.
    #expect(output.signal == number || output.status != 0, "\(output)")
    #expect(output.text.contains("hostler: driver library \(path) raised \(name) while it was loaded"))
    #expect(output.text.contains("isolation = \"process\""))
  }

  @Test("a crash in open is told too")
  func open() throws {
    let path = try TestLibraries.library("static_data.c", defining: ["OPEN_BODY=abort()"])
    let output = try TestLibraries.runToEnd(TestLibraries.program("driver-load-probe"), [path, "still"])
    #expect(output.signal == 6 || output.status != 0)
    #expect(output.text.contains("driver library \(path) raised SIGABRT"))
  }

  @Test("a library that calls exit while it is loaded is named, and it is no success")
  func exit() throws {
    let path = try TestLibraries.library("constructor.c", defining: ["MISTAKE=exit(0)"])
    let output = try TestLibraries.runToEnd(TestLibraries.program("driver-load-probe"), [path])
    #expect(output.status == 2, "\(output)")
    #expect(output.text.contains("driver library \(path) called exit while it was loaded"))
  }

  @Test("a crash in a call after loading names the driver and the call")
  func call() throws {
    let path = try TestLibraries.library("static_data.c", defining: ["FINGERPRINT_BODY=abort()"])
    let output = try TestLibraries.runToEnd(TestLibraries.program("driver-load-probe"), [path, "still"])
    #expect(output.signal == 6 || output.status != 0)
    #expect(
      output.text.contains("hostler: driver still (\(path)) raised SIGABRT in a call of fingerprint"),
      "\(output)")
  }

  @Test("a library that ends well leaves no note behind")
  func noNote() throws {
    let path = try TestLibraries.library("scripted.c")
    let output = try TestLibraries.runToEnd(TestLibraries.program("driver-load-probe"), [path])
    #expect(output.text == "loaded scripted\n")
    #expect(output.status == 0)
  }
}
