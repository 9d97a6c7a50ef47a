/* Calls of Linux that Swift's module of the C library does not carry, for the host's side.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_LINUX_H
#define HOSTLER_LINUX_H

#include <stdint.h>
#include <sys/epoll.h>

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

#endif /* HOSTLER_LINUX_H */
