/// Cancels the task that calls.
func cancelThisTask() {
    withUnsafeCurrentTask { $0?.cancel() }
}
