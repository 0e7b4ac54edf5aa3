// SPDX-License-Identifier: BSL-1.0
//
// npm's @aws-sdk/client-bedrock against `inferpp_simulator bedrock` as tests/interop/run starts it:
// Amazon's own client signs, follows pages and names errors as it does with the service itself.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import {
    BedrockClient,
    CreateModelInvocationJobCommand,
    GetModelInvocationJobCommand,
    ListModelInvocationJobsCommand,
    ListTagsForResourceCommand,
    StopModelInvocationJobCommand,
    TagResourceCommand,
    UntagResourceCommand,
    paginateListModelInvocationJobs,
} from '@aws-sdk/client-bedrock';

const pkg = JSON.parse(readFileSync('node_modules/@aws-sdk/client-bedrock/package.json'));
const wanted = JSON.parse(readFileSync('package.json')).dependencies['@aws-sdk/client-bedrock'];

const endpoint = process.env.BEDROCK_BASE_URL;
const key = process.env.BEDROCK_SIMULATOR_KEY; // all three: access key, secret key, API key
const credentials = { accessKeyId: key, secretAccessKey: key };
const connect = (more = {}) =>
    new BedrockClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1, ...more });
const client = connect();

let number = 0;
const job = (more = {}) => ({
    jobName: `job-${process.pid}-${++number}`,
    roleArn: 'arn:aws:iam::123456789012:role/batch',
    modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
    inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://bucket/in/' } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket/out/' } },
    ...more,
});
const create = (request) => client.send(new CreateModelInvocationJobCommand(request));
const get = (jobIdentifier, by = client) =>
    by.send(new GetModelInvocationJobCommand({ jobIdentifier }));

// The error that a command ends with.
async function refused(command, by = client) {
    try {
        await by.send(command);
    } catch (error) {
        return error;
    }
    assert.fail('it was not refused');
}

