import Agent
import Foundation
import HCL
import Testing

@testable import API

@Suite("The API with access control")
struct LiveAccessTests {
  @Test("answers nothing without a token but what is for everybody")
  func refusesWithoutToken() async throws {
    try await LiveAgent.with(hasAccessControl: true) { live in
      for route in RouteTable.standard.routes where route.policy != .anonymous {
        let method = ["get": "GET", "put": "PUT", "delete": "DELETE"]["\(route.verb)"] ?? ""
        let path =
          "/" + route.path.split(separator: "/").map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
        for headers in [
          [:], ["X-Nomad-Token": "11111111-1111-1111-1111-111111111111"], ["Authorization": "Bearer abc"],
        ] {
          let answer = try await live.client.send(method, path, headers: headers)
          #expect(answer.status == 403, "\(method) \(path)")
        }
      }
      #expect(try await live.client.send("GET", "/v1/agent/health").status == 200)
    }
  }

  @Test("is bootstrapped once, and tokens may do what their policies say")
  func bootstraps() async throws {
    try await LiveAgent.with(hasAccessControl: true) { live in
      let bootstrap = try await live.client.send("POST", "/v1/acl/bootstrap")
      let secret = try #require(bootstrap.json?.attributes?["SecretID"]?.text)
      #expect(try await live.client.send("POST", "/v1/acl/bootstrap").status == 400)
      let manager = ["X-Nomad-Token": secret]
      let rules = #"{"Rules":"namespace \"default\" { policy = \"read\" }"}"#
      #expect(
        try await live.client.send("PUT", "/v1/acl/policy/reader", body: rules, headers: manager).status
          == 200)
      let made = try await live.client.send(
        "POST", "/v1/acl/token", body: #"{"Type":"client","Policies":["reader"]}"#, headers: manager)
      let reader = ["Authorization": "Bearer \(made.json?.attributes?["SecretID"]?.text ?? "")"]
      #expect(try await live.client.send("GET", "/v1/jobs", headers: reader).status == 200)
      #expect(try await live.client.send("DELETE", "/v1/job/x", headers: reader).status == 403)
      #expect(try await live.client.send("GET", "/v1/acl/tokens", headers: reader).status == 403)
      let accessor = made.json?.attributes?["AccessorID"]?.text ?? ""
      let read = try await live.client.send("GET", "/v1/acl/token/\(accessor)", headers: manager)
      #expect(read.json?.attributes?["SecretID"]?.text == "")
      #expect(
        try await live.client.send("DELETE", "/v1/acl/token/\(accessor)", headers: manager).status == 200)
      #expect(try await live.client.send("GET", "/v1/jobs", headers: reader).status == 403)
      let file = live.agent.dataDirectory.path + "/acl.json"
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try !String(contentsOfFile: file, encoding: .utf8).contains(secret))
    }
  }

  @Test("does not answer pages of other sites")
  func refusesForeignPages() async throws {
    #expect(BrowserCheck.isForeign(origin: "http://evil.example", host: "127.0.0.1:4646", names: ["vm"]))
    #expect(BrowserCheck.isForeign(origin: nil, host: "evil.example:4646", names: ["vm"]))
    #expect(BrowserCheck.isForeign(origin: "null", host: "127.0.0.1:4646", names: ["vm"]))
    #expect(!BrowserCheck.isForeign(origin: "http://127.0.0.1:4646", host: "127.0.0.1:4646", names: ["vm"]))
    #expect(!BrowserCheck.isForeign(origin: nil, host: "[::1]:4646", names: ["vm"]))
    #expect(!BrowserCheck.isForeign(origin: nil, host: "vm:4646", names: ["vm"]))
    #expect(!BrowserCheck.isForeign(origin: nil, host: "nomad.example", names: nil))
    try await LiveAgent.with { live in
      let answer = try await live.client.send("GET", "/v1/jobs", headers: ["Origin": "http://evil.example"])
      #expect(answer.status == 403)
    }
  }
}
