# A service that says the time every second, until it is stopped.
job "ticker" {
  group "ticker" {
    task "tick" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "while true; do date +%T; sleep 1; done"]
      }
    }
  }
}
