/// The tickets that the guards of a call have given for an attempt.
@usableFromInline
package struct GuardTickets: Sendable {
    private var first = GuardTicket()
    private var second = GuardTicket()
    private var third = GuardTicket()
    private var fourth = GuardTicket()
    private var rest: [GuardTicket] = []
    /// One bit for each guard whose ticket is held.
    private var held: UInt64 = 0
    /// The answer to the first attempt, until it is handled, if that was no admission.
    var pending: GuardList.Admission?

    /// A Boolean value that indicates whether the attempt may start.
    @usableFromInline package var isAdmitted: Bool { pending == nil }

    func holds(_ index: Int) -> Bool { held & (1 << UInt64(index)) != 0 }

    /// Takes the ticket of a guard out; `nil` if it gave none.
    mutating func take(_ index: Int) -> GuardTicket? {
        guard holds(index) else { return nil }
        held &= ~(1 << UInt64(index))
        return self[index]
    }

    subscript(index: Int) -> GuardTicket {
        get {
            switch index {
            case 0: first
            case 1: second
            case 2: third
            case 3: fourth
            default: rest[index - 4]
            }
        }
        set {
            held |= 1 << UInt64(index)
            switch index {
            case 0: first = newValue
            case 1: second = newValue
            case 2: third = newValue
            case 3: fourth = newValue
            default:
                while rest.count <= index - 4 { rest.append(GuardTicket()) }
                rest[index - 4] = newValue
            }
        }
    }
}
