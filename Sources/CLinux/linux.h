/* Calls of Linux that Swift's module of the C library does not carry, or not in every kind of build
 * (`struct timespec` belongs to one module or another), for the host's side.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_LINUX_H
#define HOSTLER_LINUX_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Each returns -1 with errno on failure. */

/* An epoll, close-on-exec. */
static inline int hostler_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

/* Watches a descriptor for input, level-triggered; `key` comes back with each event. */
static inline int hostler_epoll_add(int epoll, int descriptor, uint64_t key) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = key}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* Watches a descriptor no more. */
static inline int hostler_epoll_remove(int epoll, int descriptor) {
  return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, 0);
}

/* Waits for events without limit of time, and writes their keys. Returns how many. */
static inline int hostler_epoll_wait(int epoll, uint64_t *keys, int capacity) {
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1);
  for (int index = 0; index < count; index++) keys[index] = events[index].data.u64;
  return count;
}

/* Opens what a path below a directory names, as a place only (O_PATH). No part of the path, dots and links
 * included, can lead out of the directory. */
static inline int hostler_open_place_beneath(int directory, const char *path) {
  struct {
    uint64_t flags, mode, resolve;
  } how = {010000000 /* O_PATH */ | O_CLOEXEC, 0, 0x08 /* RESOLVE_BENEATH */ | 0x02 /* RESOLVE_NO_MAGICLINKS */};
  return (int)syscall(437 /* openat2 */, directory, path, &how, sizeof how);
}

/* What is behind a descriptor: its mode, its size, and when it was last changed in nanoseconds since 1970. */
static inline int hostler_describe(int descriptor, uint32_t *mode, int64_t *size, int64_t *changed) {
  struct stat about;
  if (fstat(descriptor, &about) != 0) return -1;
  *mode = about.st_mode;
  *size = about.st_size;
  *changed = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
  return 0;
}

/* A pipe whose ends are close-on-exec. */
static inline int hostler_pipe(int *ends) {
  return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/* Watches a folder for files that are written, moved and removed. Returns a descriptor that turns readable, and
 * never blocks. */
static inline int hostler_watch_folder(const char *path) {
  int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (descriptor < 0) return -1;
  uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF |
                  IN_MOVE_SELF | IN_ONLYDIR;
  if (inotify_add_watch(descriptor, path, mask) < 0) {
    int number = errno;
    close(descriptor);
    errno = number;
    return -1;
  }
  return descriptor;
}

/* Writes bytes that may not be there: EFAULT where they are not. Not through the C library's function, which
 * an address sanitizer replaces with one that looks at the bytes itself. */
static inline int64_t hostler_write_untrusted(int descriptor, const void *bytes, size_t count) {
  return syscall(SYS_write, descriptor, bytes, count);
}

/* The time of a clock that never jumps. */
static inline int64_t hostler_monotonic_nanoseconds(void) {
  struct timespec time = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Waits for a condition until a time of that clock; the condition must have been made for it. */
static inline void hostler_condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                                int64_t nanoseconds) {
  struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  pthread_cond_timedwait(condition, mutex, &time);
}

/* Makes a condition that waits by that clock. */
static inline void hostler_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

/* When a file was last written to, in nanoseconds since 1970 UTC. */
static inline int64_t hostler_modified_nanoseconds(const struct stat *status) {
  return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

/* The most descriptors that one message of a socket can carry, as the kernel has it. */
enum { hostler_message_descriptors = 253 };

/* Sends bytes through a socket, with a descriptor unless it is negative. Returns how many bytes went; never
 * raises a signal. */
static inline int64_t hostler_send(int socket, const void *bytes, size_t count, int descriptor, int blocks) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | (blocks ? 0 : MSG_DONTWAIT));
}

/* Receives bytes from a socket without waiting, with up to hostler_message_descriptors descriptors, which are
 * close-on-exec and the caller's. `truncated` is set when some were lost. Returns how many bytes came. */
static inline int64_t hostler_receive(int socket, void *bytes, size_t capacity, int *descriptors,
                                      int *descriptor_count, int *truncated) {
  union {
    char bytes[CMSG_SPACE(sizeof(int) * hostler_message_descriptors)];
    struct cmsghdr aligned;
  } control;
  struct iovec part = {bytes, capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  *descriptor_count = 0;
  *truncated = 0;
  int64_t count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0) return count;
  *truncated = (message.msg_flags & MSG_CTRUNC) != 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t given = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < given && *descriptor_count < hostler_message_descriptors; index++)
      memcpy(&descriptors[(*descriptor_count)++], CMSG_DATA(header) + index * sizeof(int), sizeof(int));
  }
  return count;
}

/* A connected pair of stream sockets, close-on-exec. */
static inline int hostler_socket_pair(int *ends) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

/* An event that makes its descriptor readable, close-on-exec. */
static inline int hostler_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline void hostler_event_set(int event) { eventfd_write(event, 1); }
static inline void hostler_event_clear(int event) {
  eventfd_t value;
  eventfd_read(event, &value);
}

/* Of the C library; declared only where GNU extensions are asked for. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern const char *sigabbrev_np(int);

/* A descriptor of a process of ours, close-on-exec. */
static inline int hostler_open_process(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

#endif /* HOSTLER_LINUX_H */
