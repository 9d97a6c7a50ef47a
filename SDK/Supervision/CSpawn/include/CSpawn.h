/* The child side of starting a task: everything between clone and exec, in C because the child shares
 * the parent's memory until it runs the new program, and may only make system calls there.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_SPAWN_H
#define HOSTLER_SPAWN_H

#include "linux_calls.h"
#include "messages.h"
#include "task_record.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The step at which a spawn failed. */
typedef enum hostler_spawn_step {
  HOSTLER_SPAWN_OK = 0,
  HOSTLER_SPAWN_CLONE,
  HOSTLER_SPAWN_SESSION,
  HOSTLER_SPAWN_CGROUP,
  HOSTLER_SPAWN_RESOURCE_LIMIT,
  HOSTLER_SPAWN_OOM_SCORE,
  HOSTLER_SPAWN_STANDARD_DESCRIPTORS,
  HOSTLER_SPAWN_GROUPS,
  HOSTLER_SPAWN_GROUP,
  HOSTLER_SPAWN_USER,
  HOSTLER_SPAWN_DIRECTORY,
  HOSTLER_SPAWN_DESCRIPTORS,
  HOSTLER_SPAWN_SIGNALS,
  HOSTLER_SPAWN_EXEC
} hostler_spawn_step;

/* One resource limit of the new process; `resource` is an RLIMIT_ number. */
typedef struct hostler_spawn_limit {
  int32_t resource;
  uint64_t soft;
  uint64_t hard;
} hostler_spawn_limit;

/* What to start. Everything belongs to the caller and must live until hostler_spawn returns. */
typedef struct hostler_spawn_request {
  /* The file to run: a path, no search is made. */
  const char *program;
  /* Null-terminated, with argument 0. */
  char *const *arguments;
  /* Null-terminated, complete. */
  char *const *environment;
  /* The working directory, entered as the new user. */
  const char *directory;
  int32_t standard_input;
  int32_t standard_output;
  int32_t standard_error;
  /* What the program gets as descriptor 3, or -1 for nothing. */
  int32_t passed;
  /* A descriptor of the cgroup v2 directory to start in, or -1. */
  int32_t cgroup;
  const hostler_spawn_limit *limits;
  size_t limit_count;
  /* Not 0: become user_id and group_id with exactly these supplementary groups. */
  int32_t change_user;
  uint32_t user_id;
  uint32_t group_id;
  const uint32_t *groups;
  size_t group_count;
  /* Not 0: oom_score_adj of the new process. */
  int32_t set_oom_score;
  int32_t oom_score;
  /* Where the child writes down that it exists, before anything of the program runs; or null. Memory that
   * outlives this process (a mapped file), so that nothing is lost with it. */
  hostler_task_record *record;
  /* A socket over which the child hands out a pidfd of itself with `announcement`, before anything of
   * the program runs; or -1. */
  int32_t announce_to;
  uint64_t announcement;
} hostler_spawn_request;

/* What became of it. */
typedef struct hostler_spawn_result {
  pid_t pid;
  /* Owned by the caller; close-on-exec. */
  int32_t pidfd;
  hostler_spawn_step step;
  /* errno of the failed step. */
  int32_t error;
  /* With HOSTLER_SPAWN_RESOURCE_LIMIT: index into `limits`. */
  size_t limit_index;
  /* Not 0: the child could hand out its pidfd. */
  int32_t announced;
} hostler_spawn_result;

/* Starts a process as the leader of a session and a process group of its own, with standard
 * descriptors, perhaps `passed`, and no others, default signal dispositions and an empty signal mask. Returns 0 when the
 * new program runs, -1 with `step` and `error` set otherwise; nothing is left of the process then.
 * Thread-safe. Needs a kernel with pidfds (5.4); uses clone3 (5.7) where it may. */
int hostler_spawn(const hostler_spawn_request *request, hostler_spawn_result *result);

/* How a process ended. */
typedef enum hostler_exit_kind {
  /* It has not ended. */
  HOSTLER_EXIT_NONE = 0,
  HOSTLER_EXIT_CODE,
  HOSTLER_EXIT_SIGNAL,
  /* It ended, and nothing says how. */
  HOSTLER_EXIT_UNKNOWN
} hostler_exit_kind;

/* Says whether the process of a pidfd has ended, and how; reaps it when it is a child. For one that is
 * no child (found again by another process) it asks the kernel for the status. `value` is the exit code
 * or the signal. Never blocks. */
hostler_exit_kind hostler_process_exit(int pidfd, pid_t pid, int *value);

/* Goes on in a process that is nobody's child here: the one that called it ends with code 0. For a program
 * that has made no thread yet. -1 with errno on failure. */
int hostler_detach(void);

/* pidfd_open, pidfd_send_signal: -1 with errno on failure. */
int hostler_pidfd_open(pid_t pid);
int hostler_pidfd_signal(int pidfd, int signal);

/* Sends a signal to the process group that the process leads, or to the process alone when it leads none.
 * `pid` is the process's number. -1 with errno on failure. */
int hostler_pidfd_signal_group(int pidfd, pid_t pid, int signal);

/* The number that tells a process from every other that had or will have its pid, as long as the
 * machine is up: the inode of its pidfd where the kernel gives each process one (`kind` 1), otherwise
 * its start time in clock ticks (`kind` 2). 0 with errno when it cannot be had. */
uint64_t hostler_process_birth(int pidfd, pid_t pid, int *kind);

#endif
