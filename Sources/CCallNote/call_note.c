#define _GNU_SOURCE
#include "call_note.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static _Thread_local volatile hostler_call_note current;

static const struct {
  int number;
  const char *name;
} signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"}, {SIGABRT, "SIGABRT"},
};
enum { signal_count = sizeof signals / sizeof signals[0] };
static struct sigaction previous[signal_count];

hostler_call_note hostler_call_note_enter(const char *driver, const char *call) {
  hostler_call_note before = {current.driver, current.call};
  current.call = call;
  current.driver = driver;
  return before;
}

void hostler_call_note_leave(hostler_call_note before) {
  current.driver = before.driver;
  current.call = before.call;
}

static void say(const char *text) {
  if (write(2, text, strlen(text)) < 0) return;
}

static void handle(int number, siginfo_t *information, void *context) {
  (void)context;
  int index = 0;
  while (index < signal_count - 1 && signals[index].number != number) index++;
  if (current.driver) {
    say("\nhostler: driver ");
    say(current.driver);
    say(" raised ");
    say(signals[index].name);
    say(" in a call of ");
    say(current.call);
    say(". In this process a crash of one driver is the end of all; tell its author, and give its plugin block "
        "isolation = \"process\".\n");
    current.driver = NULL;
  }
  sigaction(number, &previous[index], NULL);
  /* A fault of the processor comes again by itself; one that was sent is sent again. */
  if (information && information->si_code > 0) return;
  raise(number);
}

static void install(void) {
  for (int index = 0; index < signal_count; index++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(signals[index].number, &action, &previous[index]);
  }
}

void hostler_call_note_install(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
}
