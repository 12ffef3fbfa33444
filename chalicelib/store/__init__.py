"""Every key, query and row of the tables; SSM parameters; SQS queues. Nothing else knows DynamoDB."""
