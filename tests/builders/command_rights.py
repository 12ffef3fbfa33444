"""The rights that the calls of the account's commands need, in AWS's words (the service authorization reference)."""

from infra.local.policy import Need
from tests.builders.account import STAGE

# An S3 operation is often named otherwise than the right to it.
S3 = {
    "HeadBucket": ("ListBucket",),
    "ListObjectsV2": ("ListBucket",),
    "ListObjectVersions": ("ListBucketVersions",),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "HeadObject": ("GetObject",),
    "DeleteObjects": ("DeleteObject", "DeleteObjectVersion"),
}
OF_BUCKET = ("CreateBucket", "HeadBucket", "ListObjectsV2", "ListObjectVersions", "PutPublicAccessBlock")
OF_BUCKET += ("PutBucketVersioning", "PutBucketPolicy", "PutBucketLifecycleConfiguration")
BUDGETS = dict.fromkeys(("DescribeBudget", "DescribeSubscribersForNotification"), "ViewBudget")
BUDGETS |= dict.fromkeys(("CreateBudget", "UpdateBudget", "UpdateSubscriber"), "ModifyBudget")
BUDGETS |= dict.fromkeys(("CreateNotification", "CreateSubscriber"), "ModifyBudget")
METHODS = {"Get": "GET", "Create": "POST", "Update": "PATCH", "Delete": "DELETE"}
ANY = {
    "kms": ("ListKeys", "ListAliases"),
    "dynamodb": ("ListTables",),
    "acm": ("ListCertificates", "RequestCertificate"),
}


def list_rights(service, operation, params):
    """Yield the rights that one call needs."""
    if operation in ANY.get(service, ()):
        yield Need(f"{service}:{operation}", "any")
        return
    yield from LISTERS[service](operation, params)


def list_s3(operation, params):
    place = params["Bucket"] if operation in OF_BUCKET else f"{params['Bucket']}/{params.get('Key', 'any')}"
    for action in S3.get(operation, (operation,)):
        yield Need(f"s3:{action}", place)


def list_formation(operation, params):
    yield Need(f"cloudformation:{operation}", f"stack/{params['StackName']}/id")
    if operation == "CreateChangeSet":
        yield Need("cloudformation:CreateChangeSet", "transform/Serverless-2016-10-31")
        if role := params.get("RoleARN"):
            yield Need("iam:PassRole", role.split(":", 5)[5])


def list_table(operation, params):
    key = (params.get("Key") or params.get("Item") or {}).get("pk", {}).get("S")
    yield Need(f"dynamodb:{operation}", f"table/{params['TableName']}", (key,) if key else ())


def list_key(operation, params):
    """Yield the right to a key: its aliases are known where it has them; every key of a stack has the stack's tag."""
    ended = operation == "ScheduleKeyDeletion"  # the stack is gone then, and its aliases with it
    yield Need(
        f"kms:{operation}", "key/any", aliases=() if ended else (f"alias/regulars-{STAGE}-root",), stamp=("abc",)
    )


def list_gateway(operation, params):
    method = next(METHODS[verb] for verb in METHODS if operation.startswith(verb))
    domain = f"/domainnames/{params['DomainName']}"
    mapping = f"{domain}/apimappings/{params.get('ApiMappingId', '')}".rstrip("/")
    place = mapping if "Mapping" in operation else "/domainnames" if method == "POST" else domain
    yield Need(f"apigateway:{method}", place)
    if operation == "CreateDomainName":
        name = "ops.apigateway.amazonaws.com"
        yield Need("iam:CreateServiceLinkedRole", f"role/aws-service-role/{name}/AWSServiceRoleForAPIGateway")


def list_parameter(operation, params):
    for name in params.get("Names") or [params.get("Path") or params["Name"]]:
        yield Need(f"ssm:{operation}", f"parameter{name}".rstrip("/"))


def list_mail(operation, params):
    yield Need(f"ses:{operation}", f"identity/{params['EmailIdentity']}" if "EmailIdentity" in params else "any")


def list_budget(operation, params):
    name = params.get("BudgetName") or (params.get("Budget") or params["NewBudget"])["BudgetName"]
    yield Need(f"budgets:{BUDGETS[operation]}", f"budget/{name}")


LISTERS = {
    "s3": list_s3,
    "cloudformation": list_formation,
    "dynamodb": list_table,
    "kms": list_key,
    "apigatewayv2": list_gateway,
    "ssm": list_parameter,
    "sesv2": list_mail,
    "budgets": list_budget,
    "acm": lambda operation, _: [Need(f"acm:{operation}", "certificate/any")],
    "sts": lambda operation, _: [Need(f"sts:{operation}", "any")],
    "sns": lambda operation, params: [Need(f"sns:{operation}", params["TopicArn"].split(":", 5)[5])],
    "events": lambda operation, params: [Need(f"events:{operation}", f"rule/{params['Name']}")],
    "logs": lambda operation, params: [
        Need(f"logs:{operation}", f"log-group:{params['logGroupName']}" if "logGroupName" in params else "any")
    ],
    "lambda": lambda operation, params: [
        Need(f"lambda:{operation}", f"event-source-mapping:{params['UUID']}" if "UUID" in params else "any")
    ],
}
