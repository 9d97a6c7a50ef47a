/* hostler/driver.h: the task driver ABI, version 1.
 *
 * SPDX-License-Identifier: MPL-2.0
 *
 * A driver is a shared library that knows how to start, stop and find again one kind of task. It
 * exports ONE symbol, `hostler_driver_entry`; everything else is reached from the table which that
 * function returns. A driver links against nothing of hostler. This header needs a C11 or C++17
 * compiler and the C library's <stddef.h> and <stdint.h>, nothing else; every type is a plain C
 * struct, integer or function pointer, so that other languages can write it down by hand.
 *
 * The rules are numbered in docs/driver-abi.md; conformance reports name the same numbers.
 *
 * LIFE OF A DRIVER
 *
 *      hostler_driver_entry()          pure: returns a pointer to static data
 *              |
 *              v
 *           open(name) ------------------------------------------.
 *              |                                                 |
 *          [ OPENED ] -- configure() --> [ CONFIGURED ]          |
 *                                          |                     |
 *                        recover() x N, then restore_complete()  |
 *                                          |                     |
 *                                      [ SERVING ] <--.          |
 *                                          |  every   |          |
 *                                          |  call    |          |
 *                                          '----------'          |
 *                                          |                     |
 *                                        close() <---------------'
 *                                          |
 *                                       [ CLOSED ]   nothing is called any more; tasks go on running
 *
 * LIFE OF A TASK, as the host sees it (one row for each task id)
 *
 *      (unknown) -- start --> [ RUNNING ] -- the task ends --> [ EXITED ] -- destroy --> (unknown)
 *          |                     ^   |                             ^
 *          '------ recover ------'   '-- stop: asks it to end -----|
 *          '------ recover: it ended while nobody looked ----------'
 *
 * WORDS USED AT EACH FUNCTION
 *
 *   [thread-safe]  may be called from any thread, also at the same time as any other call and as
 *                  itself. For one task id the host never makes two calls of start, recover and
 *                  destroy at the same time.
 *   [one-thread]   no other call to this driver is under way meanwhile.
 *   [quick]        returns without waiting for a task, a network or a lock that a slow call holds.
 *                  The host calls it from latency-sensitive threads.
 *   [may-block]    runs on a thread which the host keeps for blocking calls, under a deadline
 *                  after which the host gives up waiting for the answer (the call itself is left
 *                  to end).
 *   [state: S]     the driver states in which it may be called, see above.
 *
 * OWNERSHIP
 *
 *   Nothing that one side allocates is freed by the other. Inputs (strings, structs, tables,
 *   arrays) belong to the caller and live until the call returns: copy what you keep. Outputs go
 *   into sinks and structs that the caller passes in; a sink is valid until the call returns, and
 *   must not be used after that or from another thread. Descriptors are the one exception and say
 *   so where they appear. What hostler_driver_entry and the tables point at is static: it stays
 *   readable and unchanged for as long as the library is loaded.
 *
 * SIZES AND VERSIONS
 *
 *   Each struct that may grow begins with `size`, its size in bytes as its writer knew it. A
 *   reader never reads past it; a field that lies beyond is absent (null, zero). Fields are only
 *   ever added at the end, within a major version. A host refuses another major version and
 *   accepts a driver with a lower or a higher minor version.
 *
 * ERRORS
 *
 *   A function that can fail returns a hostler_status and says why through the `error` sink: one
 *   sentence for a person, without a newline. No exception, panic or longjmp may cross the
 *   boundary in either direction.
 */
#ifndef HOSTLER_DRIVER_H
#define HOSTLER_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOSTLER_ABI_MAJOR 1u
#define HOSTLER_ABI_MINOR 0u

/* The name of the symbol a driver library exports; see hostler_driver_entry below. */
#define HOSTLER_ENTRY_SYMBOL "hostler_driver_entry"

/* ---------------------------------------------------------------------------------------------
 * Basics
 * ------------------------------------------------------------------------------------------- */

/* Bytes with a length. Text is UTF-8. A string that the host passes in always has a NUL after its
 * last byte (not counted in `length`), so that C code may use `data` as it is where the text can
 * hold no NUL of its own; a string that a driver hands out needs none. `data` may be null when
 * `length` is 0, in either direction. */
