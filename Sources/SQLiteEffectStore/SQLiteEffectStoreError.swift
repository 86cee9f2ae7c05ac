#if SQLite
public import RetryCore

/// An error of a store with its file; nothing was recorded.
///
/// The errors of any store, such as a result that is too long or a schema from a newer version, are `EffectStoreError`
/// here too.
public struct SQLiteEffectStoreError: Error, Sendable, Hashable {
    /// The kind of a problem.
    ///
    /// Later versions may add cases.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A setting is invalid.
        case invalidSetting
        /// The loaded library of SQLite is older than 3.37.
        case outdatedLibrary
        /// The directory of the file does not exist.
        case missingDirectory
        /// The path is empty, or leads to something that is not a file.
        case notAFile
        /// The file or its directory cannot be written by this process.
        case readOnly
        /// Any user may change the file, or put another one in its place.
        case worldWritable
        /// Other users of a group may change the file, or put another one in its place.
        case groupWritable
        /// The file, its journal or its directory belongs to another user.
        case foreignOwner
        /// The path leads to a symbolic link.
        case symbolicLink
        /// The file belongs to another program, or is not one of SQLite at all.
        case foreignFile
        /// The file is in a journal mode that this store does not use, and another process has it open.
        case journalMode
        /// The file is damaged.
        case damaged
        /// The file was moved, deleted or replaced after it was opened.
        case moved
        /// The file was emptied, cut or overwritten after it was opened.
        case emptied
        /// The file of a backup is there already.
        case alreadyExists
        /// There is no room on the disk.
        case diskFull
        /// Other processes kept the file locked for too long.
        case busy
        /// The disk or the file system failed.
        case inputOutput
        /// Any other problem.
        case failed
    }

    /// The kind of the problem.
    public let kind: Kind
    /// The file or the directory of the problem; the name of an invalid setting, or the version of an outdated library.
    public let subject: String
    /// SQLite's extended result code, or 0.
    public let code: Int32
    /// Further details, in English.
    public let detail: String

    init(_ kind: Kind, _ subject: String, code: Int32 = 0, _ detail: String = "") {
        self.kind = kind
        self.subject = subject
        self.code = code
        self.detail = detail
    }
}

extension SQLiteEffectStoreError: CustomStringConvertible {
    /// The problem, and the remedy.
    public var description: String {
        let facts = [detail, code == 0 ? "" : "SQLite says \(code)"].filter { !$0.isEmpty }
        return sentence + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
    }

    private var sentence: String {
        switch kind {
        case .invalidSetting: "The setting \(subject) is invalid."
        case .outdatedLibrary:
            "SQLite \(subject) is too old: the store needs \(LibraryVersion.oldest) or later. Install a newer libsqlite3 "
                + "where the program runs, and start it again."
        case .missingDirectory: "The directory \(subject) does not exist. Create it; the store creates only its file."
        case .notAFile: "\(subject) is not a file. Give the path of a file, or of one to be created."
        case .readOnly:
            "\(subject) cannot be written by this process. The store writes the file, and a journal beside it: give "
                + "this user the right to write both the file and its directory."
        case .worldWritable:
            "Any user may write \(subject), and so forge or erase what has happened. Take that right away (chmod o-w)."
        case .groupWritable:
            "Users of a group may write \(subject), and so forge or erase what has happened. Take that right away "
                + "(chmod g-w), or name those users in trustedUsers."
        case .foreignOwner:
            "\(subject) belongs to another user, who can forge or erase what has happened. Let this user own it, or name "
                + "the owner in trustedUsers."
        case .symbolicLink:
            "\(subject) is a symbolic link, which may lead to another file tomorrow. Give the path of the file itself."
        case .foreignFile: "\(subject) is not a file of an effect store. Give the store one of its own."
        case .journalMode:
            "\(subject) is in another journal mode, and another process has it open. Close the other program."
        case .damaged:
            "\(subject) is damaged. Stop all its users, keep a copy, and recover it with the command line tool of "
                + "SQLite (.recover). Without it, what has happened is not known any more."
        case .moved:
            "\(subject) was moved, deleted or replaced while it was open. Put it back, or stop all its users and open "
                + "the store again."
        case .emptied:
            "\(subject) was emptied, cut or overwritten while it was open. What has happened is not known any more: stop "
                + "all its users, and restore it only if the receivers remember no more than the backup does."
        case .alreadyExists: "\(subject) is there already. Give a backup a file of its own."
        case .diskFull: "There is no room on the disk of \(subject). Make room, and try again."
        case .busy: "\(subject) was locked by other processes all the time. Try again, or raise busyTimeout."
        case .inputOutput:
            "The disk or the file system of \(subject) failed. Check the disk and its mount; try again."
        case .failed: "SQLite could not work on \(subject)."
        }
    }
}

extension SQLiteEffectStoreError: SelfClassifyingError {
    /// Transient if waiting may help, else permanent.
    public var classification: ErrorClassification {
        switch kind {
        case .busy, .diskFull, .inputOutput: .transient
        default: .permanent
        }
    }
}
#endif
