/* What a supervisor writes down of a task: a record of fixed size in a mapped file, so that writing it costs
 * no system call and it outlives the process at any instruction.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_TASK_RECORD_H
#define HOSTLER_TASK_RECORD_H

#include <stdint.h>

/* Where a task is. The other fields of a record are valid once the state says so. */
enum {
  /* No task. */
  HOSTLER_RECORD_FREE = 0,
  /* About to be started: `id` is valid. */
  HOSTLER_RECORD_STARTING = 1,
  /* A process exists that runs the program, or is about to: `pid` and `birth` are valid. */
  HOSTLER_RECORD_RUNNING = 2,
  /* It ended: the exit is valid. */
  HOSTLER_RECORD_EXITED = 3,
  /* The process could not run the program: `failed_step` and `failed_error` are valid. */
  HOSTLER_RECORD_FAILED = 4
};

#define HOSTLER_RECORD_ID_BYTES 448
#define HOSTLER_RECORD_LOGS_BYTES 1528

typedef struct hostler_task_record {
  uint32_t state;
  int32_t pid;
  /* See hostler_process_birth; kind 0 when the kernel did not tell the child. */
  int32_t birth_kind;
  /* A hostler_exit_kind, and its value. */
  int32_t exit_kind;
  int32_t exit_value;
  int32_t failed_step;
  int32_t failed_error;
  uint32_t id_length;
  uint64_t birth;
  /* Nanoseconds since 1970-01-01 UTC. */
  int64_t started_at;
  int64_t exited_at;
  char id[HOSTLER_RECORD_ID_BYTES];
  /* Where its output goes: directory and the names of both streams, each followed by a zero byte; no bytes when
   * its output is thrown away or the names are too long. Valid with `id`. */
  int64_t log_file_bytes;
  uint32_t log_files;
  uint32_t logs_length;
  char logs[HOSTLER_RECORD_LOGS_BYTES];
} hostler_task_record;

_Static_assert(sizeof(hostler_task_record) == 2048, "the size of a record in the file");

static inline uint32_t hostler_record_state(const hostler_task_record *record) {
  return __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
}

static inline void hostler_record_set_state(hostler_task_record *record, uint32_t state) {
  __atomic_store_n(&record->state, state, __ATOMIC_RELEASE);
}

#endif
