import Testing

@testable import Runner

@Suite("Users of the host")
struct HostUserTests {
  @Test("a user is found by name and by number, with a home and a shell")
  func known() {
    #expect(HostUser.named("root")?.home == "/root")
    #expect(HostUser.named("0") == HostUser.named("root"))
    #expect(HostUser.named("nobody")?.name == "nobody")
  }

  @Test("a number without a user stands for itself, a name without one for nobody")
  func unknown() {
    #expect(
      HostUser.named("4000000001")
        == HostUser(
          user: 4_000_000_001, group: 4_000_000_001, name: "4000000001", home: "/", shell: "/bin/sh"))
    #expect(HostUser.named("no-such-user") == nil)
  }
}
