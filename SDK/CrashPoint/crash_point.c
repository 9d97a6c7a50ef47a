/* SPDX-License-Identifier: MPL-2.0 */
#include "crash_point.h"

#ifdef HOSTLER_CRASH_POINTS
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int passes;

void hostler_crash_point(const char *name) {
  const char *wanted = getenv("HOSTLER_CRASH_AT");
  if (wanted == NULL) return;
  size_t length = strlen(name);
  if (strncmp(wanted, name, length) != 0 || wanted[length] != ':') return;
  char *rest = NULL;
  long count = strtol(wanted + length + 1, &rest, 10);
  if (*rest != ':' || __atomic_add_fetch(&passes, 1, __ATOMIC_RELAXED) != count) return;
  if (unlink(rest + 1) == 0) raise(SIGKILL);
}

const char *hostler_crash_setting(void) {
  static char setting[1024];
  const char *wanted = getenv("HOSTLER_CRASH_AT");
  if (wanted == NULL) return NULL;
  snprintf(setting, sizeof setting, "HOSTLER_CRASH_AT=%s", wanted);
  return setting;
}
#else
#include <stddef.h>

const char *hostler_crash_setting(void) { return NULL; }

void hostler_crash_point(const char *name) { (void)name; }
#endif
