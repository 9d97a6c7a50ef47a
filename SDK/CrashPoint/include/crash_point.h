/* Named points in the code at which a test can have the process killed, as by SIGKILL from outside: they prove that
 * nothing is lost wherever a process ends.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_CRASH_POINT_H
#define HOSTLER_CRASH_POINT_H

/* Kills the process when the environment says so: HOSTLER_CRASH_AT=NAME:COUNT:FILE ends it when the point NAME is
 * passed for the COUNTth time, once: FILE is removed by whoever crashes, and nobody does without it. Compiled in
 * for debug builds; in a release build it does nothing. Any thread. */
void hostler_crash_point(const char *name);

/* What the environment of this process says of it, `HOSTLER_CRASH_AT=…`, for the environment of a process that it
 * starts; null when it says nothing, and in a release build. The text stays as long as the process. */
const char *hostler_crash_setting(void);

#endif
