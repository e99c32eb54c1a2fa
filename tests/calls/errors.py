"""Errors as the protocols have them: what botocore's parsers read in them, and the crate `calls`."""

from botocore.parsers import create_parser

JSON = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "id-1"}
XML = {"content-type": "text/xml", "x-amzn-requestid": "id-1"}
S3_XML = {"content-type": "application/xml", "x-amz-request-id": "id-1", "x-amz-id-2": "id-2"}
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
TEXT = "“no” <é> & so on"
XML_TEXT = "“no” &lt;é&gt; &amp; so on"


def typed(code):
    return JSON | {"x-amzn-errortype": code}


def queried(code):
    return JSON | {"x-amzn-query-error": f"{code};Sender"}


def xml(code, message, namespace="", more=""):
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>{more}</Error>"
    return f"<ErrorResponse{namespace}>{error}<RequestId>id-1</RequestId></ErrorResponse>"


def namespace(url):
    return f' xmlns="{url}"'


IAM = namespace("https://iam.amazonaws.com/doc/2010-05-08/")
S3_CONTROL = namespace("http://awss3control.amazonaws.com/doc/2018-08-20/")
EC2_ERRORS = "<Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors>"
EC2 = f"<Response>{EC2_ERRORS}<RequestID>id-1</RequestID></Response>"
PRETTY = "<ErrorResponse>\n <Error>\n  <Code>Throttling</Code>\n  <Message>Rate exceeded</Message>\n </Error>\n"
ACCOUNT = "<AccountId>111122223333</AccountId>"

# A service, its protocol as botocore calls it, the status, headers, the body.
CASES = [
    ("ecr", "json", 400, JSON, f'{{"__type": "RepositoryNotFoundException", "message": "{TEXT}"}}'),
    ("dynamodb", "json", 400, JSON, '{"__type": "com.amazonaws.dynamodb.v1#ThrottlingException", "Message": "slow"}'),
    ("kms", "json", 400, JSON, '{"__type": "a.b#NotFoundException:http://internal/doc", "message": "none"}'),
    ("kms", "json", 400, JSON, '{"__type": "NotFoundException"}'),
    ("glue", "json", 400, {}, '{"__type": "EntityNotFoundException", "Message": "none"}'),
    ("sqs", "json", 400, queried("AWS.SQS.NonExistentQueue"), '{"__type": "a.b#QueueDoesNotExist", "message": "gone"}'),
    ("cloudwatch", "json", 400, queried("Throttling"), '{"__type": "x#LimitExceeded", "message": ""}'),
    ("sqs", "json", 400, JSON, '{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}'),
    ("lambda", "rest-json", 404, typed("ResourceNotFoundException"), '{"Type": "User", "Message": "none"}'),
    ("lambda", "rest-json", 429, typed("TooManyRequestsException:http://internal/x"), '{"message": "slow"}'),
    ("efs", "rest-json", 404, typed("PolicyNotFound"), '{"ErrorCode": "PolicyNotFound", "Message": "none"}'),
    ("glacier", "rest-json", 404, JSON, '{"code": "ResourceNotFoundException", "message": "none", "type": "Client"}'),
    ("guardduty", "rest-json", 400, JSON, '{"__type": "BadRequestException", "message": "bad"}'),
    ("backup", "rest-json", 403, typed("AccessDeniedException"), '{"Message": null, "message": "no"}'),
    ("eks", "rest-json", 403, typed("AccessDeniedException"), "{}"),
    ("iam", "query", 404, XML, xml("NoSuchEntity", XML_TEXT, IAM)),
    ("rds", "query", 400, XML, f"{DECLARED}{PRETTY} <RequestId>id-1</RequestId>\n</ErrorResponse>\n"),
    ("sns", "query", 403, XML, xml("AuthorizationError", "")),
    ("ec2", "ec2", 403, {"content-type": "text/xml"}, DECLARED + EC2.format("UnauthorizedOperation", XML_TEXT)),
    ("ec2", "ec2", 503, {}, EC2.format("RequestLimitExceeded", "slow")),
    ("route53", "rest-xml", 404, XML, DECLARED + xml("NoSuchHostedZone", "none", namespace("https://route53"))),
    ("cloudfront", "rest-xml", 403, XML, xml("AccessDenied", "")),
    ("s3control", "rest-xml", 404, S3_XML, DECLARED + xml("NoSuchPolicy", "none", S3_CONTROL, ACCOUNT)),
]


def question(case):
    service, _, status, headers, body = case
    return {"error": {"service": service, "status": status, "headers": headers, "body": body}}


def of_botocore(case):
    _, protocol, status, headers, body = case
    parsed = create_parser(protocol).parse({"status_code": status, "headers": headers, "body": body.encode()}, None)
    error = parsed["Error"]
    return error.get("Code") or "", error.get("Message") or "", parsed.get("ResponseMetadata", {}).get("RequestId", "")


def of_ours(answer):
    return tuple(answer.get(it) or "" for it in ("code", "message", "request_id"))
