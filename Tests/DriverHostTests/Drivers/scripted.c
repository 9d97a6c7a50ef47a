/* A driver that keeps its tasks in memory and does what their configuration says, right or wrong. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hostler/driver.h"

#define MAX_TASKS 256

#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif

struct task {
  char id[256];
  char behaviour[64];
  int state;
  int code;
  int signal;
  int ended; /* an eventfd that is readable once the task has ended */
};

static struct task tasks[MAX_TASKS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static int is_released;
static const hostler_host *host;
static char fingerprint_mode[64];
static char hangs[64]; /* a task that recover does not come back for, or "restore_complete" */
static int changed = -1;
static int is_flipped;

static hostler_string text(const char *value) {
  hostler_string result = {value, strlen(value)};
  return result;
}

static hostler_status fail(hostler_sink error, hostler_status status, const char *message) {
  error.write(error.context, text(message));
  return status;
}

static void block_until_released(const char *what) {
  if (host && host->log) host->log(host->context, HOSTLER_LOG_INFO, text(what));
  pthread_mutex_lock(&mutex);
  while (!is_released) pthread_cond_wait(&released, &mutex);
  pthread_mutex_unlock(&mutex);
}

static int named(hostler_string id, const char *name) {
  return id.length == strlen(name) && memcmp(id.data, name, id.length) == 0;
}

static struct task *find(hostler_string id) {
  for (int index = 0; index < MAX_TASKS; index++)
    if (tasks[index].id[0] && named(id, tasks[index].id)) return &tasks[index];
  return NULL;
}

static struct task *add(hostler_string id) {
  for (int index = 0; index < MAX_TASKS; index++)
    if (!tasks[index].id[0]) {
      struct task *task = &tasks[index];
      memset(task, 0, sizeof *task);
      memcpy(task->id, id.data, id.length < 255 ? id.length : 255);
      task->ended = eventfd(0, EFD_CLOEXEC);
      task->state = HOSTLER_TASK_RUNNING;
      return task;
    }
  return NULL;
}

static void finish(struct task *task, int code, int signal) {
  if (task->state == HOSTLER_TASK_EXITED) return;
  task->state = HOSTLER_TASK_EXITED;
  task->code = code;
  task->signal = signal;
  uint64_t one = 1;
  if (write(task->ended, &one, sizeof one) < 0) abort();
}

static void flood(hostler_sink sink) {
  static char block[10 << 20];
  memset(block, 'x', sizeof block);
  hostler_string bytes = {block, sizeof block};
  sink.write(sink.context, bytes);
}

/* --- the driver ---------------------------------------------------------------------------- */

static hostler_status configure(void *driver, const hostler_config *config, hostler_sink error) {
  (void)driver;
  hostler_string value;
  const hostler_config_getters *get = config->getters;
  if (get->get_string(config->context, "refuse", &value) == HOSTLER_OK)
    return fail(error, HOSTLER_ERROR, value.data);
  if (get->get_string(config->context, "fingerprint", &value) == HOSTLER_OK)
    snprintf(fingerprint_mode, sizeof fingerprint_mode, "%s", value.data);
  hangs[0] = 0;
  if (get->get_string(config->context, "hangs", &value) == HOSTLER_OK)
    snprintf(hangs, sizeof hangs, "%s", value.data);
  int32_t block = 0;
  get->get_bool(config->context, "block", &block);
  if (block) block_until_released("configure blocks");
  if (host && host->log) host->log(host->context, HOSTLER_LOG_INFO, text("configured"));
  return HOSTLER_OK;
}

static hostler_status fingerprint(void *driver, hostler_fingerprint *answer, hostler_sink error) {
  (void)driver;
  const char *mode = fingerprint_mode;
  answer->health = HOSTLER_HEALTH_HEALTHY;
  if (!strcmp(mode, "fails")) return fail(error, HOSTLER_ERROR, "no engine");
  if (!strcmp(mode, "undetected")) answer->health = HOSTLER_HEALTH_UNDETECTED;
  if (!strcmp(mode, "bad_health")) answer->health = 77;
  if (!strcmp(mode, "closed_descriptor")) answer->changed_descriptor = 987;
  if (!strcmp(mode, "file_descriptor")) answer->changed_descriptor = open("/proc/self/exe", O_RDONLY);
  if (!strcmp(mode, "bad_text")) {
    hostler_string bytes = {"\xff\xfe", 2};
    answer->attributes.add(answer->attributes.context, text("driver.scripted.bad"), bytes);
  }
  if (!strcmp(mode, "changing")) {
    pthread_mutex_lock(&mutex);
    if (changed < 0) changed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uint64_t count;
    ssize_t got = read(changed, &count, sizeof count);
    (void)got;
    answer->changed_descriptor = changed;
    if (is_flipped) answer->health = HOSTLER_HEALTH_UNHEALTHY;
    pthread_mutex_unlock(&mutex);
  }
  answer->description.write(answer->description.context, text("as scripted"));
  answer->attributes.add(answer->attributes.context, text("driver.scripted.version"), text("old"));
  answer->attributes.add(answer->attributes.context, text("driver.scripted.version"), text("1.2"));
  return HOSTLER_OK;
}

/* Writes every field of the configuration, as the getters give it. */
static void echo(const hostler_config *config, hostler_sink sink) {
  const hostler_config_getters *get = config->getters;
  const void *context = config->context;
  char line[1024];
  int32_t flag = -1;
  int64_t number = -1;
  double ratio = -1;
  size_t count = 99;
  hostler_string value, key;
  hostler_status status;
#define PUT(...) (snprintf(line, sizeof line, __VA_ARGS__), sink.write(sink.context, text(line)))
  PUT("size=%zu\n", get->size);
  status = get->get_bool(context, "flag", &flag);
  PUT("flag=%d,%d\n", status, flag);
  status = get->get_int64(context, "count", &number);
  PUT("count=%d,%lld\n", status, (long long)number);
  number = -1;
  status = get->get_int64(context, "wait", &number);
  PUT("wait=%d,%lld\n", status, (long long)number);
  number = -1;
  status = get->get_int64(context, "limit", &number);
  PUT("limit=%d,%lld\n", status, (long long)number);
  status = get->get_double(context, "ratio", &ratio);
  PUT("ratio=%d,%g\n", status, ratio);
  status = get->get_count(context, "args", &count);
  PUT("args=%d,%zu\n", status, count);
  for (size_t index = 0; index < count && count < 99; index++)
    if (get->get_list_item(context, "args", index, &value) == HOSTLER_OK)
      PUT("args[%zu]=%s(%zu,%d)\n", index, value.data, value.length, value.data[value.length]);
  PUT("args[beyond]=%d\n", get->get_list_item(context, "args", count, &value));
  count = 99;
  status = get->get_count(context, "labels", &count);
  PUT("labels=%d,%zu\n", status, count);
  for (size_t index = 0; index < count && count < 99; index++)
    if (get->get_map_entry(context, "labels", index, &key, &value) == HOSTLER_OK)
      PUT("labels[%s]=%s\n", key.data, value.data);
  count = 99;
  status = get->get_count(context, "mount", &count);
  PUT("mount=%d,%zu\n", status, count);
  hostler_config block;
  if (get->get_block(context, "mount", 0, &block) == HOSTLER_OK &&
      block.getters->get_string(block.context, "source", &value) == HOSTLER_OK)
    PUT("mount.source=%s\n", value.data);
  count = 99;
  status = get->get_count(context, "port", &count);
  PUT("port=%d,%zu\n", status, count);
  for (size_t index = 0; index < count && count < 99; index++)
    if (get->get_block(context, "port", index, &block) == HOSTLER_OK &&
        block.getters->get_int64(block.context, "number", &number) == HOSTLER_OK)
      PUT("port[%zu].number=%lld\n", index, (long long)number);
  PUT("text=%d\n", get->get_string(context, "text", &value));
  PUT("no_such_field=%d\n", get->get_string(context, "no_such_field", &value));
  PUT("count_as_string=%d\n", get->get_string(context, "count", &value));
}

static hostler_status start(void *driver, const hostler_task_request *request, hostler_task_started *started,
                            hostler_sink error) {
  (void)driver;
  const hostler_config *config = &request->config;
  hostler_string behaviour = text("run"), message = text("as told");
  int64_t code = 0;
  config->getters->get_string(config->context, "behaviour", &behaviour);
  config->getters->get_string(config->context, "text", &message);
  config->getters->get_int64(config->context, "exit_code", &code);
  const char *how = behaviour.data;
  if (!strcmp(how, "fail")) return fail(error, HOSTLER_ERROR, message.data);
  if (!strcmp(how, "recoverable")) return fail(error, HOSTLER_ERROR_RECOVERABLE, message.data);
  if (!strcmp(how, "bad_status")) return 99;
  if (!strcmp(how, "flood_error")) {
    flood(error);
    return HOSTLER_ERROR;
  }
  if (!strcmp(how, "null_data")) {
    hostler_string nothing = {NULL, 5};
    error.write(error.context, nothing);
    return HOSTLER_ERROR;
  }
  if (!strcmp(how, "bad_text")) return fail(error, HOSTLER_ERROR, "bad \xff\xfe bytes\nand a line");
  if (!strcmp(how, "block")) {
    block_until_released("start blocks");
    return fail(error, HOSTLER_ERROR, "released");
  }
  if (!strcmp(how, "slow")) block_until_released("start is slow");
  pthread_mutex_lock(&mutex);
  struct task *task = find(request->task_id);
  if (!task) {
    task = add(request->task_id);
    snprintf(task->behaviour, sizeof task->behaviour, "%s", how);
    if (!strcmp(how, "exit") || !strcmp(how, "wait_twice")) finish(task, (int)code, 0);
  }
  pthread_mutex_unlock(&mutex);
  started->handle_version = 3;
  if (!strcmp(how, "echo"))
    echo(config, started->handle);
  else if (!strcmp(how, "environment"))
    for (size_t index = 0; index < request->environment_count; index++) {
      started->handle.write(started->handle.context, request->environment[index]);
      started->handle.write(started->handle.context, text(";"));
    }
  else if (!strcmp(how, "flood_handle"))
    flood(started->handle);
  else
    started->handle.write(started->handle.context, request->task_id);
  if (!strcmp(how, "network") || !strcmp(how, "bad_port")) {
    started->has_network = 1;
    started->ip.write(started->ip.context, text("10.0.0.7"));
    started->ports.add(started->ports.context, text("http"), text(!strcmp(how, "network") ? "8080" : "99999"));
  }
  return HOSTLER_OK;
}

static hostler_status wait_for(void *driver, hostler_string id, int32_t *descriptor, hostler_sink error) {
  (void)driver;
  static int same = -1;
  hostler_status status = HOSTLER_OK;
  pthread_mutex_lock(&mutex);
  struct task *task = find(id);
  if (!task)
    status = fail(error, HOSTLER_NOT_FOUND, "no such task");
  else if (!strcmp(task->behaviour, "wait_closed"))
    *descriptor = 987;
  else if (!strcmp(task->behaviour, "wait_none"))
    *descriptor = -1;
  else if (!strcmp(task->behaviour, "wait_stdout"))
    *descriptor = 1;
  else if (!strcmp(task->behaviour, "wait_file"))
    *descriptor = open("/proc/self/exe", O_RDONLY);
  else if (!strcmp(task->behaviour, "wait_lies"))
    *descriptor = eventfd(1, EFD_CLOEXEC);
  else if (!strcmp(task->behaviour, "wait_same"))
    *descriptor = same < 0 ? (same = eventfd(0, EFD_CLOEXEC)) : same;
  else if (!strcmp(task->behaviour, "wait_hangup")) {
    int ends[2];
    if (pipe(ends)) abort();
    close(ends[1]);
    task->state = HOSTLER_TASK_EXITED;
    *descriptor = ends[0];
  } else
    *descriptor = fcntl(task->ended, F_DUPFD_CLOEXEC, 3);
  pthread_mutex_unlock(&mutex);
  return status;
}

static hostler_status stop(void *driver, hostler_string id, const hostler_stop_request *request,
                           hostler_sink error) {
  (void)driver;
  hostler_status status = HOSTLER_OK;
  pthread_mutex_lock(&mutex);
  struct task *task = find(id);
  if (!task)
    status = fail(error, HOSTLER_NOT_FOUND, "no such task");
  else
    finish(task, 128 + (request->force ? 9 : request->signal), request->force ? 9 : request->signal);
  pthread_mutex_unlock(&mutex);
  return status;
}

static hostler_status send_signal(void *driver, hostler_string id, int32_t signal, hostler_sink error) {
  (void)driver;
  if (signal == 1000) { /* the fingerprint changes */
    pthread_mutex_lock(&mutex);
    is_flipped = !is_flipped;
    uint64_t one = 1;
    if (changed >= 0 && write(changed, &one, sizeof one) < 0) abort();
    pthread_mutex_unlock(&mutex);
    return HOSTLER_OK;
  }
  if (signal == 1001) { /* what blocks goes on */
    pthread_mutex_lock(&mutex);
    is_released = 1;
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&mutex);
    return HOSTLER_OK;
  }
  if (signal > 64) return fail(error, HOSTLER_UNSUPPORTED, "no such signal");
  hostler_stop_request request = {.size = sizeof request, .signal = signal};
  return stop(driver, id, &request, error);
}

