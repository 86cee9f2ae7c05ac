// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the library itself has no dependency. `./run` builds and runs it.
let package = Package(
    name: "RetryBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "RetryKit", path: "../.."),
        // Without its traits it replaces neither malloc nor the runtime's functions, and counts no allocations:
        // MallocCounter does.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "RetryBenchmarks",
            dependencies: [
                "AsyncHTTPClient",
                "GRPCCore",
                "MallocCounter",
                "PlainClient",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
            ],
            path: "RetryBenchmarks"
        ),
        // A client that has not turned on NonisolatedNonsendingByDefault.
        .target(
            name: "PlainClient",
            dependencies: [.product(name: "RetryAsync", package: "RetryKit")],
            path: "PlainClient"
        ),
        .target(name: "MallocCounter", path: "MallocCounter"),
        // Errors with the names of those of clients, which are read as theirs are.
        .target(name: "AsyncHTTPClient", path: "StandIns/AsyncHTTPClient"),
        .target(name: "GRPCCore", path: "StandIns/GRPCCore"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "MallocCounter" {
    target.swiftSettings = [.treatAllWarnings(as: .error)]
}

for target in package.targets where target.name == "RetryBenchmarks" {
    target.swiftSettings? += [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