typedef struct hostler_string {
  const char *data;
  size_t length;
} hostler_string;

/* What a call came to. */
typedef int32_t hostler_status;
enum {
  /* Done. */
  HOSTLER_OK = 0,
  /* Failed, and trying again as it is would fail again. */
  HOSTLER_ERROR = 1,
  /* Failed, and may work later: for start, the task's restart policy decides. */
  HOSTLER_ERROR_RECOVERABLE = 2,
  /* The driver knows no task of this id. For recover: it was never started, or is gone without a
   * trace. */
  HOSTLER_NOT_FOUND = 3,
  /* The driver does not offer this (an absent capability, an unknown signal). */
  HOSTLER_UNSUPPORTED = 4,
  /* The caller passed something that cannot be meant. */
  HOSTLER_INVALID = 5,
  /* destroy without force of a task that is running. */
  HOSTLER_STILL_RUNNING = 6
};

/* Takes bytes. `write` may be called any number of times; the bytes add up. The host bounds what it
 * keeps (64 KiB unless a function says otherwise) and ignores the rest. */
typedef struct hostler_sink {
  void *context;
  void (*write)(void *context, hostler_string bytes);
} hostler_sink;

/* Takes key/value pairs. A later pair of the same key replaces the earlier one. */
typedef struct hostler_pair_sink {
  void *context;
  void (*add)(void *context, hostler_string key, hostler_string value);
} hostler_pair_sink;

/* ---------------------------------------------------------------------------------------------
 * Configuration: a static schema, checked by the host; typed getters for the driver
 * ------------------------------------------------------------------------------------------- */

/* The type of a configuration field. */
typedef int32_t hostler_field_type;
enum {
  HOSTLER_FIELD_BOOL = 1,
  HOSTLER_FIELD_INT64 = 2,
  HOSTLER_FIELD_DOUBLE = 3,
  HOSTLER_FIELD_STRING = 4,
  /* "1h30m", "250ms"; read with get_int64, in nanoseconds. */
  HOSTLER_FIELD_DURATION = 5,
  /* 1024, "64KiB", "10MB"; read with get_int64, in bytes. */
  HOSTLER_FIELD_SIZE = 6,
  HOSTLER_FIELD_STRING_LIST = 7,
  HOSTLER_FIELD_STRING_MAP = 8,
  /* A nested block, at most once / any number of times; `fields` says what may stand in it. */
  HOSTLER_FIELD_BLOCK = 9,
  HOSTLER_FIELD_BLOCK_LIST = 10
};

/* Bits of hostler_field.flags. */
enum {
  /* The field must be given. Not together with a default. */
  HOSTLER_FIELD_REQUIRED = 1u << 0,
  /* The value is not shown in messages, plans or reports. */
  HOSTLER_FIELD_SECRET = 1u << 1
};

/* One field of a schema. An array of these is static data of the library. `stride` of the schema
 * is the size of one element, so that the struct can grow. */
typedef struct hostler_field {
  /* A lower-case identifier: [a-z][a-z0-9_]*, unique in its schema. */
  const char *name;
  /* One or two sentences for the person who writes the file. Never null. */
  const char *doc;
  /* The default as text without quotes ("true", "5s", "a name"), or null for none. Must parse as the
   * field's type. Not for lists, maps and blocks: those that are not given are empty. */
  const char *default_value;
  /* For blocks: the fields inside, `field_count` of them, one `stride` of the schema apart. Otherwise
   * null and 0. */
  const struct hostler_field *fields;
  size_t field_count;
  hostler_field_type type;
  uint32_t flags;
} hostler_field;

/* A table of fields. */
typedef struct hostler_schema {
  const hostler_field *fields;
  size_t field_count;
  /* sizeof(hostler_field), as the library knows it. */
  size_t stride;
} hostler_schema;

struct hostler_config;

