/* Calls of Linux that Swift's module of the C library does not carry.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_LINUX_CALLS_H
#define HOSTLER_LINUX_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* Each returns -1 with errno on failure; each descriptor is close-on-exec. */

/* An epoll, level-triggered. */
int hostler_epoll_create(void);
/* Watches a descriptor for input; `key` comes back with each event. */
int hostler_epoll_add(int epoll, int descriptor, uint64_t key);
/* Watches it no more. Needed for a descriptor of which others hold copies: closing it is not enough. */
int hostler_epoll_remove(int epoll, int descriptor);
/* Waits for events without limit of time, and writes their keys. Returns how many. */
int hostler_epoll_wait(int epoll, uint64_t *keys, int capacity);

/* An eventfd with a first value; readable while it is not 0. */
int hostler_eventfd(unsigned int value);
/* Adds 1; takes all. */
int hostler_eventfd_raise(int descriptor);
int hostler_eventfd_clear(int descriptor);

/* A timerfd on the monotonic clock, not armed. It is readable once it has expired. */
int hostler_timerfd(void);
/* Arms it to expire once after so many nanoseconds (at least 1). */
int hostler_timerfd_arm(int descriptor, int64_t nanoseconds);
/* Makes it quiet, and not armed. */
int hostler_timerfd_disarm(int descriptor);

/* A pipe of which the task gets the end `ends[1]`. `ends[0]` is for reading and writing, so that nothing
 * happens to it when the last writer goes. */
int hostler_pipe(int ends[2]);
/* How many bytes a pipe holds. */
int hostler_pipe_pending(int descriptor);
/* Moves up to so many bytes from a pipe to a file at an offset; EAGAIN when the pipe is empty. */
int64_t hostler_pipe_move(int pipe, int file, int64_t offset, size_t maximum);

/* Opens a directory only to name it. */
int hostler_open_directory(const char *path);
/* Not 0 when the path lies in a cgroup v2 file system. */
int hostler_is_cgroup2(const char *path);
/* Names the calling thread. */
void hostler_name_thread(const char *name);

#endif
