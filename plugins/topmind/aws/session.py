"""Clients of boto3 that try once: its default retries send the same mail up to three times."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from topmind.errors import ConfigError

#: Seconds until a connection must stand, and until an answer must have come. Half a lease is 60 s.
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 20.0


def client(service: str, *, connections: int = 10, read_timeout: float = READ_TIMEOUT, tries: int = 1) -> Any:
    """A client of `service` from the environment's credentials and region (`AWS_*`, `AWS_ENDPOINT_URL…`).

    `tries`: total attempts of one call; 1 for everything that is not safe to repeat (`max_attempts` would be one
    more). Raises ConfigError where boto3 is not installed or no region is set.
    """
    try:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError(
            "Amazon SES needs boto3, which is not installed.", fix="pip install 'topmind[aws]'"
        ) from None
    config = Config(
        retries={"total_max_attempts": tries, "mode": "standard"},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout,
        max_pool_connections=max(connections, 1),
        tcp_keepalive=True,
        # we check every request ourselves, and more than boto3 does (`limits`)
        parameter_validation=service != "sesv2",
        user_agent_extra="topmind",
    )
    try:
        core = botocore.session.Session()
        core.register_component("data_loader", _models())
        session: Any = boto3.session.Session(
            botocore_session=core
        )  # its types know each service by name only
        # boto3 alone reads AWS_DEFAULT_REGION only
        return session.client(service, region_name=os.environ.get("AWS_REGION") or None, config=config)
    except BotoCoreError as error:
        raise ConfigError(
            f"no client for {service} can be made ({type(error).__name__}).",
            where="environment",
            fix="Set AWS_REGION and credentials (in Actions: aws-actions/configure-aws-credentials).",
        ) from None
    except ValueError:
        raise ConfigError(
            "AWS_ENDPOINT_URL or a proxy setting is no web address.", where="environment", fix="Correct it."
        ) from None


@cache
def _models() -> Any:
    """The files in which boto3's services stand. Each session would read them anew, a tenth of a second a client."""
    import botocore.session

    return botocore.session.Session().get_component("data_loader")
