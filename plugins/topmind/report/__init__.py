"""What was promised and what was really done, from stored facts."""

from topmind.report.last_run import LastRun, last_run
from topmind.report.promises import Report, report

__all__ = ["LastRun", "Report", "last_run", "report"]
