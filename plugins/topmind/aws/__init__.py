"""The only place of boto3: Amazon SES, S3, SQS. Everything is imported where it is used, because boto3 takes 0.4 s."""
