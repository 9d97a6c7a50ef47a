/* What raw_exec itself costs: start, wait, inspect and destroy through its C table, nothing else.
 *
 * usage: raw_exec_launch LIBRARY DATA_DIRECTORY [COUNT [CONCURRENCY [COMMAND]]]
 *
 * Makes the log directory only; prints tasks per second, and the cost of inspect on a running task.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hostler/driver.h"

static hostler_driver driver;
static const char *command, *data_directory;
static int count = 2000, concurrency = 2;
static atomic_int next_task;

static hostler_string text(const char *value) { return (hostler_string){value, strlen(value)}; }

static void print_error(void *context, hostler_string bytes) {
  (void)context;
  fprintf(stderr, "%.*s\n", (int)bytes.length, bytes.data);
}
static const hostler_sink errors = {NULL, print_error};
static void ignore(void *context, hostler_string bytes) {
  (void)context;
  (void)bytes;
}
static void ignore_pair(void *context, hostler_string key, hostler_string value) {
  (void)context;
  (void)key;
  (void)value;
}

static void check(hostler_status status, const char *what) {
  if (status == HOSTLER_OK) return;
  fprintf(stderr, "%s failed with status %d\n", what, status);
  exit(1);
}

/* A configuration that has a command, or nothing at all. */
static hostler_status no_bool(const void *c, const char *n, int32_t *v) { return (void)c, (void)n, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status no_int(const void *c, const char *n, int64_t *v) { return (void)c, (void)n, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status no_double(const void *c, const char *n, double *v) { return (void)c, (void)n, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status get_string(const void *context, const char *name, hostler_string *value) {
  if (context == NULL || strcmp(name, "command") != 0) return HOSTLER_NOT_FOUND;
  *value = text(context);
  return HOSTLER_OK;
}
static hostler_status no_count(const void *c, const char *n, size_t *v) { return (void)c, (void)n, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status no_item(const void *c, const char *n, size_t i, hostler_string *v) { return (void)c, (void)n, (void)i, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status no_entry(const void *c, const char *n, size_t i, hostler_string *k, hostler_string *v) { return (void)c, (void)n, (void)i, (void)k, (void)v, HOSTLER_NOT_FOUND; }
static hostler_status no_block(const void *c, const char *n, size_t i, hostler_config *v) { return (void)c, (void)n, (void)i, (void)v, HOSTLER_NOT_FOUND; }
static const hostler_config_getters getters = {sizeof getters, no_bool, no_int, no_double, get_string, no_count, no_item, no_entry, no_block};

static void host_log(void *context, hostler_log_level level, hostler_string message) {
  (void)context;
  fprintf(stderr, "driver log %d: %.*s\n", level, (int)message.length, message.data);
}
static const void *no_extension(void *context, const char *name) { return (void)context, (void)name, NULL; }

static void start(int number, const char *program, char *id, size_t size) {
  char standard_output[64], standard_error[64];
  snprintf(id, size, "0f0e0d0c-bench-%08d/task/%08d", number, number);
  snprintf(standard_output, sizeof standard_output, "task%d.stdout", number);
  snprintf(standard_error, sizeof standard_error, "task%d.stderr", number);
  hostler_string environment[] = {text("PATH=/usr/bin:/bin"), text("NOMAD_TASK_NAME=task")};
  hostler_task_request request = {.size = sizeof request, .task_id = text(id), .environment = environment, .environment_count = 2,
      .task_directory = text(data_directory), .local_directory = text(data_directory)};
  request.logs = (hostler_task_logs){.size = sizeof request.logs, .directory = text(data_directory), .stdout_name = text(standard_output),
      .stderr_name = text(standard_error), .max_file_bytes = 10 << 20, .max_files = 10};
  request.config = (hostler_config){program, &getters};
  hostler_task_started started = {.size = sizeof started, .handle = {NULL, ignore}, .ip = {NULL, ignore}, .ports = {NULL, ignore_pair}};
  check(driver.table->start(driver.instance, &request, &started, errors), "start");
}

static void *work(void *unused) {
  (void)unused;
  char id[64];
  for (int number; (number = atomic_fetch_add(&next_task, 1)) < count;) {
    start(number, command, id, sizeof id);
    struct pollfd end = {.fd = -1, .events = POLLIN};
    check(driver.table->wait(driver.instance, text(id), &end.fd, errors), "wait");
    while (poll(&end, 1, -1) < 0 && errno == EINTR) {}
    hostler_task_status status = {.size = sizeof status};
    check(driver.table->inspect(driver.instance, text(id), &status, errors), "inspect");
    if (status.state != HOSTLER_TASK_EXITED || status.exit_unknown) exit(fprintf(stderr, "%s has not ended\n", id));
    check(driver.table->destroy(driver.instance, text(id), 0, errors), "destroy");
    close(end.fd);
    char path[4096];
    for (int i = 0; i < 2; i++) {
      snprintf(path, sizeof path, "%s/task%d.%s.0", data_directory, number, i ? "stderr" : "stdout");
      unlink(path);
    }
  }
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
  if (argc < 3) return fprintf(stderr, "usage: %s LIBRARY DATA_DIRECTORY [COUNT [CONCURRENCY [COMMAND]]]\n", argv[0]), 2;
  data_directory = argv[2];
  if (argc > 3) count = atoi(argv[3]);
  if (argc > 4) concurrency = atoi(argv[4]);
  command = argc > 5 ? argv[5] : "/bin/true";
  if (mkdir(data_directory, 0755) != 0 && errno != EEXIST) return perror(data_directory), 1;
  double before = seconds();
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  hostler_entry_function entry_function = (hostler_entry_function)dlsym(library, HOSTLER_ENTRY_SYMBOL);
  if (entry_function == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  const hostler_entry *entry = entry_function();
  hostler_host host = {.size = sizeof host, .abi_major = HOSTLER_ABI_MAJOR, .log = host_log, .extension = no_extension};
  check(entry->open(&host, entry->drivers[0]->name, &driver, errors), "open");
  hostler_config nothing = {NULL, &getters};
  check(driver.table->configure(driver.instance, &nothing, errors), "configure");
  check(driver.table->restore_complete(driver.instance, errors), "restore_complete");
  printf("load_milliseconds %.2f\n", (seconds() - before) * 1e3);

  pthread_t threads[64];
  if (concurrency > 64) concurrency = 64;
  double own = own_seconds();
  before = seconds();
  for (int i = 0; i < concurrency; i++) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < concurrency; i++) pthread_join(threads[i], NULL);
  printf("raw_exec_tasks_per_second %.0f\n", count / (seconds() - before));
  printf("raw_exec_own_microseconds_per_task %.0f\n", (own_seconds() - own) / count * 1e6);

  static const char *const programs[] = {"/bin/cat", "/usr/bin/yes"};
  for (int i = 0; i < 2; i++) {
    char id[64];
    start(count + i, programs[i], id, sizeof id);
    struct pollfd end = {.fd = -1, .events = POLLIN};
    check(driver.table->wait(driver.instance, text(id), &end.fd, errors), "wait");
    if (i == 0) poll(&end, 1, -1);
    else check(driver.table->signal(driver.instance, text(id), SIGSTOP, errors), "signal");
    hostler_task_status status = {.size = sizeof status};
    before = seconds();
    for (int n = 0; n < 1000000; n++)
      check(driver.table->inspect(driver.instance, text(id), &status, errors), "inspect");
    printf("inspect_%s_nanoseconds %.0f\n", i ? "running" : "ended", (seconds() - before) * 1e3);
    check(driver.table->destroy(driver.instance, text(id), 1, errors), "destroy");
    close(end.fd);
  }
  driver.table->close(driver.instance);
  return 0;
}
