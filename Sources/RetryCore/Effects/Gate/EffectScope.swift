import Synchronization

/// The effects that the current task or thread runs inside of, and the keys that they wait for: detects cycles.
///
/// Two effects that call each other by their keys would wait for each other forever, and renew their leases meanwhile.
/// A call that would close such a cycle is refused instead. Only calls from within an effect pay for this check.
package enum EffectScope {
    /// A key of a store.
    package struct Node: Hashable, Sendable {
        let store: StoreIdentity
        let id: ActionID

        package init(_ store: StoreIdentity, _ id: ActionID) {
            self.store = store
            self.id = id
        }
    }

    /// One run of an effect.
    package final class Run: Sendable {
        let node: Node
        let outer: Node?
        private let isOverFlag = Atomic(false)

        init(_ node: Node, outer: Node?) {
            self.node = node
            self.outer = outer
        }

        // A task that outlives its effect is not inside of it any more.
        var isOver: Bool { isOverFlag.load(ordering: .acquiring) }

        fileprivate func end() { isOverFlag.store(true, ordering: .releasing) }
    }

    /// The runs that the current code is inside of, the outermost first.
    @TaskLocal package static var runs: [Run] = []

    /// The keys that wait for others: an edge from the key of a running effect to one that it waits for, or runs.
    private static let waits = Locked(WaitGraph())

    private static var open: [Node] { runs.filter { !$0.isOver }.map(\.node) }

    /// Begins the run of an effect: its body runs with the returned value as ``runs``.
    package static func begin(_ node: Node) -> [Run] {
        let outer = open.last
        if let outer { waits.withLock { $0.add(outer, node) } }
        return runs + [Run(node, outer: outer)]
    }

    /// Ends the run of an effect.
    package static func end(_ inside: [Run]) {
        guard let run = inside.last else { return }
        run.end()
        if let outer = run.outer { waits.withLock { $0.remove(outer, run.node) } }
    }

    /// Returns whether the current code is directly inside the effect of a key.
    package static func isDirectlyInside(_ node: Node) -> Bool { open.last == node }

    /// Throws if the current code is inside the effect of a key, through others.
    package static func checkNesting(_ node: Node) throws(EffectError) {
        let open = open
        guard let index = open.lastIndex(of: node), index != open.count - 1 else { return }
        throw .keyCycle(node.id, through: open[(index + 1)...].map(\.id))
    }

    /// Begins to wait for the owner of a key, in another task or thread of this process or elsewhere.
    ///
    /// - Returns: The value for ``endWait(_:)``; `nil` if the caller is not inside an effect.
    /// - Throws: `EffectError` if that owner waits for an effect that the caller is inside of.
    package static func beginWait(for node: Node) throws(EffectError) -> Wait? {
        let open = open
        guard let innermost = open.last else { return nil }
        let path = waits.withLock { waits -> [Node]? in
            if let path = waits.path(from: node, toAnyOf: open) { return path }
            waits.add(innermost, node)
            return nil
        }
        if let path {
            let inner = open.drop { $0 != path.last }.dropFirst()
            throw .keyCycle(node.id, through: (path.dropFirst() + inner).map(\.id))
        }
        return Wait(from: innermost, to: node)
    }

    /// Ends the caller's wait.
    package static func endWait(_ wait: Wait?) {
        if let wait { waits.withLock { $0.remove(wait.from, wait.to) } }
    }

    /// A wait that has begun.
    package struct Wait: Sendable {
        fileprivate let from: Node
        fileprivate let to: Node
    }

    /// Returns the number of keys of a store that wait for others right now.
    package static func waitCount(of store: StoreIdentity) -> Int { waits.withLock { $0.count(of: store) } }
}

/// The graph of keys that wait for other keys.
private struct WaitGraph: Sendable {
    private var edges: [EffectScope.Node: [EffectScope.Node: Int]] = [:]

    func count(of store: StoreIdentity) -> Int { edges.keys.count { $0.store == store } }

    mutating func add(_ from: EffectScope.Node, _ to: EffectScope.Node) {
        edges[from, default: [:]][to, default: 0] += 1
    }

    mutating func remove(_ from: EffectScope.Node, _ to: EffectScope.Node) {
        guard let number = edges[from]?[to] else { return }
        edges[from]?[to] = number > 1 ? number - 1 : nil
        if edges[from]?.isEmpty == true { edges[from] = nil }
    }

    /// Returns the path from a key to one of several others, both ends included; `nil` if there is none.
    func path(from start: EffectScope.Node, toAnyOf ends: [EffectScope.Node]) -> [EffectScope.Node]? {
        var cameFrom: [EffectScope.Node: EffectScope.Node] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            if ends.contains(node) { return way(to: node, from: start, cameFrom) }
            for successor in (edges[node] ?? [:]).keys where successor != start && cameFrom[successor] == nil {
                cameFrom[successor] = node
                queue.append(successor)
            }
        }
        return nil
    }

    private func way(
        to end: EffectScope.Node, from start: EffectScope.Node, _ cameFrom: [EffectScope.Node: EffectScope.Node]
    ) -> [EffectScope.Node] {
        var way = [end]
        while let last = way.last, last != start, let before = cameFrom[last] { way.append(before) }
        return way.reversed()
    }
}