describe("Amazon's client from npm", () => {
    test('is the version that package.json names', () => {
        assert.equal(pkg.version, wanted);
    });

    test('creates a job with all members and reads it again', async () => {
        const request = job({
            clientRequestToken: randomUUID(),
            inputDataConfig: {
                s3InputDataConfig: {
                    s3Uri: 's3://bucket/in/records.jsonl',
                    s3InputFormat: 'JSONL',
                    s3BucketOwner: '123456789012',
                },
            },
            outputDataConfig: {
                s3OutputDataConfig: {
                    s3Uri: 's3://bucket/out/',
                    s3EncryptionKeyId: 'alias/k',
                    s3BucketOwner: '123456789012',
                },
            },
            vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
            timeoutDurationInHours: 48,
            tags: [{ key: 'team', value: 'research' }],
            modelInvocationType: 'Converse',
        });
        const { jobArn } = await create(request);
        assert.match(jobArn, /^arn:aws:bedrock:us-east-1:123456789012:model-invocation-job\/[a-z0-9]{12}$/);
        for (const identifier of [jobArn, jobArn.slice(-12)]) {
            const read = await get(identifier);
            assert.equal(read.jobArn, jobArn);
            for (const [name, value] of Object.entries(request))
                if (name !== 'tags') assert.deepEqual(read[name], value, name);
            assert.ok(['Submitted', 'Validating'].includes(read.status));
            assert.ok(read.submitTime instanceof Date && Math.abs(Date.now() - read.submitTime) < 60e3);
            assert.equal(read.jobExpirationTime - read.submitTime, 48 * 3600e3);
            assert.equal(read.totalRecordCount, 0);
            assert.equal(read.endTime, undefined);
            assert.equal(read.$metadata.httpStatusCode, 200);
            assert.match(read.$metadata.requestId, /^00000000-/);
        }
    });

    test('gets the same job for the same token', async () => {
        const request = job({ clientRequestToken: 'token-1' });
        const first = await create(request);
        const second = await create(request);
        assert.equal(second.jobArn, first.jobArn);
        const other = await create(job()); // the client makes a token of its own
        assert.notEqual(other.jobArn, first.jobArn);
        assert.match((await get(other.jobArn)).clientRequestToken, /^[0-9a-f-]{36}$/);
    });

    test('lists in pages, by filters', async () => {
        const names = [];
        for (let i = 0; i < 5; ++i) {
            const request = job({ jobName: `listed-${i}` });
            await create(request);
            names.push(request.jobName);
        }
        const found = [];
        let pages = 0;
        for await (const page of paginateListModelInvocationJobs(
            { client, pageSize: 2 },
            { nameContains: 'listed-', sortBy: 'CreationTime', sortOrder: 'Ascending',
              submitTimeAfter: new Date(Date.now() - 3600e3),
              submitTimeBefore: new Date(Date.now() + 3600e3 + 0.5) })) {
            ++pages;
            found.push(...page.invocationJobSummaries.map((each) => each.jobName));
        }
        assert.deepEqual(found, names);
        assert.ok(pages >= 3);
        const none = await client.send(
            new ListModelInvocationJobsCommand({ statusEquals: 'Expired' }));
        assert.deepEqual(none.invocationJobSummaries, []);
        assert.equal(none.nextToken, undefined);
    });

    test('stops a job', async () => {
        const { jobArn } = await create(job());
        const stopped = await client.send(
            new StopModelInvocationJobCommand({ jobIdentifier: jobArn }));
        assert.equal(stopped.$metadata.httpStatusCode, 200);
        assert.equal((await get(jobArn)).status, 'Stopping');
    });

    test('tags and untags', async () => {
        const { jobArn: resourceARN } = await create(job({ tags: [{ key: 'a', value: '1' }] }));
        await client.send(new TagResourceCommand({
            resourceARN, tags: [{ key: 'a', value: '2' }, { key: 'b c', value: '' }] }));
        const list = async () =>
            (await client.send(new ListTagsForResourceCommand({ resourceARN }))).tags;
        assert.deepEqual(await list(), [{ key: 'a', value: '2' }, { key: 'b c', value: '' }]);
        await client.send(new UntagResourceCommand({ resourceARN, tagKeys: ['a'] }));
        assert.deepEqual(await list(), [{ key: 'b c', value: '' }]);
    });

    test('is refused by name, status and message', async () => {
        const missing = await refused(
            new GetModelInvocationJobCommand({ jobIdentifier: 'zzzzzzzzzzzz' }));
        assert.equal(missing.name, 'ResourceNotFoundException');
        assert.equal(missing.$metadata.httpStatusCode, 404);
        assert.match(missing.message, /could not be found/);
        assert.match(missing.$metadata.requestId, /^00000000-/);
        const odd = await refused(new GetModelInvocationJobCommand({ jobIdentifier: 'UPPER' }));
        assert.equal(odd.name, 'ValidationException');
        const request = job();
        await create(request);
        const twice = await refused(new CreateModelInvocationJobCommand(request));
        assert.equal(twice.name, 'ConflictException');
        assert.equal(twice.$metadata.httpStatusCode, 400);
        for (const wrong of [
            { jobName: '-' }, { roleArn: 'r' }, { modelId: 'a b' }, { timeoutDurationInHours: 1 },
            { inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://bucket/a b' } } },
            { tags: [{ key: 'a!', value: '' }] }, { clientRequestToken: '-' },
        ])
            assert.equal((await refused(new CreateModelInvocationJobCommand(job(wrong)))).name,
                'ValidationException', JSON.stringify(wrong));
    });

    test('is refused with a wrong key', async () => {
        const command = new ListModelInvocationJobsCommand({});
        const wrong = connect({ credentials: { accessKeyId: key, secretAccessKey: 'other' } });
        assert.equal((await refused(command, wrong)).name, 'InvalidSignatureException');
        const unknown = connect({ credentials: { accessKeyId: 'other', secretAccessKey: key } });
        assert.equal((await refused(command, unknown)).name, 'UnrecognizedClientException');
        const elsewhere = connect({ region: 'eu-west-1' });
        assert.equal((await refused(command, elsewhere)).name, 'InvalidSignatureException');
    });

    test('comes in with an API key', async () => {
        const bearer = (token) =>
            connect({ credentials: undefined, token: { token }, authSchemePreference: ['httpBearerAuth'] });
        const list = new ListModelInvocationJobsCommand({ maxResults: 1 });
        assert.equal((await bearer(key).send(list)).invocationJobSummaries.length <= 1, true);
        const wrong = await refused(list, bearer('other'));
        assert.equal(wrong.name, 'AccessDeniedException');
        assert.equal(wrong.$metadata.httpStatusCode, 403);
    });

    test('finds the simulator by its own variables', async () => {
        process.env.AWS_ENDPOINT_URL_BEDROCK = endpoint;
        process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = key;
        process.env.AWS_REGION = 'us-east-1';
        const found = new BedrockClient({ maxAttempts: 1 });
        assert.ok((await found.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries);
    });
});
