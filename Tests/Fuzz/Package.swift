// swift-tools-version: 6.2
import PackageDescription

// Fuzz targets for everything that reads what others wrote: see `run` beside this file.
let targets = [
    "RetryAfterFuzz", "RateLimitFuzz", "DurationFuzz", "ConfigurationFuzz", "PayloadFuzz", "CanonicalJSONFuzz",
    "ClientFuzz",
]

let package = Package(
    name: "Fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "RetryKit", path: "../..")],
    targets: [.target(name: "FuzzSupport")]
        + targets.map {
            .executableTarget(
                name: $0,
                dependencies: [
                    "FuzzSupport",
                    .product(name: "RetryCore", package: "RetryKit"),
                    .product(name: "RetryFoundation", package: "RetryKit"),
                ]
            )
        },
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
