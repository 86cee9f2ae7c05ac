#ifndef RETRY_SQLITE_SHIM_H
#define RETRY_SQLITE_SHIM_H

#if __has_include(<sqlite3.h>)
#include <sqlite3.h>
#else
#error "The trait SQLite of RetryKit needs sqlite3.h. Install SQLite's headers and library: apt install libsqlite3-dev, dnf install sqlite-devel, or apk add sqlite-dev; elsewhere name their folder by -Xcc -I and -Xlinker -L. Or leave out the trait."
#endif

#if SQLITE_VERSION_NUMBER < 3037000
#error "The trait SQLite of RetryKit needs SQLite 3.37 or later. Install a newer sqlite3.h and libsqlite3, and name their folder by -Xcc -I and -Xlinker -L. Or leave out the trait."
#endif

// What Swift cannot call or write: a destructor that is a number, and functions with variable arguments.

/// Binds bytes that SQLite copies. No bytes are an empty value, not NULL.
static inline int effect_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    if (count == 0) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Binds text that SQLite copies. It may contain NUL.
static inline int effect_bind_text(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, count == 0 ? "" : bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Lets nothing in a file run code: no triggers, no views, no writing to the schema behind SQLite's back.
static inline void effect_harden(sqlite3 *connection) {
#ifdef SQLITE_DBCONFIG_DEFENSIVE
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
#endif
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)0);
#ifdef SQLITE_DBCONFIG_ENABLE_VIEW
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)0);
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
#endif
}

#endif
