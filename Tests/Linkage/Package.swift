// swift-tools-version: 6.2
import PackageDescription

// What a package outside sees: it builds against the products, with settings of its own, and the products that are
// free of Foundation link none. `.ci/linkage` builds and runs it and looks into the executables.
let package = Package(
    name: "LinkageClient",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "RetryKit", path: "../..")],
    targets: [
        .executableTarget(name: "CoreClient", dependencies: [.product(name: "RetryCore", package: "RetryKit")]),
        // Plain Swift 6: async functions of this module leave their caller's actor.
        .executableTarget(name: "AsyncClient", dependencies: [.product(name: "RetryAsync", package: "RetryKit")]),
        // The settings of a new app: everything is on the main actor unless it says otherwise.
        .executableTarget(
            name: "MainActorClient",
            dependencies: [.product(name: "RetryAsync", package: "RetryKit")],
            swiftSettings: [
                .defaultIsolation(MainActor.self),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .treatAllWarnings(as: .error),
            ]
        ),
        // The control: this one must link Foundation, or the check sees nothing.
        .executableTarget(
            name: "AllProductsClient",
            dependencies: [
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
