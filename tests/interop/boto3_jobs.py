# SPDX-License-Identifier: BSL-1.0
"""Amazon's client for Python, where it is installed, against the simulated S3 and Bedrock.

Exits with 77, after a message, where boto3 can't be imported. Versions before Bedrock's batch jobs,
such as that of Debian 12, talk to S3 alone, and say so.
"""

import io
import os
import sys
import time

try:
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    print("skipped: boto3 is not installed")
    sys.exit(77)

KEY = os.environ["BEDROCK_SIMULATOR_KEY"]


def connect(service, url, key=KEY):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=key,
        config=Config(retries={"max_attempts": 1}, proxies={}),
    )


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("it was not refused")


def check(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r} and not {wanted!r}")


def test_objects(s3):
    key = "boto3/a b+c é(1).txt"
    put = s3.put_object(Bucket="bucket", Key=key, Body=b"some text", ContentType="text/plain")
    got = s3.get_object(Bucket="bucket", Key=key)
    check("content", got["Body"].read(), b"some text")
    check("type", got["ContentType"], "text/plain")
    check("etag", got["ETag"], put["ETag"])
    check("part", s3.get_object(Bucket="bucket", Key=key, Range="bytes=5-")["Body"].read(), b"text")
    check("size", s3.head_object(Bucket="bucket", Key=key)["ContentLength"], 9)
    signed = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": key})
    check("presigned", "X-Amz-Signature" in signed or "Signature" in signed, True)
    s3.delete_object(Bucket="bucket", Key=key)
    check("missing", refusal(s3.get_object, Bucket="bucket", Key=key), ("NoSuchKey", 404))
    check("bucket", refusal(s3.list_objects_v2, Bucket="no-such-bucket"), ("NoSuchBucket", 404))


def test_listing(s3):
    names = [f"boto3/list/{i:03} é+ &.txt" for i in range(25)]
    for name in names:
        s3.put_object(Bucket="bucket", Key=name, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="bucket", Prefix="boto3/list/", PaginationConfig={"PageSize": 7}
    )
    check("keys", [each["Key"] for page in pages for each in page["Contents"]], names)


def test_parts(s3):
    content = os.urandom(11 << 20)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(content), "bucket", "boto3/large.bin", Config=config)
    copy = io.BytesIO()
    s3.download_fileobj("bucket", "boto3/large.bin", copy, Config=config)
    check("large file", copy.getvalue() == content, True)


def test_wrong_key(url):
    other = connect("s3", url, key="another")
    code, status = refusal(other.list_objects_v2, Bucket="bucket")
    check("wrong key", (code, status), ("InvalidAccessKeyId", 403))


def test_jobs(s3, bedrock):
    lines = "".join(f'{{"recordId":"r{i}","modelInput":{{"n":{i}}}}}\n' for i in range(20))
    s3.put_object(Bucket="bucket", Key="boto3/in/records.jsonl", Body=lines.encode())
    name = f"boto3-{time.time_ns()}"
    request = {
        "jobName": name,
        "roleArn": "arn:aws:iam::123456789012:role/batch",
        "modelId": "vendor.model-v1:0",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://bucket/boto3/in/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bucket/boto3/out/"}},
    }
    arn = bedrock.create_model_invocation_job(**request)["jobArn"]
    job = bedrock.get_model_invocation_job(jobIdentifier=arn)
    check("name", job["jobName"], name)
    listed = bedrock.list_model_invocation_jobs(nameContains=name)["invocationJobSummaries"]
    check("listed", [each["jobArn"] for each in listed], [arn])
    bedrock.stop_model_invocation_job(jobIdentifier=arn)
    status = bedrock.get_model_invocation_job(jobIdentifier=arn)["status"]
    check("stopping", status in ("Stopping", "Stopped"), True)
    code, http = refusal(
        bedrock.get_model_invocation_job, jobIdentifier="arn:aws:bedrock:us-east-1:123456789012:"
        "model-invocation-job/zzzzzzzzzzzz"
    )
    check("missing job", (code, http), ("ResourceNotFoundException", 404))


def main():
    s3 = connect("s3", os.environ["S3_BASE_URL"])
    test_objects(s3)
    test_listing(s3)
    test_parts(s3)
    test_wrong_key(os.environ["S3_BASE_URL"])
    print(f"boto3 {boto3.__version__}: objects, listings, parts, refusals of S3 as they should be")
    bedrock = None
    if "bedrock" in boto3.session.Session().get_available_services():
        bedrock = connect("bedrock", os.environ["BEDROCK_BASE_URL"])
    if not hasattr(bedrock, "create_model_invocation_job"):
        print(f"skipped: boto3 {boto3.__version__} does not know Bedrock's batch jobs")
        return
    test_jobs(s3, bedrock)
    print(f"boto3 {boto3.__version__}: jobs of Bedrock as they should be")


main()
