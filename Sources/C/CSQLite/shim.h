#include <sqlite3.h>

/// Leaves out SQLite's statistics of memory, which cost each allocation a lock that all threads share. Has to be called
/// before the library is used. See https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
static inline int reelhouse_sqlite3_omit_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
