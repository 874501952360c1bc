/// The numbered migrations, which are the SQL files beside this one, built into the program.
public enum Schema {
    /// A step from one version of the schema to the next.
    public struct Migration: Sendable {
        /// Its number, from 1.
        public let version: Int
        /// Its file's name without the ending.
        public let name: String
        /// Its statements.
        public let sql: String

        init(_ version: Int, _ name: String, _ bytes: [UInt8]) {
            self.version = version
            self.name = name
            self.sql = String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The migrations of the SQLite warehouse, in order.
    public static let sqlite = [
        Migration(1, "0001_operations", PackageResources._001_operations_sql),
        Migration(2, "0002_movies", PackageResources._002_movies_sql),
        Migration(3, "0003_behaviour", PackageResources._003_behaviour_sql),
        Migration(4, "0004_marts", PackageResources._004_marts_sql),
        Migration(5, "0005_readable_views", PackageResources._005_readable_views_sql),
        Migration(6, "0006_rejected_view", PackageResources._006_rejected_view_sql),
        Migration(7, "0007_known_sources", PackageResources._007_known_sources_sql),
        Migration(8, "0008_mart_refresh", PackageResources._008_mart_refresh_sql),
        Migration(9, "0009_marker", PackageResources._009_marker_sql),
        Migration(10, "0010_run_error", PackageResources._010_run_error_sql),
        Migration(11, "0011_cured_records", PackageResources._011_cured_records_sql),
        Migration(12, "0012_source_positions", PackageResources._012_source_positions_sql),
        Migration(13, "0013_tasks", PackageResources._013_tasks_sql),
        Migration(14, "0014_site_daily", PackageResources._014_site_daily_sql),
    ]

    /// The migrations of the PostgreSQL warehouse, in order. They name no schema: a transaction that applies them has its
    /// `search_path` set (`SET LOCAL`) to the schema that they are for and `pg_temp`.
    public static let postgres = [
        Migration(1, "0001_operation_tables", PackageResources._001_operation_tables_sql),
        Migration(2, "0002_movie_tables", PackageResources._002_movie_tables_sql),
        Migration(3, "0003_behaviour_tables", PackageResources._003_behaviour_tables_sql),
        Migration(4, "0004_mart_tables", PackageResources._004_mart_tables_sql),
        Migration(5, "0005_views", PackageResources._005_views_sql),
        Migration(6, "0006_rejected_event_view", PackageResources._006_rejected_event_view_sql),
        Migration(7, "0007_comments", PackageResources._007_comments_sql),
        Migration(8, "0008_tasks", PackageResources._008_tasks_sql),
        Migration(9, "0009_site_daily", PackageResources._009_site_daily_sql),
    ]

    /// The checks of `reelhouse check`, which are the file `checks.sql`.
    public static let checks = String(decoding: PackageResources.checks_sql, as: UTF8.self)

    /// The number of the last migration.
    public static var newestVersion: Int { sqlite.last?.version ?? 0 }
}