/* How a driver reads a configuration. Every getter is [thread-safe] and [quick], and may be used
 * until the call that received the configuration returns. A getter returns HOSTLER_OK,
 * HOSTLER_NOT_FOUND when the field was not given and has no default, or HOSTLER_INVALID when the
 * schema has no such field or it has another type (a mistake in the driver). On anything but
 * HOSTLER_OK the output is left untouched, so a variable that holds a fallback keeps it.
 * Strings and nested configurations that a getter hands out live as long as the configuration. */
typedef struct hostler_config_getters {
  size_t size;
  hostler_status (*get_bool)(const void *context, const char *name, int32_t *value);
  /* INT64; DURATION in nanoseconds; SIZE in bytes. */
  hostler_status (*get_int64)(const void *context, const char *name, int64_t *value);
  hostler_status (*get_double)(const void *context, const char *name, double *value);
  hostler_status (*get_string)(const void *context, const char *name, hostler_string *value);
  /* The number of elements of a list, map, block (0 or 1) or block list; 0 for one that was not given. */
  hostler_status (*get_count)(const void *context, const char *name, size_t *count);
  hostler_status (*get_list_item)(const void *context, const char *name, size_t index, hostler_string *value);
  hostler_status (*get_map_entry)(const void *context, const char *name, size_t index, hostler_string *key,
                                  hostler_string *value);
  /* A nested block; for BLOCK with index 0. */
  hostler_status (*get_block)(const void *context, const char *name, size_t index,
                              struct hostler_config *block);
} hostler_config_getters;

/* A checked configuration: the getters and what to pass them. */
typedef struct hostler_config {
  const void *context;
  const hostler_config_getters *getters;
} hostler_config;

/* ---------------------------------------------------------------------------------------------
 * The host, as a driver sees it
 * ------------------------------------------------------------------------------------------- */

/* Log levels. */
typedef int32_t hostler_log_level;
enum {
  HOSTLER_LOG_TRACE = 0,
  HOSTLER_LOG_DEBUG = 1,
  HOSTLER_LOG_INFO = 2,
  HOSTLER_LOG_WARNING = 3,
  HOSTLER_LOG_ERROR = 4
};

/* What the host offers. Lives from open to the return of close. */
typedef struct hostler_host {
  size_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  void *context;
  /* Writes one message to the host's log, with the driver's name. [thread-safe] [quick] */
  void (*log)(void *context, hostler_log_level level, hostler_string message);
  /* The host's side of an extension, or null when it has none of that name. [thread-safe] [quick] */
  const void *(*extension)(void *context, const char *name);
  /* The absolute path of a directory of this driver's own, which exists, is closed to other users, and
   * is the same for the next agent on this data directory: what outlives an agent may be kept there.
   * Empty when the host keeps nothing (it only looks at the driver). */
  hostler_string state_directory;
  /* The folder of the library's file, for what is shipped beside it. */
  hostler_string library_directory;
  /* Not 0: the directories go away with this host, and no task is to outlive it. */
  uint32_t is_temporary;
} hostler_host;

/* ---------------------------------------------------------------------------------------------
 * Fingerprint: what a driver says about its health and the host
 * ------------------------------------------------------------------------------------------- */

/* Health of a driver. */
typedef int32_t hostler_health;
enum {
  /* What the driver needs is not on this host: it gets no tasks. */
  HOSTLER_HEALTH_UNDETECTED = 0,
  /* It gets no new tasks; running ones are left alone. */
  HOSTLER_HEALTH_UNHEALTHY = 1,
  HOSTLER_HEALTH_HEALTHY = 2
};

/* Filled in by fingerprint; the host sets `size` and the sinks, and presets the rest to 0 and -1. */
typedef struct hostler_fingerprint {
  size_t size;
  hostler_health health;
  /* After how many milliseconds the host should ask again; 0 for never by time. */
  uint32_t refresh_milliseconds;
  /* A descriptor that turns readable when the answer has changed, or -1. Owned by the driver, the
   * same in every answer, open until close returns. The host polls it and never reads it; the
   * driver makes it quiet again during the next fingerprint. */
  int32_t changed_descriptor;
  /* Why it is not healthy, or what it found: one sentence. */
  hostler_sink description;
  /* Attributes, named `driver.NAME.something`; visible to job files as `${attr.…}`. */
  hostler_pair_sink attributes;
} hostler_fingerprint;

