# A whole pipeline in one group, one task for each stage in the life of an allocation:
#
#   prepare   prestart            makes the data: 200 readings of ten sensors
#   watch     prestart, sidecar   follows the server's access log for as long as anything runs
#   server    main                serves the data over HTTP, on a port of its own choosing
#   check     poststart           fetches every file, checks the sums, then asks the server to end
#   archive   poststop            packs what came out, after everything else has ended
#
#   hostler run docs/examples/pipeline.nomad.hcl

variable "archive" {
  type        = string
  default     = "/tmp/hostler-pipeline-result.tar.gz"
  description = "where the result is put"
}

variable "sensors" {
  type    = number
  default = 10
}

locals {
  shell  = "/bin/sh"
  python = "python3"
}

job "pipeline" {
  type = "batch"

  group "pipeline" {
    restart {
      attempts = 1
      delay    = "1s"
      interval = "1m"
      mode     = "fail"
    }

    task "prepare" {
      driver = "raw_exec"
      lifecycle {
        hook = "prestart"
      }
      config {
        command = local.shell
        args    = ["local/prepare.sh"]
      }
      env {
        SENSORS = var.sensors
      }
      template {
        destination = "local/prepare.sh"
        data        = <<-EOT
          set -eu
          data="$NOMAD_ALLOC_DIR/data"
          mkdir -p "$data/site"
          sensor=0
          while [ "$sensor" -lt "$SENSORS" ]; do
            awk -v s="$sensor" 'BEGIN { srand(s); for (i = 0; i < 200; i++) printf "%d,%.3f\n", i, 20 + s + rand() }' \
              > "$data/site/sensor-$sensor.csv"
            sensor=$((sensor + 1))
          done
          (cd "$data/site" && sha256sum sensor-*.csv) > "$data/sums"
          echo "prepared $SENSORS files, $(cat "$data"/site/*.csv | wc -l) readings"
        EOT
      }
    }

    task "watch" {
      driver = "raw_exec"
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }
      kill_signal = "SIGTERM"
      config {
        command = local.python
        args    = ["-u", "local/watch.py"]
      }
      template {
        destination = "local/watch.py"
        data        = <<-EOT
          import os, signal, sys, time
          data = os.environ["NOMAD_ALLOC_DIR"] + "/data"
          log = data + "/access.log"
          open(log, "a").close()
          ended = []
          signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
          requests = 0
          print("watching for requests")
          with open(log) as lines:
              while True:
                  stop = bool(ended)
                  for line in lines:
                      requests += 1
                  if stop:
                      break
                  time.sleep(0.05)
          with open(data + "/report", "w") as report:
              report.write(f"{requests} requests\n")
          print(f"saw {requests} requests")
        EOT
      }
    }

    task "server" {
      driver = "raw_exec"
      config {
        command = local.python
        args    = ["-u", "local/server.py"]
      }
      template {
        destination = "local/server.py"
        data        = <<-EOT
          import functools, http.server, os
          data = os.environ["NOMAD_ALLOC_DIR"] + "/data"
          log = open(data + "/access.log", "a", buffering=1)

          class Handler(http.server.SimpleHTTPRequestHandler):
              def do_POST(self):
                  self.server.ending = self.path == "/end"
                  self.send_response(204 if self.server.ending else 404)
                  self.end_headers()
              def log_message(self, format, *args):
                  log.write(format % args + "\n")

          server = http.server.HTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=data + "/site"))
          server.ending = False
          with open(data + "/port.new", "w") as file:
              file.write(str(server.server_port))
          os.rename(data + "/port.new", data + "/port")
          print(f"serving {len(os.listdir(data + '/site'))} files on port {server.server_port}")
          while not server.ending:
              server.handle_request()
          print("asked to end")
        EOT
      }
    }

    task "check" {
      driver = "raw_exec"
      lifecycle {
        hook = "poststart"
      }
      config {
        command = local.python
        args    = ["-u", "local/check.py"]
      }
      template {
        destination = "local/check.py"
        data        = <<-EOT
          import hashlib, os, sys, time, urllib.request
          data = os.environ["NOMAD_ALLOC_DIR"] + "/data"
          for _ in range(200):
              if os.path.exists(data + "/port"):
                  break
              time.sleep(0.05)
          base = "http://127.0.0.1:" + open(data + "/port").read()
          opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
          checked = 0
          for line in open(data + "/sums"):
              expected, name = line.split()
              body = opener.open(f"{base}/{name}", timeout=10).read()
              if hashlib.sha256(body).hexdigest() != expected:
                  sys.exit(f"{name} came back changed")
              checked += 1
          print(f"checked {checked} files over HTTP")
          opener.open(urllib.request.Request(base + "/end", method="POST"), timeout=10)
        EOT
      }
    }

    task "archive" {
      driver = "raw_exec"
      lifecycle {
        hook = "poststop"
      }
      config {
        command = local.shell
        args    = ["local/archive.sh", var.archive]
      }
      template {
        destination = "local/archive.sh"
        data        = <<-EOT
          set -eu
          cd "$NOMAD_ALLOC_DIR/data"
          tar czf "$1" site sums access.log report
          echo "archived $(tar tzf "$1" | grep -c .csv) files and the report ($(cat report)) in $1"
        EOT
      }
    }
  }
}
