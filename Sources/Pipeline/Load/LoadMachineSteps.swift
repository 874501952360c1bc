import Domain

// The inputs and steps of `LoadMachine`.
extension LoadMachine {
    /// What happened.
    enum Input: Equatable, Sendable {
        /// The warehouse has begun the run.
        case started
        /// A batch of movie documents is decoded.
        case movies(lines: Int)
        /// A batch of events is decoded.
        case events(lines: Int, weight: Int)
        /// No port has a batch now.
        case pause
        /// A port reads no more lines until batches are released.
        case heldBack
        /// There is a batch that does not fit into the transaction (`takes`).
        case full
        /// A port has no more lines.
        case ended(SourcePort)
        /// The answer to `addMovies`.
        case added(Growth)
        /// The answer to `awaitSettled`.
        case settled(Growth)
        /// The answer to `commit`.
        case committed
        /// The answer to every other step that has one.
        case done
        /// The warehouse failed, was made usable again, and rolled the open transaction back. The batches that were
        /// collected or inserted are gone.
        case lost
        /// The same, after the warehouse did not take some rows. The lines that they come from are rejected when they are
        /// read again.
        case refused
    }

    /// How a batch or group made the transaction grow.
    struct Growth: Equatable, Sendable {
        /// The additional bytes of lines that are stored as they came: rejected lines, long documents and comments.
        var keptBytes = 0
        /// The total bytes of the port's rows that are merged in memory now.
        var mergedBytes = 0
    }

    /// A step for `LoadRun` to perform.
    enum Step: Equatable, Sendable {
        /// Begin a transaction, unless one is open.
        case begin
        /// Open the sources of a port.
        case open(SourcePort)
        /// Write the rows of the last batch of movies, and release the batch.
        case addMovies
        /// Enrich, sort and insert the collected batches of events as a group.
        case insertEvents
        /// Begin to settle the inserted group on another thread.
        case settleEvents
        /// Wait until the group is settled, count and quarantine its lines, and release its batches.
        case awaitSettled
        /// Release the collected batches of events without loading them; a later run reads them again.
        case dropEvents
        /// Upsert the rows that are merged in memory, and flush the raw store.
        case upsert
        /// Cure lines in quarantine that are no longer in their source, and lines whose event or movie arrived (the
        /// warehouse may leave a part of the latter to `cureArrived`).
        case cureRead
        /// Write the run's row and the checkpoints.
        case save(RunOutcome)
        /// Commit, and tell the sources their durable positions.
        case commit
        /// Roll the transaction back.
        case rollback
        /// End the reading of a port.
        case close(SourcePort)
        /// Enrich the facts of movies that arrived or changed.
        case reenrichFacts
        /// Bring the marts up to date.
        case refreshMarts
        /// Cure all lines in quarantine whose event or movie arrived.
        case cureArrived
        /// Count the rows of the tables.
        case countRows
        /// Make missing indexes, and update the statistics of the query planner.
        case prepareForQuestions

        /// Whether `LoadRun` answers the step. It does where the next step depends on the result, or on whether the run
        /// was stopped while the step was performed.
        var hasAnswer: Bool {
            switch self {
            case .addMovies, .awaitSettled, .commit, .reenrichFacts, .refreshMarts, .cureArrived, .prepareForQuestions:
                true
            default: false
            }
        }
    }
}
