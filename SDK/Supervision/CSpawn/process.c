/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* From <linux/pidfd.h> of newer kernels than the headers at hand. */
struct pidfd_information {
  uint64_t mask;
  uint64_t cgroup_id;
  uint32_t ids[11];
  int32_t exit_code;
  uint8_t room[64];
};
#define PIDFD_INFORMATION_FIRST_BYTES 64
_Static_assert(offsetof(struct pidfd_information, exit_code) == 60, "the kernel's place of the exit status");
#define PIDFD_INFORMATION_EXIT (1u << 3)
#define PIDFD_GET_INFORMATION _IOC(_IOC_READ | _IOC_WRITE, 0xFF, 11, PIDFD_INFORMATION_FIRST_BYTES)
#define PID_FILESYSTEM_MAGIC 0x50494446

int hostler_detach(void) {
  pid_t pid = fork();
  if (pid > 0) _exit(0);
  return pid < 0 ? -1 : 0;
}

int hostler_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int hostler_pidfd_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

#define PIDFD_SIGNAL_GROUP (1u << 2)

int hostler_pidfd_signal_group(int pidfd, pid_t pid, int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, PIDFD_SIGNAL_GROUP) == 0) return 0;
  if (errno == EINVAL) {
    /* An unknown signal, or a kernel before 6.9: the number is safe to use while the process is there. */
    if (hostler_pidfd_signal(pidfd, 0) != 0) return -1;
    if (kill(-pid, signal) == 0) return 0;
  }
  return errno == ESRCH ? hostler_pidfd_signal(pidfd, signal) : -1;
}

/* Reads a field of the stat file of a process, counted from 3 (the state) as in proc(5). */
static int read_stat_field(pid_t pid, int wanted, char *text, size_t size) {
  char path[32], line[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = read(file, line, sizeof line - 1);
  close(file);
  if (count <= 0) return -1;
  line[count] = 0;
  /* The name before it may hold anything, also parentheses. */
  char *rest = strrchr(line, ')');
  if (rest == NULL) return -1;
  char *position = NULL, *field = strtok_r(rest + 1, " \n", &position);
  for (int number = 3; field != NULL && number < wanted; number++) field = strtok_r(NULL, " \n", &position);
  if (field == NULL || strlen(field) >= size) return -1;
  strcpy(text, field);
  return 0;
}

static hostler_exit_kind decode(int status, int *value) {
  if (WIFSIGNALED(status)) {
    *value = WTERMSIG(status);
    return HOSTLER_EXIT_SIGNAL;
  }
  *value = WEXITSTATUS(status);
  return HOSTLER_EXIT_CODE;
}

/* The status of a process that is not our child: in its stat file while it is a zombie, behind its pidfd
 * once its parent has reaped it. Between the two looks it may be reaped, so the pidfd is asked last. */
static hostler_exit_kind foreign_exit(int pidfd, pid_t pid, int *value) {
  struct pollfd readable = {.fd = pidfd, .events = POLLIN};
  if (poll(&readable, 1, 0) <= 0) return HOSTLER_EXIT_NONE;
  char text[32];
  if (read_stat_field(pid, 3, text, sizeof text) == 0 && text[0] == 'Z' &&
      read_stat_field(pid, 52, text, sizeof text) == 0 && hostler_pidfd_signal(pidfd, 0) == 0)
    return decode(atoi(text), value);
  struct pidfd_information information;
  memset(&information, 0, sizeof information);
  information.mask = PIDFD_INFORMATION_EXIT;
  if (ioctl(pidfd, PIDFD_GET_INFORMATION, &information) == 0 && (information.mask & PIDFD_INFORMATION_EXIT))
    return decode(information.exit_code, value);
  return HOSTLER_EXIT_UNKNOWN;
}

hostler_exit_kind hostler_process_exit(int pidfd, pid_t pid, int *value) {
  siginfo_t information;
  information.si_pid = 0;
  int outcome;
  while ((outcome = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &information, WEXITED | WNOHANG | __WALL)) != 0 &&
         errno == EINTR) {}
  if (outcome != 0) return foreign_exit(pidfd, pid, value);
  if (information.si_pid == 0) return HOSTLER_EXIT_NONE;
  *value = information.si_status;
  return information.si_code == CLD_EXITED ? HOSTLER_EXIT_CODE : HOSTLER_EXIT_SIGNAL;
}

uint64_t hostler_process_birth(int pidfd, pid_t pid, int *kind) {
  struct stat status;
  struct statfs system;
  /* 0: not asked yet; 1: the kernel gives each process an inode; 2: it does not. */
  static int inodes;
  int known = __atomic_load_n(&inodes, __ATOMIC_RELAXED);
  if (known == 0) {
    known = fstatfs(pidfd, &system) == 0 && system.f_type == PID_FILESYSTEM_MAGIC ? 1 : 2;
    __atomic_store_n(&inodes, known, __ATOMIC_RELAXED);
  }
  *kind = known;
  if (known == 1) return fstat(pidfd, &status) == 0 ? status.st_ino : 0;
  char text[32];
  if (read_stat_field(pid, 22, text, sizeof text) != 0) return 0;
  return strtoull(text, NULL, 10);
}
