"""Running workers: local processes."""

from shanasheel.adapters.engines.local import LocalEngine, ProcessPlan, ProcessState

__all__ = ["LocalEngine", "ProcessPlan", "ProcessState"]
