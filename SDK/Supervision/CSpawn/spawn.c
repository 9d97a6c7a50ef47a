/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* The child runs on a stack of its own inside the parent's frame: the parent stands still until exec.
 * Sanitizers must not touch the child, it has no runtime. */
#define CHILD_ONLY __attribute__((no_sanitize("address", "thread", "undefined")))
#define CHILD_STACK_BYTES 16384

/* Shared by both sides while the parent stands still. */
struct spawn {
  const hostler_spawn_request *request;
  /* Written to by the child only, when its kernel could not start it in the cgroup. */
  int cgroup_procs;
  int descriptor_limit;
  volatile hostler_spawn_step step;
  volatile int error;
  volatile size_t limit_index;
  volatile int announced;
};

CHILD_ONLY static void fail(struct spawn *spawn, hostler_spawn_step step) {
  hostler_task_record *record = spawn->request->record;
  spawn->error = errno;
  spawn->step = step;
  if (record != NULL) {
    record->failed_step = (int32_t)step;
    record->failed_error = spawn->error;
    hostler_record_set_state(record, HOSTLER_RECORD_FAILED);
  }
  _exit(127);
}

CHILD_ONLY static void set_oom_score(struct spawn *spawn, int score) {
  char digits[12], text[12];
  size_t count = 0, length = 0;
  unsigned magnitude = score < 0 ? 0u - (unsigned)score : (unsigned)score;
  do digits[count++] = (char)('0' + magnitude % 10);
  while ((magnitude /= 10) != 0);
  if (score < 0) text[length++] = '-';
  while (count > 0) text[length++] = digits[--count];
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, length) < 0) fail(spawn, HOSTLER_SPAWN_OOM_SCORE);
  close(file);
}

/* The descriptors may themselves be 0, 1 or 2 in a host that was started without them. */
CHILD_ONLY static void set_standard_descriptors(struct spawn *spawn) {
  const hostler_spawn_request *request = spawn->request;
  int wanted[4] = {request->standard_input, request->standard_output, request->standard_error, request->passed};
  int count = request->passed < 0 ? 3 : 4;
  for (int i = 0; i < count; i++)
    if (wanted[i] < 4 && (wanted[i] = fcntl(wanted[i], F_DUPFD, 4)) < 0)
      fail(spawn, HOSTLER_SPAWN_STANDARD_DESCRIPTORS);
  for (int i = 0; i < count; i++)
    if (dup2(wanted[i], i) < 0) fail(spawn, HOSTLER_SPAWN_STANDARD_DESCRIPTORS);
}

/* System calls of the kernel, not the C library's functions: those would change the ids of every thread
 * of the parent. */
CHILD_ONLY static void set_user(struct spawn *spawn) {
  const hostler_spawn_request *request = spawn->request;
  if (syscall(SYS_setgroups, request->group_count, request->groups) != 0) fail(spawn, HOSTLER_SPAWN_GROUPS);
  if (syscall(SYS_setresgid, request->group_id, request->group_id, request->group_id) != 0)
    fail(spawn, HOSTLER_SPAWN_GROUP);
  if (syscall(SYS_setresuid, request->user_id, request->user_id, request->user_id) != 0)
    fail(spawn, HOSTLER_SPAWN_USER);
}

/* exec gives handlers up by itself, but leaves ignored signals ignored. */
CHILD_ONLY static void reset_signals(struct spawn *spawn) {
  /* The kernel's own structure and call: the C library refuses the signals that it uses itself. */
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
  } action, standard;
  memset(&standard, 0, sizeof standard);
  for (int number = 1; number <= 64; number++) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask) != 0) fail(spawn, HOSTLER_SPAWN_SIGNALS);
    if (action.handler == SIG_DFL) continue;
    if (syscall(SYS_rt_sigaction, number, &standard, NULL, sizeof action.mask) != 0)
      fail(spawn, HOSTLER_SPAWN_SIGNALS);
  }
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) fail(spawn, HOSTLER_SPAWN_SIGNALS);
}

/* What the child alone can do at once with coming into being: write down who it is, and give its pidfd to
 * whoever would have to know how it ended if this supervisor were gone. */
CHILD_ONLY static void announce(struct spawn *spawn) {
  const hostler_spawn_request *request = spawn->request;
  if (request->record == NULL && request->announce_to < 0) return;
  pid_t pid = (pid_t)syscall(SYS_getpid);
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (request->record != NULL) {
    hostler_task_record *record = request->record;
    int kind = 0;
    record->pid = pid;
    record->birth = pidfd < 0 ? 0 : hostler_process_birth(pidfd, pid, &kind);
    record->birth_kind = kind;
    hostler_record_set_state(record, HOSTLER_RECORD_RUNNING);
  }
  if (pidfd < 0) return;
  if (request->announce_to >= 0)
    spawn->announced = hostler_message_send(request->announce_to, &request->announcement,
                                            sizeof request->announcement, &pidfd, 1, 0) == 0;
  close(pidfd);
}

