/// A warehouse that is built anew beside the one that it takes the place of.
///
/// The old one stays what it is, and readers may read it, until `replace`. Nobody else writes to it meanwhile.
public protocol WarehouseReplacement: AnyObject {
    /// Where the new warehouse is built.
    var place: Location { get }
    /// Puts the new warehouse in the place of the old one, all at once. No connection to either may be open in this
    /// process.
    ///
    /// - Parameter keep: where the old one is kept; nil keeps it nowhere.
    /// - Throws: an error of kind `.inUse` when another program has one of the two open. The old one is as before then.
    func replace(keeping keep: String?) throws
}
