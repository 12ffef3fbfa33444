"""Every key, query and row of the tables; SSM parameters; SQS queues. No other room uses DynamoDB."""
