// SPDX-License-Identifier: BSL-1.0
//
// npm's @aws-sdk/client-s3 against the S3 of `inferpp_simulator bedrock` as tests/interop/run starts
// it: checksums, chunked bodies, 100-continue and parts as Amazon's own client sends them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';

import {
    BedrockClient,
    CreateModelInvocationJobCommand,
    GetModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import {
    AbortMultipartUploadCommand,
    CompleteMultipartUploadCommand,
    CreateBucketCommand,
    CreateMultipartUploadCommand,
    DeleteObjectCommand,
    GetObjectCommand,
    HeadBucketCommand,
    HeadObjectCommand,
    ListPartsCommand,
    PutObjectCommand,
    S3Client,
    UploadPartCommand,
    paginateListObjectsV2,
} from '@aws-sdk/client-s3';

const pkg = JSON.parse(readFileSync('node_modules/@aws-sdk/client-s3/package.json'));
const wanted = JSON.parse(readFileSync('package.json')).dependencies['@aws-sdk/client-s3'];

const endpoint = process.env.S3_BASE_URL;
const key = process.env.BEDROCK_SIMULATOR_KEY;
const credentials = { accessKeyId: key, secretAccessKey: key };
const connect = (more = {}) =>
    new S3Client({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1, ...more });
const client = connect();
const Bucket = 'bucket';

const text = async (answer) => answer.Body.transformToString();
const put = (Key, Body, more = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key, more = {}) => client.send(new GetObjectCommand({ Bucket, Key, ...more }));

async function refused(command, by = client) {
    try {
        await by.send(command);
    } catch (error) {
        return error;
    }
    assert.fail('it was not refused');
}

describe("Amazon's client of S3 from npm", () => {
    test('is the version that package.json names', () => {
        assert.equal(pkg.version, wanted);
    });

    test('writes, describes, reads and deletes objects of all kinds of keys', async () => {
        for (const Key of ['plain.jsonl', 'in put/a+b é(1).jsonl', 'a//b', '~x!*\'()', 'q?x=1&y#z']) {
            const written = await put(Key, '{"recordId":"1"}\n', { ContentType: 'application/jsonl' });
            assert.match(written.ETag, /^"[0-9a-f]{32}"$/);
            assert.equal(written.ChecksumCRC32, '0B99ig==');
            const about = await client.send(new HeadObjectCommand({ Bucket, Key }));
            assert.equal(about.ContentLength, 17);
            assert.equal(about.ContentType, 'application/jsonl');
            assert.ok(Math.abs(Date.now() - about.LastModified) < 60e3);
            assert.equal(await text(await get(Key)), '{"recordId":"1"}\n'); // it checks the checksum
            const part = await get(Key, { Range: 'bytes=2-9' });
            assert.equal(part.ContentRange, 'bytes 2-9/17');
            assert.equal(await text(part), 'recordId');
            await client.send(new DeleteObjectCommand({ Bucket, Key }));
            assert.equal((await refused(new GetObjectCommand({ Bucket, Key }))).name, 'NoSuchKey');
        }
    });

    test('sends a stream in chunks, with its checksum behind it', async () => {
        await put('streamed', Readable.from([Buffer.from('hel'), Buffer.from('lo')]),
            { ContentLength: 5 });
        assert.equal(await text(await get('streamed')), 'hello');
    });

    test('waits for 100-continue before a large body', async () => {
        const body = randomBytes(3 << 20);
        await put('large', body);
        assert.deepEqual(Buffer.from(await (await get('large')).Body.transformToByteArray()), body);
    });

    test('makes an object of parts', async () => {
        const Key = 'in parts';
        const { UploadId } = await client.send(
            new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' }));
        assert.match(UploadId, /[+/=]/);
        const bodies = [randomBytes(5 << 20), randomBytes(5 << 20), Buffer.from('end')];
        const Parts = [];
        for (const [i, Body] of bodies.entries()) {
            const { ETag, ChecksumCRC32 } = await client.send(
                new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: i + 1, Body }));
            Parts.push({ ETag, ChecksumCRC32, PartNumber: i + 1 });
        }
        const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
        assert.deepEqual(listed.Parts.map((part) => part.Size), [5 << 20, 5 << 20]);
        assert.equal(listed.IsTruncated, true);
        const made = await client.send(new CompleteMultipartUploadCommand(
            { Bucket, Key, UploadId, MultipartUpload: { Parts } }));
        assert.match(made.ETag, /-3"$/);
        assert.match(made.ChecksumCRC32, /-3$/);
        const read = Buffer.from(await (await get(Key)).Body.transformToByteArray());
        assert.deepEqual(read, Buffer.concat(bodies));

        const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
        await client.send(
            new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
        assert.equal((await refused(new ListPartsCommand(
            { Bucket, Key, UploadId: other.UploadId }))).name, 'NoSuchUpload');
    });

    test('lists in pages, with folders', async () => {
        for (const name of ['a', 'b', 'c/1', 'c/2', 'd e+f'])
            await put(`listed/${name}`, name);
        const keys = [];
        let pages = 0;
        for await (const page of paginateListObjectsV2(
            { client, pageSize: 2 }, { Bucket, Prefix: 'listed/', Delimiter: '/' })) {
            ++pages;
            keys.push(...(page.Contents ?? []).map((each) => each.Key),
                ...(page.CommonPrefixes ?? []).map((each) => each.Prefix));
        }
        assert.deepEqual(keys.sort(), ['listed/a', 'listed/b', 'listed/c/', 'listed/d e+f']);
        assert.equal(pages, 2);
    });

    test('writes on conditions', async () => {
        await put('once', '1', { IfNoneMatch: '*' });
        const again = await refused(
            new PutObjectCommand({ Bucket, Key: 'once', Body: '2', IfNoneMatch: '*' }));
        assert.equal(again.name, 'PreconditionFailed');
        assert.equal(again.$metadata.httpStatusCode, 412);
        const other = await refused(
            new GetObjectCommand({ Bucket, Key: 'once', IfMatch: '"other"' }));
        assert.equal(other.$metadata.httpStatusCode, 412);
    });

    test('makes a bucket', async () => {
        await client.send(new CreateBucketCommand({ Bucket: 'made-by-test' }));
        await client.send(new HeadBucketCommand({ Bucket: 'made-by-test' }));
        const none = await refused(new HeadBucketCommand({ Bucket: 'not-made' }));
        assert.equal(none.$metadata.httpStatusCode, 404);
    });

    test('is refused by name', async () => {
        const command = new GetObjectCommand({ Bucket, Key: 'x' });
        const wrong = connect({ credentials: { accessKeyId: key, secretAccessKey: 'other' } });
        assert.equal((await refused(command, wrong)).name, 'SignatureDoesNotMatch');
        const unknown = connect({ credentials: { accessKeyId: 'other', secretAccessKey: key } });
        assert.equal((await refused(command, unknown)).name, 'InvalidAccessKeyId');
        const none = await refused(new GetObjectCommand({ Bucket: 'nowhere', Key: 'x' }));
        assert.equal(none.name, 'NoSuchBucket');
    });

    test('follows a bucket to its region, as the header names it', async () => {
        const elsewhere = connect({ region: 'eu-west-1', followRegionRedirects: true,
            maxAttempts: 3 });
        await put('here', 'x');
        const read = await elsewhere.send(new GetObjectCommand({ Bucket, Key: 'here' }));
        assert.equal(await text(read), 'x');
    });
});

describe("Amazon's clients of Bedrock and S3 together", () => {
    test('start a job on what lies in S3', async () => {
        const bedrock = new BedrockClient({ region: 'us-east-1',
            endpoint: process.env.BEDROCK_BASE_URL, credentials, maxAttempts: 1 });
        await put('jobs/records.jsonl', '{"recordId":"r1","modelInput":{"n":1}}\n');
        const { jobArn } = await bedrock.send(new CreateModelInvocationJobCommand({
            jobName: `job-on-data-${process.pid}`,
            roleArn: 'arn:aws:iam::123456789012:role/batch',
            modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
            inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://bucket/jobs/' } },
            outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket/results/' } },
        }));
        const job = await bedrock.send(
            new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
        assert.equal(job.status, 'Submitted');
    });
});
