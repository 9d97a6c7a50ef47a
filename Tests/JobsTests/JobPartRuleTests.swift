import HCL
import Jobs
import Testing

@Suite("The rules of the parts of a job")
struct JobPartRuleTests {
  private func errors(_ text: String) -> [Diagnostic] {
    JobFile.parse(text, fileName: "j").diagnostics.filter { $0.severity == .error }
  }

  @Test(
    "a group that breaks a rule is one error at its place",
    arguments: [
      ("network { mode = \"odd\" }", "Unknown value", 3),
      ("network {\n hostname = \"h\"\n}", "Impossible host name", 4),
      ("network {\n port \"a\" {}\n port \"a\" {}\n}", "Name used twice", 5),
      ("network {\n port \"a\" { static = 80 }\n port \"b\" { static = 80 }\n}", "Port used twice", 5),
      ("network {\n port \"a\" { static = 70000 }\n}", "Number out of range", 4),
      ("network {\n port \"a\" { to = -2 }\n}", "Number out of range", 4),
      ("service {\n name = \"a b\"\n provider = \"nomad\"\n}", "Invalid name", 4),
      ("service { provider = \"zookeeper\" }", "Unknown value", 3),
      ("service {\n port = \"http\"\n provider = \"nomad\"\n}", "Unknown port", 4),
      ("service {\n address_mode = \"x\"\n provider = \"nomad\"\n}", "Unknown value", 4),
      ("service {\n task = \"u\"\n provider = \"nomad\"\n}", "Unknown task", 4),
      ("service { provider = \"nomad\" }\n service { provider = \"nomad\" }", "Name used twice", 4),
      ("service {\n connect {}\n}", "Mesh missing", 4),
      ("volume \"v\" {\n type = \"tape\"\n source = \"s\"\n}", "Unknown value", 4),
      ("volume \"v\" { type = \"host\" }", "Incomplete volume", 3),
      ("volume \"v\" {\n type = \"csi\"\n source = \"s\"\n}", "Storage plugin missing", 4),
      ("update { health_check = \"luck\" }", "Unknown value", 3),
      ("update {\n auto_promote = true\n}", "Impossible strategy", 4),
      ("update { min_healthy_time = \"9m\" }", "Impossible strategy", 3),
      ("update { healthy_deadline = \"20m\" }", "Impossible strategy", 3),
      ("migrate { health_check = \"manual\" }", "Unknown value", 3),
      ("scaling {\n min = 3\n max = 2\n}", "Impossible strategy", 5),
      ("scaling {\n min = 3\n max = 9\n}", "Impossible strategy", 4),
      ("disconnect { reconcile = \"x\" }", "Unknown value", 3),
      ("max_client_disconnect = \"1h\"\n disconnect { lost_after = \"1h\" }", "Impossible strategy", 4),
      ("reschedule {\n attempts = 3\n}", "Impossible reschedule policy", 3),
      ("constraint { operator = \"resembles\" }", "Impossible constraint", 3),
      ("constraint {\n attribute = \"a\"\n regexp = \"(\"\n}", "Impossible constraint", 5),
      ("constraint {\n attribute = \"a\"\n version = \"new\"\n}", "Impossible constraint", 5),
      ("constraint { distinct_property = \"\" }", "Impossible constraint", 3),
      ("affinity {\n attribute = \"a\"\n weight = 0\n}", "Impossible affinity", 5),
      ("affinity {\n attribute = \"a\"\n weight = 101\n}", "Number out of range", 5),
      ("spread {}", "Impossible spread", 3),
      (
        "spread {\n attribute = \"a\"\n target \"x\" { percent = 60 }\n target \"y\" { percent = 50 }\n}",
        "Impossible spread", 3
      ),
    ])
  func groups(_ body: String, _ summary: String, _ line: Int) {
    let errors = errors("job \"j\" {\n group \"g\" {\n\(body)\n  task \"t\" { driver = \"d\" }\n }\n}")
    // An operator that there is not is told of a constraint that names nothing, too.
    #expect(Set(errors.map(\.summary)) == [summary])
    #expect(errors.first?.range?.start.line == line)
  }

  @Test(
    "a check that breaks a rule is one error at its place",
    arguments: [
      ("type = \"http\"", "Incomplete check", 6), ("type = \"script\"", "Incomplete check", 6),
      ("", "Incomplete check", 6), ("type = \"grpc\"", "Unknown value", 7),
      ("type = \"udp\"", "Unknown value", 7),
      ("type = \"tcp\"\n port = \"b\"", "Unknown port", 8),
      ("type = \"tcp\"\n initial_status = \"fine\"", "Unknown value", 8),
      ("type = \"tcp\"\n on_update = \"x\"", "Unknown value", 8),
      ("type = \"tcp\"\n task = \"u\"", "Unknown task", 8),
      ("type = \"tcp\"\n check_restart { limit = -1 }", "Number out of range", 8),
    ])
  func checks(_ body: String, _ summary: String, _ line: Int) {
    let errors = errors(
      """
      job "j" {
        task "t" {
          driver = "d"
          service {
            provider = "nomad"
            check {
              \(body)
              interval = "5s"
              timeout = "1s"
            }
            port = "80"
          }
        }
      }
      """)
    #expect(errors.map(\.summary) == [summary])
    #expect(errors.first?.range?.start.line == line)
  }

  @Test("a check that is made too often is refused")
  func interval() {
    let text = """
      job "j" {
        task "t" {
          driver = "d"
          service {
            port = "80"
            check {
              type = "tcp"
              interval = "10ms"
              timeout = "1s"
            }
          }
        }
      }
      """
    #expect(errors(text).map(\.summary) == ["Duration out of range"])
  }

