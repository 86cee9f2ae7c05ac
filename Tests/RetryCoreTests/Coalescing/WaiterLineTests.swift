import RetryCore
import Testing

@Suite("A line of waiters", .timeLimit(.minutes(20)))
struct WaiterLineTests {
    @Test("keeps the order of arrival through every mix of joins and leaves", arguments: 0..<20 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var line = WaiterLine<Int>()
        var model: [(id: WaiterLine<Int>.ID, waiter: Int)] = []
        for number in 0..<2_000 {
            switch random.next() % 8 {
            case 0...3: model.append((line.append(number), number))
            case 4:
                let first = line.removeFirst()
                #expect(first?.waiter == model.first?.waiter && first?.id == model.first?.id)
                if !model.isEmpty { model.removeFirst() }
            case 5, 6:
                guard let place = model.indices.randomElement(using: &random) else { continue }
                #expect(line.remove(model[place].id) == model[place].waiter)
                #expect(line.remove(model[place].id) == nil)
                model.remove(at: place)
            default:
                let rest = number % 5
                #expect(line.removeAll { $0 % 5 == rest } == model.map(\.waiter).filter { $0 % 5 == rest })
                model.removeAll { $0.waiter % 5 == rest }
            }
            #expect(line.count == model.count && line.isEmpty == model.isEmpty)
        }
        #expect(line.removeAll() == model.map(\.waiter))
        #expect(line.isEmpty && line.removeFirst() == nil)
    }
}
