"""What an agent sees, does and is paid for: data, not code."""

from .layout import Feature, Layout
from .task import Task, TaskError, builtin_tasks, load_task

__all__ = ["Feature", "Layout", "Task", "TaskError", "builtin_tasks", "load_task"]