static void describe(const struct task *task, hostler_task_status *status) {
  status->state = !strcmp(task->behaviour, "bad_state") ? 44 : task->state;
  status->exit_code = task->code;
  status->exit_signal = task->signal;
  status->started_at = 1000;
  if (task->state == HOSTLER_TASK_EXITED) status->exited_at = 2000;
  if (status->message.write) status->message.write(status->message.context, text("said"));
  if (status->attributes.add && !strcmp(task->behaviour, "many_attributes"))
    for (int index = 0; index < 100000; index++) {
      char key[32];
      snprintf(key, sizeof key, "key%d", index);
      status->attributes.add(status->attributes.context, text(key), text("value"));
    }
  else if (status->attributes.add)
    status->attributes.add(status->attributes.context, text("behaviour"), text(task->behaviour));
}

static hostler_status inspect(void *driver, hostler_string id, hostler_task_status *status, hostler_sink error) {
  (void)driver;
  hostler_status code = HOSTLER_OK;
  pthread_mutex_lock(&mutex);
  struct task *task = find(id);
  if (task)
    describe(task, status);
  else
    code = fail(error, HOSTLER_NOT_FOUND, "no such task");
  pthread_mutex_unlock(&mutex);
  return code;
}

static hostler_status destroy(void *driver, hostler_string id, int32_t force, hostler_sink error) {
  (void)driver;
  hostler_status status = HOSTLER_OK;
  pthread_mutex_lock(&mutex);
  struct task *task = find(id);
  if (!task)
    status = fail(error, HOSTLER_NOT_FOUND, "no such task");
  else if (task->state == HOSTLER_TASK_RUNNING && !force)
    status = fail(error, HOSTLER_STILL_RUNNING, "it runs");
  else {
    finish(task, 137, 9);
    close(task->ended);
    task->id[0] = 0;
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

static hostler_status recover(void *driver, const hostler_recover_request *request,
                              hostler_task_status *status, hostler_sink error) {
  (void)driver;
  static atomic_int asked;
  if (named(request->handle, "gone")) return fail(error, HOSTLER_NOT_FOUND, "never started");
  if (named(request->handle, "later")) return fail(error, HOSTLER_ERROR_RECOVERABLE, "ask again");
  if (named(request->handle, "vague")) return HOSTLER_OK;
  if (named(request->task_id, "never")) return fail(error, HOSTLER_NOT_FOUND, "never started");
  if (named(request->task_id, hangs)) block_until_released("recover hangs");
  if (named(request->task_id, "second") && !asked++) return fail(error, HOSTLER_ERROR_RECOVERABLE, "ask again");
  pthread_mutex_lock(&mutex);
  struct task *task = find(request->task_id);
  if (!task) task = add(request->task_id);
  if (named(request->handle, "ended")) finish(task, 7, 0);
  describe(task, status);
  pthread_mutex_unlock(&mutex);
  return HOSTLER_OK;
}

static hostler_status restore_complete(void *driver, hostler_sink error) {
  (void)driver;
  (void)error;
  if (!strcmp(hangs, "restore_complete")) block_until_released("restore_complete hangs");
  return HOSTLER_OK;
}

static void close_driver(void *driver) {
  (void)driver;
  if (host && host->log) host->log(host->context, HOSTLER_LOG_INFO, text("closed"));
}

static const hostler_driver_table table = {
    sizeof(hostler_driver_table), configure, fingerprint, start,   wait_for,         stop,         send_signal,
    inspect,                      destroy,   recover,     restore_complete, close_driver, NULL};

static hostler_status open_driver(const hostler_host *given, const char *name, hostler_driver *driver,
                                  hostler_sink error) {
  (void)name;
  (void)error;
  host = given;
  driver->table = &table;
  driver->instance = tasks;
  return HOSTLER_OK;
}

static const hostler_field plugin_fields[] = {
    {"refuse", "Fail with this.", NULL, NULL, 0, HOSTLER_FIELD_STRING, 0},
    {"fingerprint", "How to answer.", "healthy", NULL, 0, HOSTLER_FIELD_STRING, 0},
    {"block", "Do not come back.", "false", NULL, 0, HOSTLER_FIELD_BOOL, 0},
    {"hangs", "What does not come back.", NULL, NULL, 0, HOSTLER_FIELD_STRING, 0},
};

static const hostler_field mount_fields[] = {
    {"source", "What.", NULL, NULL, 0, HOSTLER_FIELD_STRING, HOSTLER_FIELD_REQUIRED},
};

static const hostler_field port_fields[] = {
    {"number", "Which.", "1", NULL, 0, HOSTLER_FIELD_INT64, 0},
};

static const hostler_field task_fields[] = {
    {"behaviour", "What to do.", "run", NULL, 0, HOSTLER_FIELD_STRING, 0},
    {"exit_code", "How to end.", "0", NULL, 0, HOSTLER_FIELD_INT64, 0},
    {"text", "What to say.", NULL, NULL, 0, HOSTLER_FIELD_STRING, 0},
    {"flag", "A bool.", "true", NULL, 0, HOSTLER_FIELD_BOOL, 0},
    {"count", "An integer.", "3", NULL, 0, HOSTLER_FIELD_INT64, 0},
    {"ratio", "A number.", NULL, NULL, 0, HOSTLER_FIELD_DOUBLE, 0},
    {"wait", "A duration.", "5s", NULL, 0, HOSTLER_FIELD_DURATION, 0},
    {"limit", "A size.", "64KiB", NULL, 0, HOSTLER_FIELD_SIZE, 0},
    {"args", "A list.", NULL, NULL, 0, HOSTLER_FIELD_STRING_LIST, 0},
    {"labels", "A map.", NULL, NULL, 0, HOSTLER_FIELD_STRING_MAP, 0},
    {"mount", "A block.", NULL, mount_fields, 1, HOSTLER_FIELD_BLOCK, 0},
    {"port", "Blocks.", NULL, port_fields, 1, HOSTLER_FIELD_BLOCK_LIST, 0},
};

static const hostler_driver_descriptor descriptor = {
    sizeof(hostler_driver_descriptor),
    "scripted",
    "Does what it is told.",
    HOSTLER_CAPABILITY_SIGNALS | HOSTLER_CAPABILITY_RECOVER,
    HOSTLER_FILESYSTEM_NONE,
    0,
    {plugin_fields, sizeof plugin_fields / sizeof *plugin_fields, sizeof(hostler_field)},
    {task_fields, sizeof task_fields / sizeof *task_fields, sizeof(hostler_field)},
};

static const hostler_driver_descriptor *const drivers[] = {&descriptor};

static const hostler_entry entry = {
    HOSTLER_ABI_MAJOR, HOSTLER_ABI_MINOR, sizeof(hostler_entry), "scripted", PLUGIN_VERSION, drivers, 1, open_driver};

const hostler_entry *hostler_driver_entry(void) { return &entry; }