/* ---------------------------------------------------------------------------------------------
 * Tasks
 * ------------------------------------------------------------------------------------------- */

/* Where a task's output goes. The driver (or the SDK for it) writes stdout to
 * `directory`/`stdout_name`.N and stderr to `directory`/`stderr_name`.N; N starts at 0 (or goes on
 * from the highest that exists) and rises when a file has reached `max_file_bytes`; only the newest
 * `max_files` of each are kept. The host follows these files for `alloc logs`. */
typedef struct hostler_task_logs {
  size_t size;
  hostler_string directory;
  hostler_string stdout_name;
  hostler_string stderr_name;
  int64_t max_file_bytes;
  uint32_t max_files;
  /* Not 0: output is to be thrown away. */
  uint32_t disabled;
} hostler_task_logs;

/* What a task may use. 0 means: not limited, or not asked for. */
typedef struct hostler_task_resources {
  size_t size;
  int64_t cpu_mhz;
  int64_t cores;
  int64_t memory_bytes;
  int64_t memory_max_bytes;
} hostler_task_resources;

/* What to start. */
typedef struct hostler_task_request {
  size_t size;
  /* ALLOCATION/TASK/INVOCATION: unique to this start; see rule on idempotence at `start`. */
  hostler_string task_id;
  hostler_string allocation_id;
  hostler_string job_id;
  hostler_string job_name;
  hostler_string group_name;
  hostler_string task_name;
  hostler_string namespace_name;
  hostler_string node_name;
  /* "NAME=value", complete: the driver adds nothing of the host's own environment. */
  const hostler_string *environment;
  size_t environment_count;
  /* The user to run as, by name or number; empty for the driver's default. */
  hostler_string user;
  /* Absolute paths. They exist. */
  hostler_string allocation_directory; /* shared by the group's tasks */
  hostler_string task_directory;       /* holds local, secrets, tmp */
  hostler_string local_directory;
  hostler_string secrets_directory;
  hostler_string temporary_directory;
  hostler_task_logs logs;
  hostler_task_resources resources;
  /* The task's `config` block, checked against the descriptor's task_schema. */
  hostler_config config;
} hostler_task_request;

/* Filled in by start; the host sets `size` and the sinks, and presets the rest to 0. */
typedef struct hostler_task_started {
  size_t size;
  /* Meaning of the handle's bytes, for the driver's own use across its versions. */
  uint32_t handle_version;
  /* 0 when the task has no address of its own; otherwise `ip` was written. */
  uint32_t has_network;
  /* Takes the handle: the bytes by which this driver, or a later version of it in another process,
   * finds the task again. At most 64 KiB. Stored durably by the host, never looked into. */
  hostler_sink handle;
  hostler_sink ip;
  /* Host ports by label, as decimal numbers. */
  hostler_pair_sink ports;
} hostler_task_started;

/* Whether a task runs. */
typedef int32_t hostler_task_state;
enum {
  /* Not known, for a driver that cannot say just now; see the status of the call. */
  HOSTLER_TASK_UNKNOWN = 0,
  HOSTLER_TASK_RUNNING = 1,
  HOSTLER_TASK_EXITED = 2
};

/* Filled in by inspect and recover; the host sets `size` and the sinks, and presets the rest to 0.
 * A sink whose `write` is null is not wanted. */
typedef struct hostler_task_status {
  size_t size;
  hostler_task_state state;
  /* When EXITED: the exit code (128 + signal when a signal ended it) and the signal, or 0. */
  int32_t exit_code;
  int32_t exit_signal;
  /* Not 0 when the kernel ended it for want of memory. */
  int32_t oom_killed;
  /* Not 0 when the true result cannot be known. exit_code and exit_signal then mean nothing: never
   * make one up. `message` says why. */
  int32_t exit_unknown;
  /* Nanoseconds since 1970-01-01 UTC; 0 where not known. */
  int64_t started_at;
  int64_t exited_at;
  /* What the driver has to say about the end ("container engine lost the task"). */
  hostler_sink message;
  /* Further facts for a person who inspects the task ("pid", "image"). */
  hostler_pair_sink attributes;
} hostler_task_status;

