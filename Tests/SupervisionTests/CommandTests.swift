import Foundation
import Testing

@testable import Supervision

@Suite("What a command is made of")
struct CommandTests {
  @Test("limits are read as people write them")
  func limits() throws {
    #expect(try ResourceLimit(name: "nofile", text: "1024").soft == 1024)
    #expect(try ResourceLimit(name: "nofile", text: "1024").hard == 1024)
    let core = try ResourceLimit(name: "core", text: "0:unlimited")
    #expect(core.soft == 0 && core.hard == ResourceLimit.unlimited)
    #expect(try ResourceLimit(name: "stack", text: "unlimited").soft == ResourceLimit.unlimited)
  }

  @Test(
    "limits that are none are refused", arguments: ["", ":", "1:", ":1", "1:2:3", "-1", "a", "2:1", "1 "])
  func oddLimits(text: String) {
    #expect(throws: SupervisionError.self) { try ResourceLimit(name: "nofile", text: text) }
  }

  @Test("the kernel's numbers of the limits are right")
  func limitNumbers() throws {
    #expect(try ResourceLimit(name: "nofile", text: "1").number == Int32(RLIMIT_NOFILE.rawValue))
    #expect(try ResourceLimit(name: "core", text: "1").number == Int32(RLIMIT_CORE.rawValue))
    #expect(try ResourceLimit(name: "as", text: "1").number == Int32(RLIMIT_AS.rawValue))
  }

  @Test("a user is found by name and by number; a number need not be known")
  func users() throws {
    #expect(try Credentials(user: "root").userID == 0)
    #expect(try Credentials(user: "0") == Credentials(user: "root"))
    let stranger = try Credentials(user: "3999999999")
    #expect(stranger.userID == 3_999_999_999 && stranger.groupID == 3_999_999_999)
    #expect(throws: SupervisionError.self) { try Credentials(user: "no-such-user-here") }
    #expect(throws: SupervisionError.self) { try Credentials(user: "-1") }
  }

  @Test("a command is searched for in order, and only where paths are absolute")
  func search() throws {
    let search = ExecutableSearch(directories: ["/no/such"], path: ".:relative:/no/such:/usr/bin:/bin")
    #expect(try search.find("sh").hasSuffix("/sh"))
    #expect(try search.find("/any/thing") == "/any/thing")
    #expect(throws: SupervisionError.self) { try search.find("") }
    #expect(throws: SupervisionError.self) { try search.find("bin/sh") }
    #expect(try ExecutableSearch(directories: [], path: nil).find("sh").hasSuffix("/sh"))
    #expect(throws: SupervisionError.self) { try ExecutableSearch(directories: [], path: "").find("sh") }
    #expect(try ExecutableSearch(directories: ["/"], path: nil).find("bin/sh") == "//bin/sh")
  }

  @Test("a handle is read back as it was written")
  func handle() throws {
    let process = ProcessIdentity(pid: 42, birthKind: .inode, birth: .max, bootID: "boot")
    for group in [nil, ControlGroup(path: "/sys/fs/cgroup/hostler/a:b\tc")] {
      let handle = TaskHandle(process: process, startedAtNanoseconds: 5, controlGroup: group)
      #expect(TaskHandle(bytes: handle.bytes) == handle)
    }
    #expect(TaskHandle(bytes: []) == nil)
    #expect(TaskHandle(bytes: Array("a\tb\tc\td\te\tf".utf8)) == nil)
  }

  @Test("the strings that a program gets are packed as they are")
  func strings() {
    func packed(_ strings: [String]) -> [String?] {
      CStringBlock(strings).withPointers { pointers in
        (0...strings.count).map { index in pointers?[index].map { String(cString: $0) } }
      }
    }
    #expect(packed(["a", "", "déjà vu"]) == ["a", "", "déjà vu", nil])
    #expect(packed([]) == [nil])
    #expect(packed([""]) == ["", nil])
  }
}
