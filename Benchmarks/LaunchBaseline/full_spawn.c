/* What a launch costs a C program that makes for each task what hostler makes: the allocation's directories,
 * the log files, two pipes, a cgroup that the process is started in and that is removed after, and the
 * spawn. The output is read at the end, and never looked at. Directories and log files stay, as they do.
 *
 * usage: full_spawn DATA_DIRECTORY [COUNT [CONCURRENCY]]; prints tasks per second.
 * Without a cgroup v2 tree that can be written to, no cgroups are made, and it says so.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "CSpawn.h"

extern char **environ;
static int count = 2000, concurrency = 2;
static const char *data_directory;
static char cgroup_root[128];
static atomic_int next_task;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void make_directory(const char *path) {
  if (mkdir(path, 0755) != 0 && errno != EEXIST) fail(path);
}

static void launch(int number, int null_device) {
  static const char *const directories[] = {"", "/alloc", "/alloc/data", "/alloc/logs", "/alloc/tmp", "/task",
                                            "/task/local", "/task/secrets", "/task/tmp"};
  char base[3072], path[4096], cgroup[256];
  snprintf(base, sizeof base, "%s/allocation-%08d", data_directory, number);
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    snprintf(path, sizeof path, "%s%s", base, directories[i]);
    make_directory(path);
  }
  int reading[2], writing[2];
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/alloc/logs/task.%s.0", base, i ? "stderr" : "stdout");
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) fail(path);
    close(file);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    reading[i] = ends[0];
    writing[i] = ends[1];
  }
  int group = -1;
  if (cgroup_root[0]) {
    snprintf(cgroup, sizeof cgroup, "%s/baseline-%08d", cgroup_root, number);
    make_directory(cgroup);
    if ((group = open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) fail(cgroup);
  }
  snprintf(path, sizeof path, "%s/task", base);
  char *arguments[] = {"/bin/true", NULL};
  hostler_spawn_request request = {.program = arguments[0], .arguments = arguments, .environment = environ, .announce_to = -1, .passed = -1,
      .directory = path, .standard_input = null_device, .standard_output = writing[0],
      .standard_error = writing[1], .cgroup = group};
  hostler_spawn_result result;
  if (hostler_spawn(&request, &result) != 0) {
    errno = result.error;
    fail("spawn");
  }
  close(writing[0]);
  close(writing[1]);
  if (group >= 0) close(group);
  struct pollfd end = {.fd = result.pidfd, .events = POLLIN};
  while (poll(&end, 1, -1) < 0 && errno == EINTR) {}
  int value = -1;
  if (hostler_process_exit(result.pidfd, result.pid, &value) != HOSTLER_EXIT_CODE || value != 0) fail("exit");
  close(result.pidfd);
  for (int i = 0; i < 2; i++) {
    char bytes[256];
    while (read(reading[i], bytes, sizeof bytes) > 0) {}
    close(reading[i]);
  }
  if (group >= 0 && rmdir(cgroup) != 0) fail(cgroup);
}

static void *work(void *unused) {
  (void)unused;
  int null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int number; (number = atomic_fetch_add(&next_task, 1)) < count;) launch(number, null_device);
  close(null_device);
  return NULL;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Processor time of this process and its threads, without its children's. */
static double own_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: %s DATA_DIRECTORY [COUNT [CONCURRENCY]]\n", argv[0]), 2;
  data_directory = argv[1];
  if (argc > 2) count = atoi(argv[2]);
  if (argc > 3) concurrency = atoi(argv[3]);
  if (concurrency > 64) concurrency = 64;
  make_directory(data_directory);
  const char *places[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
  for (int i = 0; i < 2 && !cgroup_root[0]; i++) {
    if (!hostler_is_cgroup2(places[i])) continue;
    snprintf(cgroup_root, sizeof cgroup_root, "%s/hostler-baseline", places[i]);
    if (mkdir(cgroup_root, 0755) != 0 && errno != EEXIST) cgroup_root[0] = 0;
  }
  if (!cgroup_root[0]) fprintf(stderr, "no cgroup v2 tree to write to: measured without cgroups\n");
  pthread_t threads[64];
  double own = own_seconds();
  double before = seconds();
  for (int i = 0; i < concurrency; i++) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < concurrency; i++) pthread_join(threads[i], NULL);
  printf("full_spawn_tasks_per_second %.0f\n", count / (seconds() - before));
  printf("full_spawn_own_microseconds_per_task %.0f\n", (own_seconds() - own) / count * 1e6);
  if (cgroup_root[0]) rmdir(cgroup_root);
  return 0;
}
