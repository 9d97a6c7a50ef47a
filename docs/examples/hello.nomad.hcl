# The smallest job: one task that says hello and ends.
#
#   hostler run docs/examples/hello.nomad.hcl
#   hostler run -var name=you docs/examples/hello.nomad.hcl

variable "name" {
  type        = string
  default     = "world"
  description = "who is greeted"
}

job "hello" {
  type = "batch"

  group "greeting" {
    task "hello" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "echo \"Hello, ${var.name}, from task $NOMAD_TASK_NAME of job $NOMAD_JOB_ID\""]
      }
    }
  }
}
