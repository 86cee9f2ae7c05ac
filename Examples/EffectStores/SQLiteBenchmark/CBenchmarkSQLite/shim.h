#include <sqlite3.h>

/// Binds bytes that SQLite copies: a destructor that is a number cannot be written in Swift.
static inline int benchmark_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}
