/// The preferred executor of the current task, for a task that is no child of it; `nil` if there is none.
var preferredExecutor: (any TaskExecutor)? { withUnsafeCurrentTask { executorPreference(of: $0) } }

/// The state of the current task, which costs as much to find as any part of it.
@usableFromInline
func currentTaskState() -> (isCancelled: Bool, priority: TaskPriority, executor: (any TaskExecutor)?) {
    withUnsafeCurrentTask { ($0?.isCancelled == true, $0?.priority ?? .medium, executorPreference(of: $0)) }
}

private func executorPreference(of task: UnsafeCurrentTask?) -> (any TaskExecutor)? {
    guard #available(macOS 26.4, iOS 26.4, tvOS 26.4, watchOS 26.4, visionOS 26.4, *) else { return nil }
    return task?.unownedTaskExecutor?.asTaskExecutor()
}
