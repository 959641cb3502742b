"""Amazon SES on loopback: what a real boto3 client may send, what it may not, what goes wrong, and what comes back.

with SesSimulator(identities=["example.com"], configuration_sets=["news"]) as sim:
    client = sim.client()  # or boto3.client("sesv2", endpoint_url=sim.url, region_name=…, credentials…)
    client.send_email(…)
    sim.inbox[0].message["subject"]
    sim.flush()
    sim.events

Sources: Amazon SES API v2 reference and developer guide; botocore's model of `sesv2`.
"""

from topmind.testing.ses.faults import Fault, FaultKind, Faults
from topmind.testing.ses.inbox import Mail
from topmind.testing.ses.publisher import SinkError
from topmind.testing.ses.reactions import Feedback, Reaction
from topmind.testing.ses.simulator import SesSimulator
from topmind.testing.ses.sinks import ListSink, QueueSink, Sink, TopicSink
from topmind.testing.ses.state import Account, Identity, State

__all__ = [
    "Account",
    "Fault",
    "FaultKind",
    "Faults",
    "Feedback",
    "Identity",
    "ListSink",
    "Mail",
    "QueueSink",
    "Reaction",
    "SesSimulator",
    "Sink",
    "SinkError",
    "State",
    "TopicSink",
]
