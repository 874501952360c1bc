/// What concerns the tables of all kinds.
public enum AllTables {
    /// All tables that hold data.
    public static let content = MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all
    /// The indexes of all tables.
    public static let indexes = content.flatMap(\.indexes)
}
