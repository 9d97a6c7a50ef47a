/* Says on standard error which driver it was, when this process ends by a signal during a call of one.
 *
 * The thread remembers which call it is in; the handler of the signal reads that. */
#ifndef HOSTLER_CALL_NOTE_H
#define HOSTLER_CALL_NOTE_H

/* What a thread is in. The texts must outlive the call. */
typedef struct hostler_call_note {
  const char *driver; /* NULL: in no call */
  const char *call;
} hostler_call_note;

/* Installs the handlers for the signals that a program's own mistakes raise; once is enough. A handler that
 * is there already comes after this one's note. */
void hostler_call_note_install(void);

/* Enters a call on this thread. Returns what the thread was in before, for hostler_call_note_leave. */
hostler_call_note hostler_call_note_enter(const char *driver, const char *call);
void hostler_call_note_leave(hostler_call_note before);

#endif