  @Test(
    "a task whose parts break a rule is one error at its place",
    arguments: [
      ("volume_mount {\n volume = \"v\"\n destination = \"/x\"\n}", "Unknown volume", 5),
      ("action \"a\" {}", "Incomplete action", 4), ("action \"\" { command = \"x\" }", "Invalid name", 4),
      ("action \"a\" { command = \"x\" }\n action \"a\" { command = \"y\" }", "Name used twice", 5),
      ("dispatch_payload { file = \"x\" }", "No payload", 4),
      ("resources {\n device \"\" {}\n}", "Incomplete device", 5),
      ("resources {\n device \"gpu\" { count = 0 }\n}", "Number out of range", 5),
      ("constraint { distinct_hosts = true }", "Impossible constraint", 4),
      ("vault {}", "Vault missing", 4), ("identity { name = \"a\" }", "Identity missing", 4),
      ("csi_plugin { id = \"a\" }", "Storage plugin refused", 4), ("secret \"s\" {}", "Secrets missing", 4),
      (
        "template {\n data = \"x\"\n destination = \"x\"\n change_mode = \"signal\"\n change_signal = \"SIGX\"\n}",
        "Unknown value", 8
      ),
      (
        "template {\n data = \"x\"\n destination = \"x\"\n wait {\n min = \"2s\"\n max = \"1s\"\n}\n}",
        "Conflicting settings", 7
      ),
      (
        "template {\n data = \"x\"\n destination = \"x\"\n change_mode = \"script\"\n change_script {}\n}",
        "Incomplete template", 8
      ),
      ("kill_signal = \"SIGX\"", "Unknown value", 4),
    ])
  func tasks(_ body: String, _ summary: String, _ line: Int) {
    let errors = errors("job \"j\" {\n task \"t\" {\n  driver = \"d\"\n\(body)\n }\n}")
    #expect(errors.map(\.summary) == [summary])
    #expect(errors.first?.range?.start.line == line)
  }

  @Test(
    "a job that breaks a rule is one error at its place",
    arguments: [
      ("type = \"batch\"\n periodic {}", "Schedule missing", 3),
      ("type = \"batch\"\n periodic { crons = [\"nonsense\"] }", "Invalid schedule", 3),
      ("type = \"batch\"\n periodic {\n cron = \"@daily\"\n crons = [\"@daily\"]\n}", "Two schedules", 4),
      ("type = \"batch\"\n periodic { cron = \"@daily\" }\n parameterized {}", "Conflicting blocks", 4),
      ("type = \"batch\"\n parameterized { payload = \"maybe\" }", "Unknown value", 3),
      (
        "type = \"batch\"\n parameterized {\n meta_required = [\"a\"]\n meta_optional = [\"a\"]\n}",
        "Conflicting settings", 5
      ),
      ("periodic { cron = \"@daily\" }", "Block not allowed", 2),
      ("parameterized {}", "Block not allowed", 2), ("multiregion {}", "Several regions", 2),
      ("type = \"system\"\n affinity {\n attribute = \"a\"\n value = \"b\"\n}", "Block not allowed", 3),
      ("type = \"batch\"\n migrate {}", "Block not allowed", 3),
      ("type = \"batch\"\n update {}", "Block not allowed", 3),
      ("reschedule { delay = \"1s\" }", "Impossible reschedule policy", 2),
      ("reschedule { attempts = -1 }", "Number out of range", 2),
      ("update { health_check = \"luck\" }", "Unknown value", 2),
    ])
  func jobs(_ body: String, _ summary: String, _ line: Int) {
    let errors = errors(
      "job \"j\" {\n\(body)\n group \"g\" {\n task \"t\" { driver = \"d\" }\n }\n group \"h\" {\n task \"t\" { driver = \"d\" }\n }\n}"
    )
    #expect(errors.map(\.summary) == [summary])
    #expect(errors.first?.range?.start.line == line)
  }

  @Test("what is right is accepted without an error")
  func right() {
    let text = """
      job "j" {
        type = "service"
        group "g" {
          network {
            port "http" {}
            port "db" { static = 5432 }
          }
          volume "v" {
            type   = "host"
            source = "data"
          }
          service {
            name     = "web-${NOMAD_GROUP_NAME}"
            port     = "http"
            provider = "nomad"
            check {
              type     = "http"
              path     = "/"
              interval = "1s"
              timeout  = "1s"
            }
            check {
              type     = "script"
              task     = "t"
              command  = "/bin/true"
              interval = "1s"
              timeout  = "1s"
            }
          }
          scaling {
            max = 3
          }
          task "t" {
            driver = "d"
            volume_mount {
              volume      = "v"
              destination = "/v"
            }
            action "a" { command = "/bin/true" }
          }
        }
      }
      """
    let result = JobFile.parse(text, fileName: "j")
    #expect(result.job != nil, "\(result.diagnostics)")
    #expect(result.job?.groups.first?.networks.first?.ports.map(\.label) == ["db", "http"])
  }

  @Test("a service of Consul and a schedule are warnings with a reason")
  func warnings() {
    let result = JobFile.parse(
      "job \"j\" {\n task \"t\" {\n driver = \"d\"\n service {}\n schedule {}\n consul {}\n }\n}",
      fileName: "j")
    #expect(result.job != nil)
    let warnings = result.diagnostics.map(\.summary)
    #expect(warnings.contains("Consul missing") && warnings.filter { $0 == "No effect" }.count == 2)
  }
}