/* How to ask a task to end. */
typedef struct hostler_stop_request {
  size_t size;
  /* The signal to send, or 0 for the driver's own way. Ignored with `force`. */
  int32_t signal;
  /* 0: ask. Not 0: end it now, with everything it started, whatever it takes. */
  uint32_t force;
  /* How long the host is going to wait before it calls again with `force`: a hint for drivers whose
   * backend wants to know. */
  int64_t timeout_nanoseconds;
} hostler_stop_request;

/* A task to be found again. */
typedef struct hostler_recover_request {
  size_t size;
  hostler_string task_id;
  /* The handle as start wrote it. Empty when the host stored its intent to start, and ended before
   * it could store the result: the driver then says by the id alone whether it ever started. */
  hostler_string handle;
  uint32_t handle_version;
  /* Not 0: the host is a new version of the library, replacing one that still runs. */
  uint32_t reloading;
  /* As at start, so that output goes on into the same files. */
  hostler_task_logs logs;
} hostler_recover_request;

/* ---------------------------------------------------------------------------------------------
 * The driver
 * ------------------------------------------------------------------------------------------- */

/* What a driver does. `driver` is the instance that open gave. `error` is never null. No pointer may
 * be null up to and including `close`; `extension` may be. */
typedef struct hostler_driver_table {
  size_t size;

  /* Takes the configuration of the `plugin` block, checked against the descriptor's schema. Called
   * once, also when the block is empty. On failure the next call is close.
   * [one-thread] [may-block] [state: OPENED] */
  hostler_status (*configure)(void *driver, const hostler_config *config, hostler_sink error);

  /* Says how the driver is. The first answer comes at once: a slow probe answers UNDETECTED and
   * turns changed_descriptor readable when it knows more.
   * [thread-safe] [may-block] [state: CONFIGURED, SERVING] */
  hostler_status (*fingerprint)(void *driver, hostler_fingerprint *fingerprint, hostler_sink error);

  /* Starts a task and returns once it runs (or cannot). Idempotent by task id: for an id that the
   * driver knows as running or exited it starts nothing and writes the handle again. A command that
   * does not exist, a user that does not exist and the like are errors of start, not exits. After an
   * error nothing of the task is left: no process, no cgroup.
   * [thread-safe] [may-block] [state: SERVING] */
  hostler_status (*start)(void *driver, const hostler_task_request *request, hostler_task_started *started,
                          hostler_sink error);

  /* Writes a descriptor that turns readable when the task has ended, and stays so. At that moment
   * inspect answers EXITED with the result. May be called any number of times until destroy, also
   * after the end; each call gives a new descriptor.
   * OWNERSHIP: the descriptor is the host's, which polls it, never reads it, and closes it.
   * [thread-safe] [quick] [state: SERVING] */
  hostler_status (*wait)(void *driver, hostler_string task_id, int32_t *descriptor, hostler_sink error);

  /* Asks the task to end, or ends it by force, and returns without waiting for the end: the wait
   * descriptor tells. The host keeps the time and calls again with `force`. HOSTLER_OK for a task
   * that has ended already.
   * [thread-safe] [may-block] [state: SERVING] */
  hostler_status (*stop)(void *driver, hostler_string task_id, const hostler_stop_request *request,
                         hostler_sink error);

  /* Sends a signal to the task. HOSTLER_UNSUPPORTED for one that the driver cannot send.
   * [thread-safe] [may-block] [state: SERVING] */
  hostler_status (*signal)(void *driver, hostler_string task_id, int32_t signal, hostler_sink error);

  /* Says how a task is.
   * [thread-safe] [quick] [state: SERVING] */
  hostler_status (*inspect)(void *driver, hostler_string task_id, hostler_task_status *status,
                            hostler_sink error);

  /* Forgets a task and removes what it left (cgroup, container; not its directories). A running task
   * is refused with HOSTLER_STILL_RUNNING unless `force` is not 0, which ends it first. After that
   * the id is unknown.
   * [thread-safe] [may-block] [state: SERVING] */
  hostler_status (*destroy)(void *driver, hostler_string task_id, int32_t force, hostler_sink error);

  /* Finds a task of an earlier process again. HOSTLER_OK with RUNNING or EXITED and the true result;
   * HOSTLER_NOT_FOUND when it was never started; HOSTLER_ERROR_RECOVERABLE when that cannot be said
   * now: the host asks again, then also while SERVING.
   * [thread-safe] [may-block] [state: CONFIGURED, SERVING] */
  hostler_status (*recover)(void *driver, const hostler_recover_request *request, hostler_task_status *status,
                            hostler_sink error);

  /* After the last recover, and once also when there was none: what the driver finds and nobody
   * claimed is its own to clean up now.
   * [one-thread] [may-block] [state: CONFIGURED -> SERVING] */
  hostler_status (*restore_complete)(void *driver, hostler_sink error);

  /* Ends the driver. Its tasks go on running. No thread, descriptor or callback of the instance may
   * be left when it returns.
   * [one-thread] [may-block] [state: any but CLOSED] */
  void (*close)(void *driver);

  /* An extension's table by name (see hostler/extensions/), or null. May be null itself.
   * [thread-safe] [quick] [state: any but CLOSED] */
  const void *(*extension)(void *driver, const char *name);
} hostler_driver_table;

