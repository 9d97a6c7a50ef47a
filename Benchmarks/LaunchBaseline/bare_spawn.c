/* The least that launching costs: posix_spawn and waitpid of /bin/true, nothing else.
 *
 * usage: bare_spawn [COUNT [CONCURRENCY]]; prints tasks per second.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;
static int count = 2000, concurrency = 2;
static atomic_int next_task;

static void *work(void *unused) {
  char *arguments[] = {"/bin/true", NULL};
  (void)unused;
  while (atomic_fetch_add(&next_task, 1) < count) {
    pid_t pid;
    int status;
    if (posix_spawn(&pid, arguments[0], NULL, NULL, arguments, environ) != 0) exit(1);
    if (waitpid(pid, &status, 0) != pid || status != 0) exit(1);
  }
  return NULL;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Processor time of this process and its threads, without its children's. */
static double own_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  if (argc > 1) count = atoi(argv[1]);
  if (argc > 2) concurrency = atoi(argv[2]);
  if (concurrency > 64) concurrency = 64;
  pthread_t threads[64];
  double own = own_seconds();
  double before = seconds();
  for (int i = 0; i < concurrency; i++) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < concurrency; i++) pthread_join(threads[i], NULL);
  printf("bare_spawn_tasks_per_second %.0f\n", count / (seconds() - before));
  printf("bare_spawn_own_microseconds_per_task %.0f\n", (own_seconds() - own) / count * 1e6);
  return 0;
}
