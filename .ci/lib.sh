# Shared by the step scripts: source it first. Works with bash 3.2.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

modules=(RetryCore RetryAsync RetryFoundation RetryTesting)  # in the order of their dependencies

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
