/// The tables of all kinds together.
public enum AllTables {
    /// All tables but the operation tables.
    public static let content = MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all
    /// The indexes of all tables.
    public static let indexes = content.flatMap(\.indexes)
}