/* Bits of hostler_driver_descriptor.capabilities. */
enum {
  HOSTLER_CAPABILITY_SIGNALS = 1u << 0,
  /* Tasks survive the driver's process: recover can find them running. */
  HOSTLER_CAPABILITY_RECOVER = 1u << 1,
  /* The `user` of a task is honoured. */
  HOSTLER_CAPABILITY_USER = 1u << 2,
  /* Memory and processor limits are enforced. */
  HOSTLER_CAPABILITY_RESOURCE_LIMITS = 1u << 3
};

/* What the tasks of a driver see of the host's files. */
typedef int32_t hostler_filesystem_isolation;
enum {
  HOSTLER_FILESYSTEM_NONE = 0,
  HOSTLER_FILESYSTEM_CHROOT = 1,
  HOSTLER_FILESYSTEM_IMAGE = 2
};

/* One driver of a library. Static data. */
typedef struct hostler_driver_descriptor {
  size_t size;
  /* The name that job files use: [a-z][a-z0-9_-]{0,62}, unique in the library. */
  const char *name;
  /* One sentence. Never null. */
  const char *doc;
  uint64_t capabilities;
  hostler_filesystem_isolation filesystem_isolation;
  uint32_t reserved; /* 0 */
  /* The schema of the `plugin` block's config, and of a task's config. */
  hostler_schema plugin_schema;
  hostler_schema task_schema;
} hostler_driver_descriptor;

/* An opened driver: the table, and what to pass as `driver`. Filled in by open. */
typedef struct hostler_driver {
  const hostler_driver_table *table;
  void *instance;
} hostler_driver;

/* What a library says about itself. Static data. */
typedef struct hostler_entry {
  /* First of all, in every major version, and never moved. */
  uint32_t abi_major;
  uint32_t abi_minor;
  /* sizeof(hostler_entry), as the library knows it. */
  size_t size;
  /* The library's own name and version, for people. Never null. */
  const char *plugin_name;
  const char *plugin_version;
  /* The drivers that it holds: an array of `driver_count` pointers. */
  const hostler_driver_descriptor *const *drivers;
  size_t driver_count;
  /* Makes an instance of the driver called `name` (one of the descriptors'). Any number of instances
   * may be open at a time. On failure nothing is left and `driver` is untouched.
   * [thread-safe] [may-block] */
  hostler_status (*open)(const hostler_host *host, const char *name, hostler_driver *driver,
                         hostler_sink error);
} hostler_entry;

/* The one symbol of a driver library. Returns static data and does nothing else: it may be called
 * more than once, from any thread, before anything else of the library. */
typedef const hostler_entry *(*hostler_entry_function)(void);

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const hostler_entry *hostler_driver_entry(void);

#ifdef __cplusplus
}
#endif

#endif /* HOSTLER_DRIVER_H */
