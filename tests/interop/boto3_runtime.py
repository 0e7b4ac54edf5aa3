# SPDX-License-Identifier: BSL-1.0
"""Amazon's client for Python, where it is installed, against the simulated runtime of Bedrock.

Exits with 77, after a message, where there is no boto3 that knows the runtime.
"""

import json
import os
import sys

# It would find keys and settings of this machine.
for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

try:
    import boto3
    from botocore.config import Config
    from botocore.eventstream import ChecksumMismatch
    from botocore.exceptions import ClientError, EventStreamError
except ImportError:
    print("skipped: boto3 is not installed")
    sys.exit(77)

KEY = os.environ["BEDROCK_SIMULATOR_KEY"]
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


def connect(key=KEY):
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=os.environ["BEDROCK_RUNTIME_BASE_URL"],
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def check(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r} and not {wanted!r}")


def saying(text):
    return {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": text}]}]}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("it was not refused")


def listen(client, text):
    """The text of a streamed conversation, its last event, and the error that it ends with."""
    said, last = "", None
    try:
        for event in client.converse_stream(**saying(text))["stream"]:
            said += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
            last = event
    except (EventStreamError, ChecksumMismatch) as error:
        return said, last, error
    return said, last, None


def test_conversations(client):
    request = saying("hello there")
    request["messages"][0]["content"].append(
        {"image": {"format": "png", "source": {"bytes": b"\x01\x02\x03"}}})
    answer = client.converse(
        **request, system=[{"text": "s"}],
        inferenceConfig={"maxTokens": 5, "temperature": 0.5, "topP": 1.0, "stopSequences": ["x"]},
        toolConfig={"tools": [{"toolSpec": {"name": "weather",
                                            "inputSchema": {"json": {"type": "object"}}}}]},
        additionalModelRequestFields={"top_k": 5})
    check("the answer", answer["output"]["message"],
          {"role": "assistant", "content": [{"text": "hello there"}]})
    check("its end", answer["stopReason"], "end_turn")
    check("its tokens", answer["usage"]["outputTokens"], 2)
    tool = client.converse(**saying("use the weather tool"))["output"]["message"]["content"][1]
    check("a tool", tool["toolUse"]["input"], {"city": "Oslo", "days": [1, 2]})


def test_streams(client):
    said, last, error = listen(client, "one two three four")
    check("what was said", (said, error), ("one two three four", None))
    check("what it has cost", last["metadata"]["usage"]["outputTokens"], 4)
    said, _, error = listen(client, "throttle me later please")
    check("what was said before an exception", said, "throttle")
    check("the exception", error.response["Error"],
          {"Code": "throttlingException", "Message": "Too many requests"})
    _, _, error = listen(client, "error me later please")
    check("the error", error.response["Error"], {"Code": "InternalError", "Message": "It broke"})
    said, _, error = listen(client, "surprise me later please")
    check("what was said around an event of the future", (said, error),
          ("surprise me later please", None))
    _, _, error = listen(client, "damage me later please")
    check("the damage", type(error), ChecksumMismatch)


def test_invocations(client):
    body = json.dumps({"prompt": "h\u00e9 you"})
    answer = client.invoke_model(modelId=MODEL, body=body, contentType="application/json",
                                 serviceTier="flex")
    check("the body", json.loads(answer["body"].read()), json.loads(body))
    check("its tier", answer["serviceTier"], "flex")
    stream = client.invoke_model_with_response_stream(modelId=MODEL, body=body)["body"]
    chunks = [json.loads(event["chunk"]["bytes"]) for event in stream]
    check("the chunks", [chunk["prompt"] for chunk in chunks], ["h\u00e9 you"] * 3)
    check("their metrics", chunks[2]["amazon-bedrock-invocationMetrics"]["firstByteLatency"], 5)


def test_the_rest(client):
    started = client.start_async_invoke(
        modelId="amazon.nova-reel-v1:0", modelInput={"taskType": "TEXT_VIDEO"},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://bucket/o"}})
    job = client.get_async_invoke(invocationArn=started["invocationArn"])
    check("the job", job["status"], "InProgress")
    pages = client.get_paginator("list_async_invokes").paginate(PaginationConfig={"PageSize": 2})
    listed = [each["invocationArn"] for page in pages for each in page["asyncInvokeSummaries"]]
    check("the list", listed.count(started["invocationArn"]), 1)
    verdict = client.apply_guardrail(guardrailIdentifier="gr1", guardrailVersion="1",
                                     source="INPUT", content=[{"text": {"text": "so forbidden"}}])
    check("the guardrail", verdict["action"], "GUARDRAIL_INTERVENED")
    if hasattr(client, "count_tokens"):
        counted = client.count_tokens(modelId=MODEL,
                                      input={"invokeModel": {"body": b'{"a":"b c"}'}})
        check("the tokens", counted["inputTokens"], 2)


def test_refusals(client):
    check("too many", refusal(client.converse, **saying("throttle me now please")),
          ("ThrottlingException", 429))
    check("a wrong key", refusal(connect("other").converse, **saying("hello")),
          ("InvalidSignatureException", 403))
    check("a wrong body", refusal(client.invoke_model, modelId=MODEL, body=b"{"),
          ("ValidationException", 400))


def main():
    if "bedrock-runtime" not in boto3.session.Session().get_available_services():
        print(f"skipped: boto3 {boto3.__version__} does not know Bedrock's runtime")
        sys.exit(77)
    client = connect()
    test_conversations(client)
    test_streams(client)
    test_invocations(client)
    test_the_rest(client)
    test_refusals(client)
    print(f"boto3 {boto3.__version__}: Bedrock's runtime as it should be")


if __name__ == "__main__":
    main()
