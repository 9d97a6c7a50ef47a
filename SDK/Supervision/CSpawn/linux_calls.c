/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "linux_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <unistd.h>

int hostler_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int hostler_epoll_add(int epoll, int descriptor, uint64_t key) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = key}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int hostler_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int hostler_epoll_wait(int epoll, uint64_t *keys, int capacity) {
  struct epoll_event events[64];
  int count;
  while ((count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1)) < 0 && errno == EINTR) {}
  for (int i = 0; i < count; i++) keys[i] = events[i].data.u64;
  return count;
}

int hostler_eventfd(unsigned int value) { return eventfd(value, EFD_CLOEXEC | EFD_NONBLOCK); }

int hostler_eventfd_raise(int descriptor) { return eventfd_write(descriptor, 1); }

int hostler_eventfd_clear(int descriptor) {
  eventfd_t value;
  return eventfd_read(descriptor, &value);
}

int hostler_timerfd(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }

int hostler_timerfd_arm(int descriptor, int64_t nanoseconds) {
  if (nanoseconds < 1) nanoseconds = 1;
  struct itimerspec value = {.it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
  return timerfd_settime(descriptor, 0, &value, NULL);
}

int hostler_timerfd_disarm(int descriptor) {
  struct itimerspec never = {.it_value = {.tv_sec = 0, .tv_nsec = 0}};
  return timerfd_settime(descriptor, 0, &never, NULL);
}

int hostler_pipe(int ends[2]) {
  int made[2];
  char name[32];
  if (pipe2(made, O_CLOEXEC) != 0) return -1;
  snprintf(name, sizeof name, "/proc/self/fd/%d", made[0]);
  ends[0] = open(name, O_RDWR | O_CLOEXEC);
  int saved = errno;
  close(made[0]);
  if (ends[0] < 0) {
    close(made[1]);
    errno = saved;
    return -1;
  }
  ends[1] = made[1];
  return 0;
}

int hostler_pipe_pending(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

int64_t hostler_pipe_move(int pipe, int file, int64_t offset, size_t maximum) {
  off64_t position = offset;
  ssize_t moved;
  while ((moved = splice(pipe, NULL, file, &position, maximum, SPLICE_F_NONBLOCK | SPLICE_F_MOVE)) < 0 &&
         errno == EINTR) {}
  return moved;
}

int hostler_open_directory(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int hostler_is_cgroup2(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

void hostler_name_thread(const char *name) { (void)pthread_setname_np(pthread_self(), name); }
