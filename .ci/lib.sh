# Shared by the step scripts: source it first. Works with bash 3.2.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In the order of their dependencies; the stores have contents in a build with traits alone.
modules=(RetryCore RetryAsync RetryFoundation RetryTesting SQLiteEffectStore PostgresEffectStore)

# The build with every trait. A trait is a flag of every target, so that it needs a folder of its own: it shares that of
# the address sanitizer, which is another build anyway.
traits=(--traits "SQLite,PostgreSQL" --sanitize=address --enable-code-coverage --scratch-path .build-asan)

# Swift Testing keeps a backtrace of every error that is thrown. The tests throw millions: that takes most of their time.
export SWT_SWIFT_ERROR_BACKTRACING_ENABLED=0

fail() {
    echo "error: $*" >&2
    exit 1
}

# The repository's files that match the given patterns, one a line, committed or not, ignored ones left out.
files() {
    git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while IFS= read -r file; do
        if [[ -e $file ]]; then echo "$file"; fi
    done
}

# The path of a tool that comes with the Swift toolchain.
toolchain() {
    if command -v xcrun >/dev/null; then
        xcrun --find "$1"
    else
        echo "$(dirname "$(readlink -f "$(command -v swift)")")/$1"
    fi
}

# Makes the next build of a nested package look at the folders of the root package again. SwiftPM does not notice a
# file that was added to or removed from a package which is depended on by path. Where none was, nothing is planned
# again: that would compile some dependencies once more.
replan() {
    if [[ -n $(find Sources -type d -newer "$1/Package.swift") ]]; then touch "$1/Package.swift"; fi
}
