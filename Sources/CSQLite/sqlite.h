/* SQLite, and what of it is a macro or a variadic function, which Swift does not see.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_SQLITE_H
#define HOSTLER_SQLITE_H

#include <sqlite3.h>

/* The kernel had no room for the index of a log. */
enum { hostler_sqlite_no_room_for_index = SQLITE_IOERR_SHMSIZE };

/* Binds a copy of UTF-8 text. */
static inline int hostler_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, text ? text : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* Binds a copy of bytes. No bytes are an empty value, not NULL. */
static inline int hostler_sqlite_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

/* Has SQL in which a name that is not there stands between double quotes be an error, not a string. */
static inline int hostler_sqlite_refuse_quoted_strings(sqlite3 *database) {
  int result = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
  return result == SQLITE_OK ? sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0) : result;
}

#endif /* HOSTLER_SQLITE_H */
