/* Calls of Linux that Swift's module of the C library does not carry, or not in every kind of build
 * (`struct timespec` belongs to one module or another), for the host's side.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_LINUX_H
#define HOSTLER_LINUX_H

#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
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

#endif /* HOSTLER_LINUX_H */