CHILD_ONLY static int child(void *argument) {
  struct spawn *spawn = argument;
  const hostler_spawn_request *request = spawn->request;
  announce(spawn);
  if (setsid() < 0) fail(spawn, HOSTLER_SPAWN_SESSION);
  if (spawn->cgroup_procs >= 0 && write(spawn->cgroup_procs, "0", 1) < 0) fail(spawn, HOSTLER_SPAWN_CGROUP);
  for (size_t i = 0; i < request->limit_count; i++) {
    const hostler_spawn_limit *limit = &request->limits[i];
    struct rlimit value = {limit->soft, limit->hard};
    if (setrlimit((__rlimit_resource_t)limit->resource, &value) != 0) {
      spawn->limit_index = i;
      fail(spawn, HOSTLER_SPAWN_RESOURCE_LIMIT);
    }
  }
  if (request->set_oom_score) set_oom_score(spawn, request->oom_score);
  set_standard_descriptors(spawn);
  if (request->change_user) set_user(spawn);
  if (request->directory != NULL && chdir(request->directory) != 0) fail(spawn, HOSTLER_SPAWN_DIRECTORY);
  unsigned first = request->passed < 0 ? 3 : 4;
  if (syscall(SYS_close_range, first, ~0u, 0u) != 0) {
    if (errno != ENOSYS) fail(spawn, HOSTLER_SPAWN_DESCRIPTORS);
    for (int descriptor = (int)first; descriptor < spawn->descriptor_limit; descriptor++) close(descriptor);
  }
  reset_signals(spawn);
  execve(request->program, request->arguments, request->environment);
  fail(spawn, HOSTLER_SPAWN_EXEC);
  return 127;
}

/* clone3 with a function to run on the new stack: the C library does not export one. */
static long clone3_and_run(struct clone_args *arguments, void *argument) {
#if defined(__x86_64__)
  long result;
  register int (*function)(void *) __asm__("r8") = child;
  register void *passed __asm__("r9") = argument;
  __asm__ volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %%r9, %%rdi\n\t"
      "callq *%%r8\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "0"(SYS_clone3), "D"(arguments), "S"(sizeof *arguments), "r"(function), "r"(passed)
      : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
  register long result __asm__("x0") = (long)arguments;
  register unsigned long size __asm__("x1") = sizeof *arguments;
  register long number __asm__("x8") = SYS_clone3;
  register int (*function)(void *) __asm__("x9") = child;
  register void *passed __asm__("x10") = argument;
  __asm__ volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, x10\n\t"
      "blr x9\n\t"
      "brk #1\n"
      "1:"
      : "+r"(result)
      : "r"(size), "r"(number), "r"(function), "r"(passed)
      : "memory", "cc", "x30");
#else
  long result = -ENOSYS;
  (void)arguments;
  (void)argument;
#endif
  if (result < 0) {
    errno = (int)-result;
    return -1;
  }
  return result;
}

/* Without clone3: the child enters the cgroup itself, and signals are held back while it still has the
 * parent's handlers. */
static long clone_and_run(struct spawn *spawn, char *stack, int *pidfd) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return -1;
  long pid = -1;
  int cgroup = spawn->request->cgroup;
  if (cgroup < 0 || (spawn->cgroup_procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC)) >= 0)
    pid = clone(child, stack + CHILD_STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, spawn, pidfd);
  int saved = errno;
  if (spawn->cgroup_procs >= 0) close(spawn->cgroup_procs);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = saved;
  return pid;
}

int hostler_spawn(const hostler_spawn_request *request, hostler_spawn_result *result) {
  char stack[CHILD_STACK_BYTES] __attribute__((aligned(16)));
  struct spawn spawn = {.request = request, .cgroup_procs = -1};
  int pidfd = -1;
  memset(result, 0, sizeof *result);
  result->pidfd = -1;

  /* A change of user in a child that shares our memory makes us undumpable too. */
  int dumpable = request->change_user ? prctl(PR_GET_DUMPABLE) : -1;

  struct clone_args arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  arguments.pidfd = (uint64_t)(uintptr_t)&pidfd;
  arguments.exit_signal = SIGCHLD;
  arguments.stack = (uint64_t)(uintptr_t)stack;
  arguments.stack_size = sizeof stack;
  if (request->cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = (uint64_t)request->cgroup;
  }
  long pid = clone3_and_run(&arguments, &spawn);
  if (pid < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == E2BIG)) {
    struct rlimit limit = {1024, 1024};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    spawn.descriptor_limit = limit.rlim_cur > 1048576 ? 1048576 : (int)limit.rlim_cur;
    pid = clone_and_run(&spawn, stack, &pidfd);
  }
  if (pid < 0) {
    result->step = HOSTLER_SPAWN_CLONE;
    result->error = errno;
    return -1;
  }
  if (dumpable == 1) (void)prctl(PR_SET_DUMPABLE, 1);
  if (spawn.step != HOSTLER_SPAWN_OK) {
    siginfo_t ignored;
    while (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &ignored, WEXITED) != 0 && errno == EINTR) {}
    close(pidfd);
    result->step = spawn.step;
    result->error = spawn.error;
    result->limit_index = spawn.limit_index;
    result->announced = spawn.announced;
    return -1;
  }
  result->pid = (pid_t)pid;
  result->pidfd = pidfd;
  result->announced = spawn.announced;
  return 0;
}
