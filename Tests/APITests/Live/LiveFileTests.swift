import Agent
import API
import Foundation
import HCL
import Lifecycle
import Runner
import Testing

@Suite("Files of an allocation over the API")
struct LiveFileTests {
  private func withFiles(_ body: (LiveAgent, String) async throws -> Void) async throws {
    try await LiveAgent.with { live in
      try await live.register(
        LiveAgent.job(
          "files",
          "echo one; echo two; echo secret > $NOMAD_SECRETS_DIR/key; echo text > local/file; mkfifo local/pipe; ln -s /etc/passwd local/out; ln -s ../secrets/key local/inner; ln -s file local/fine; touch $NOMAD_ALLOC_DIR/ready; exec sleep 1000"
        ))
      let allocation = try await live.wait(for: "files") { $0.tasks["main"]?.phase == .running }
      let root = live.agent.jobs.directory(of: allocation.id).root
      while FileSystem.kind(root + "/alloc/ready") == nil { await Task.yield() }
      try await body(live, allocation.id)
    }
  }

  @Test("are listed, told of and read")
  func readsFiles() async throws {
    try await withFiles { live, id in
      let list = try await live.client.send("GET", "/v1/client/fs/ls/\(id)?path=/main/local")
      let names = list.json?.elements?.compactMap { $0.attributes?["Name"] }
      #expect(names == ["file", "fine", "pipe"].map { .string($0) })
      let stat = try await live.client.send("GET", "/v1/client/fs/stat/\(id)?path=main/local/file")
      #expect(stat.json?.attributes?["Size"] == .number(5))
      #expect(stat.json?.attributes?["ContentType"] == .string("text/plain; charset=utf-8"))
      let cat = try await live.client.send("GET", "/v1/client/fs/cat/\(id)?path=main/local/fine")
      #expect(cat.text == "text\n")
      let part = try await live.client.send(
        "GET", "/v1/client/fs/readat/\(id)?path=main/local/file&offset=1&limit=2")
      #expect(part.text == "ex")
      let frames = try await live.client.send(
        "GET", "/v1/client/fs/stream/\(id)?path=main/local/file&follow=false&origin=end&offset=3")
      #expect(frames.text == #"{"Data":"eHQK","File":"main/local/file","Offset":5}"#)
    }
  }

  @Test(
    "never lead out of its directory, nor to secrets, nor block",
    arguments: [
      "../..", "main/../../..", "/main/local/out", "main/local/inner", "main/secrets/key", "main/secrets",
      "main/local/../secrets/key", "main/local/pipe", "main/local", "../../../../etc/passwd", "%00",
    ])
  func staysWithin(path: String) async throws {
    try await withFiles { live, id in
      for verb in ["cat", "readat", "stream"] {
        let answer = try await live.client.send(
          "GET", "/v1/client/fs/\(verb)/\(id)?path=\(path)&offset=0&follow=false")
        #expect((400..<500).contains(answer.status), "\(verb) \(path): \(answer.text)")
        #expect(!answer.text.contains("secret\n") && !answer.text.contains("root:"))
      }
    }
  }

  @Test("of a task's output are read plain and in frames, from both ends")
  func readsLogs() async throws {
    try await withFiles { live, id in
      let address = "/v1/client/fs/logs/\(id)?task=main&type=stdout"
      #expect(try await live.client.send("GET", address + "&plain=true").text == "one\ntwo\n")
      #expect(try await live.client.send("GET", address + "&plain=true&origin=end&offset=4").text == "two\n")
      let framed = try await live.client.send("GET", address)
      #expect(framed.text == #"{"Data":"b25lCnR3bwo=","File":"alloc/logs/main.stdout.0","Offset":8}"#)
      for wrong in [
        "?type=stdout", "?task=none&type=stdout", "?task=main&type=x", "?task=main&type=stdout&offset=-1",
      ] {
        #expect(try await live.client.send("GET", "/v1/client/fs/logs/\(id)\(wrong)").status == 400)
      }
    }
  }

  @Test("that are followed end with the allocation")
  func endsFollowing() async throws {
    try await withFiles { live, id in
      async let logs = live.client.send(
        "GET", "/v1/client/fs/logs/\(id)?task=main&type=stdout&plain=true&follow=true")
      _ = try await live.client.send("DELETE", "/v1/job/files")
      #expect(try await logs.text == "one\ntwo\n")
    }
  }
}
