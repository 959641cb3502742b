"""Amazon's services: the only place of boto3."""
