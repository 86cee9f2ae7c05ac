import Benchmark
import Foundation

@main
enum Main {
    /// Measures and reports every row that the filter lets through; fails if one is short of a bar.
    static func main() async {
        let report = Report()
        await report.printHeader()
        await BenchmarkRunner.setupBenchmarkRunner { @Sendable in
            let topics = [
                firstTryRows(), isolationRows(), failureRows(), timeoutRows(), waitingRows(), hedgingRows(),
                scopeRows(),
                blockingRows(), delayRows(), guardRows(),
                observerRows(),
                budgetRows(), breakerRows(), effectRows(), digestRows(), gateRows(),
                loadGuardRows(), trackerRows(), classificationRows(), sequenceRows(), configurationRows(), callRows(),
            ]
            for row in topics.joined() {
                row.register(report)
            }
        }
        exit(await report.shortCount == 0 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
}

extension Row {
    /// Registers the row as a benchmark that hands on, as metrics of its own, what the rounds found out.
    ///
    /// The rounds run while the benchmark is set up. The benchmark library awaits that, but while it runs the
    /// benchmark itself it blocks one of the few threads that tasks run on, and an operation that needs two tasks looks
    /// cheaper than it is. Nor does it know of two things that are measured in turns.
    fileprivate func register(_ report: Report) {
        let configuration = Benchmark.Configuration(
            metrics: [.rowTime, .loopTime, .reading, .mallocs], warmupIterations: 0, maxIterations: 1)
        Benchmark(name, configuration: configuration) { (benchmark, result: Measurement) in
            for round in result.rounds {
                benchmark.measurement(.rowTime, Int(round.nanoseconds * 1000))
                round.loopNanoseconds.map { benchmark.measurement(.loopTime, Int($0 * 1000)) }
            }
            result.reading.map { benchmark.measurement(.reading, Int($0 * 1000)) }
            result.mallocs.map { benchmark.measurement(.mallocs, Int($0.rounded())) }
        } setup: {
            do {
                let result = try await Meter(row: self).run()
                await report.print(self, result)
                return result
            } catch {
                await report.print(self, error)
                return Measurement()
            }
        }
    }
}

extension BenchmarkMetric {
    fileprivate static let rowTime = BenchmarkMetric.custom("Row (ps)", useScalingFactor: false)
    fileprivate static let loopTime = BenchmarkMetric.custom("Loop by hand (ps)", useScalingFactor: false)
    fileprivate static let reading = BenchmarkMetric.custom("Reading (thousandths)", useScalingFactor: false)
    fileprivate static let mallocs = BenchmarkMetric.custom("Mallocs", useScalingFactor: false)
}
