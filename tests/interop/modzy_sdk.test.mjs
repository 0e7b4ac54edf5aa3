// SPDX-License-Identifier: BSL-1.0
//
// npm's @modzy/modzy-sdk 1.0.7 against `inferpp_simulator modzy` as tests/interop/run starts it:
// chunks of at most 64Ki, at most 500 inputs in a job, a storage. The default model of the simulator
// answers with size, SHA-256 and media type, so results prove that bytes arrived.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { ModzyClient, ApiError } = require('@modzy/modzy-sdk');
const version = JSON.parse(readFileSync('node_modules/@modzy/modzy-sdk/package.json')).version;

const base = process.env.MODZY_BASE_URL;
const client = new ModzyClient(base, process.env.MODZY_API_KEY);
const MODEL = 'ed542963de';
const VERSION = '1.0.1';
const CHUNK = 64 * 1024;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const seen = (results, input) => results.results[input]['results.json'].data.result;
const bytes = (size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) % 256));

// The history: user, accessKey, startDate, endDate, model, status, page, perPage, direction, sortBy.
const recent = (...filters) => client.getJobHistory(...filters,
    ...[null, null, null, null, null, null, null, 1000, null, null].slice(filters.length));

// Waits for a job and checks that these items of its inputs arrived as they are.
async function finishes(submitted, wanted, mediaType) {
    const done = await client.blockUntilComplete(submitted);
    assert.equal(done.status, 'COMPLETED');
    const count = Object.keys(wanted).length;
    assert.deepEqual([done.total, done.pending, done.completed, done.failed], [count, 0, count, 0]);
    const results = await client.getResult(done.jobIdentifier);
    assert.equal(results.finished, true);
    for (const [key, items] of Object.entries(wanted)) {
        assert.equal(results.results[key].status, 'SUCCESSFUL');
        for (const [name, data] of Object.entries(items))
            assert.deepEqual(seen(results, key)[name], {
                size: Buffer.byteLength(data),
                sha256: sha256(data),
                mediaType,
            });
    }
    return results;
}

// The SDK polls every two seconds, so the tests run side by side.
describe('the SDK from npm', { concurrency: true }, () => {
    test('is the version that the wire notes describe', () => {
        assert.equal(version, '1.0.7');
    });

    test('submits a text job, waits for it and reads its results', async () => {
        const texts = { happy: 'I love it', angry: 'h\u00e4sslich \u{1f620}' };
        const submitted = await client.submitJobText(MODEL, VERSION, {
            happy: { 'input.txt': texts.happy },
            angry: { 'input.txt': texts.angry },
        });
        assert.equal(submitted.status, 'SUBMITTED');
        assert.deepEqual(submitted.model.identifier, MODEL);
        assert.deepEqual([...submitted.jobInputs.identifier].sort(), ['angry', 'happy']);

        const done = await client.blockUntilComplete(submitted);
        assert.equal(done.status, 'COMPLETED');
        assert.deepEqual([done.total, done.pending, done.completed, done.failed], [2, 0, 2, 0]);

        const results = await client.getResult(done.jobIdentifier);
        assert.equal(results.finished, true);
        assert.equal(results.failures, undefined);
        for (const [key, text] of Object.entries(texts)) {
            assert.equal(results.results[key].status, 'SUCCESSFUL');
            assert.deepEqual(seen(results, key)['input.txt'], {
                size: Buffer.byteLength(text),
                sha256: sha256(text),
                mediaType: 'text/plain',
            });
        }
    });

    test('submits an embedded job of which one input fails alone', async () => {
        const all = Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256));
        const submitted = await client.submitJobEmbedded(MODEL, VERSION, 'image/png', {
            good: { 'image.png': all },
            bad: { 'image.png': Buffer.alloc(0) },
        });
        const done = await client.blockUntilComplete(submitted);
        assert.equal(done.status, 'COMPLETED');
        assert.deepEqual([done.completed, done.failed], [1, 1]);

        const results = await client.getResult(done.jobIdentifier);
        assert.deepEqual(seen(results, 'good')['image.png'], {
            size: all.length,
            sha256: sha256(all),
            mediaType: 'image/png',
        });
        assert.equal(results.results.bad, undefined);
        assert.equal(results.failures.bad.status, 'FAILED');
        assert.match(results.failures.bad.error, /image\.png/);
    });

    test('cancels a job that runs', async () => {
        const sources = {};
        for (let i = 0; i < 500; ++i) sources[`input-${i}`] = { 'input.txt': `text ${i}` };
        const submitted = await client.submitJobText(MODEL, VERSION, sources);
        const cancelled = await client.cancelJob(submitted.jobIdentifier);
        assert.equal(cancelled.status, 'CANCELED');
        const after = await client.getJob(submitted.jobIdentifier);
        assert.equal(after.status, 'CANCELED');
    });

    test('is told why a request is refused', async () => {
        const stranger = new ModzyClient(base, 'wrong.key');
        await assert.rejects(
            stranger.submitJobText(MODEL, VERSION, { a: { 'input.txt': 'text' } }),
            (error) => error instanceof ApiError && error.code === 401 && /key/.test(error.message),
        );
        await assert.rejects(
            client.getJob('no-such-job'),
            (error) => error instanceof ApiError && error.code === 404,
        );
    });

    test('uploads byte arrays in chunks, with blanks in the names', async () => {
        const sources = {
            'one chunk less a byte': { 'data one.bin': bytes(CHUNK - 1) },
            exact: { 'input.bin': bytes(CHUNK) },
            more: { 'a.bin': bytes(3 * CHUNK + 1), 'b.bin': bytes(1) },
        };
        const submitted = await client.submitJobFiles(MODEL, VERSION, sources);
        assert.equal(submitted.status, 'SUBMITTED');
        assert.equal(submitted.totalInputs, 3);
        await finishes(submitted, sources, 'application/octet-stream');
    });

    test('uploads files by their paths', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'inferpp-'));
        try {
            const data = bytes(5 * CHUNK + 123);
            const path = join(folder, 'big.bin');
            writeFileSync(path, data);
            const small = join(folder, 'small.txt');
            writeFileSync(small, 'small');
            const submitted = await client.submitJobFiles(MODEL, VERSION, {
                big: { 'input.bin': path },
                small: { 'input.txt': small },
            });
            await finishes(submitted, { big: { 'input.bin': data }, small: { 'input.txt': 'small' } },
                'application/octet-stream');
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    test('never sends an empty file', async () => {
        const submitted = await client.submitJobFiles(MODEL, VERSION, {
            none: { 'input.txt': Buffer.alloc(0) },
        });
        assert.equal(submitted.totalInputs, 0);
        await finishes(submitted, {}, '');
    });

    test('cancels its job when a chunk is refused', async () => {
        const before = new Set((await recent()).map((job) => job.jobIdentifier));
        const sources = {};
        for (let i = 0; i <= 500; ++i) sources[`input-${i}`] = { 'input.txt': Buffer.from('x') };
        await assert.rejects(
            client.submitJobFiles('refused000', '0.0.1', sources),
            (error) => error instanceof ApiError && error.code === 400 &&
                error.message === 'Bad Request' && /input-500/.test(error.url),
        );
        await assert.rejects(
            client.submitJobFiles('refused000', '0.0.1', { 'a/b': { 'input.txt': Buffer.from('x') } }),
            (error) => error instanceof ApiError && error.code === 404,
        );
        const fresh = (await recent()).filter((job) => !before.has(job.jobIdentifier) &&
            job.model.identifier === 'refused000');
        assert.deepEqual(fresh.map((job) => job.status), ['CANCELED', 'CANCELED']);
    });

    test('says what is missing when an empty submission is refused', async () => {
        for (const job of [{ model: {} }, { model: { identifier: MODEL, version: VERSION }, input: {} }])
            await assert.rejects(
                client.getJobClient().submitJob(job),
                (error) => error instanceof ApiError && error.code === 400 &&
                    /required|input\.type/.test(error.message),
            );
    });

    test('knows the features', async () => {
        const features = await client.getJobClient().getFeatures();
        assert.equal(features.inputChunkMaximumSize, '64Ki');
        assert.equal(features.maximumInputsPerJob, 500);
    });

    test('lists jobs by filters and pages', async () => {
        const model = 'history000';
        const ids = [];
        for (let i = 0; i < 3; ++i) {
            const job = await client.submitJobText(model, `1.0.${i}`, { a: { 'input.txt': 'a' } });
            ids.push(job.jobIdentifier);
        }
        await client.cancelJob((await client.submitJobFiles(model, '1.0.3', {})).jobIdentifier);
        const get = async (...filters) => (await recent(...filters))
            .filter((job) => job.model.identifier === model)
            .map((job) => job.jobIdentifier);
        assert.deepEqual((await get()).slice(0, 3), ids);
        assert.deepEqual(await get('nobody'), []);
        assert.equal((await get('ada', 'interop', null, null, model)).length, 4);
        assert.deepEqual(await get(null, null, null, null, model, null, 2, 1), [ids[1]]);
        assert.deepEqual(
            (await get(null, null, null, null, model, 'all', 1, 10, 'DESC', 'createdAt,identifier'))
                .length, 4);
        assert.ok(!(await get(null, null, null, null, model, 'canceled')).includes(ids[0]));
        const hour = 3600 * 1000;
        const past = new Date(Date.now() - hour);
        const future = new Date(Date.now() + hour);
        assert.equal((await get(null, null, past)).length, 4);
        // The plus of the offset goes out as it is.
        const iso = (date) => date.toISOString().replace('Z', '+00:00');
        assert.equal((await get(null, null, iso(past), iso(future))).length, 4);
        assert.equal((await get(null, null, iso(past), iso(new Date(past.getTime() + 1000)))).length, 0);
        for (const dates of [[null, iso(past)], [future, null], ['yesterday', null]])
            await assert.rejects(
                client.getJobHistory(null, null, ...dates, null, null, null, 10, null, null),
                (error) => error instanceof ApiError && error.code === 400 && /Date/.test(error.message),
            );
    });

    test('takes data from S3 and from a database', async () => {
        const stored = await client.submitJobAWSS3(MODEL, VERSION, 'AK', 'SK', 'us-east-1', {
            there: { 'input.txt': { bucket: 'bucket', key: '/folder/one.txt' } },
        });
        const folder = await client.getJobClient().submitJob({
            model: { identifier: MODEL, version: VERSION },
            input: {
                type: 'aws-s3-folder', accessKeyID: 'AK', secretAccessKey: 'SK', region: 'us-east-1',
                sources: { all: { 'input.txt': { bucket: 'bucket', key: 'folder' } } },
            },
        });
        const rows = await client.submitJobJDBC(MODEL, VERSION, 'jdbc:postgresql://h:5432/db', 'u',
            'p', 'org.postgresql.Driver', 'select d as "input.txt" from t');
        assert.deepEqual(rows.jobInputs.identifier, ['row1-1', 'row2-1']);
        const text = 'application/octet-stream';
        await Promise.all([
            finishes(stored, { there: { 'input.txt': 'I love it' } }, text),
            finishes(folder, { 'all-1': { 'input.txt': 'I love it' } }, text),
            finishes(rows, { 'row1-1': { 'input.txt': 'first row' },
                'row2-1': { 'input.txt': 'second row' } }, 'text/plain'),
        ]);
        const missing = await client.blockUntilComplete(
            await client.submitJobAWSS3(MODEL, VERSION, 'AK', 'SK', 'us-east-1', {
                gone: { 'input.txt': { bucket: 'bucket', key: 'gone' } },
            }));
        assert.deepEqual([missing.status, missing.failed], ['COMPLETED', 1]);
    });

    test('names files among the outputs by their URL', async () => {
        const submitted = await client.getJobClient().submitJob({
            model: { identifier: 'e3f73163d3', version: '0.0.1' },
            explain: true,
            input: { type: 'embedded', sources: { a: { image: 'data:image/png;base64,aGVsbG8=' } } },
        });
        await client.blockUntilComplete(submitted);
        const { results } = await client.getResult(submitted.jobIdentifier);
        assert.equal(results.a['mask.pgm'],
            `${base}/results/${submitted.jobIdentifier}/a/mask.pgm\n`);
        const { data } = results.a['results.json'];
        assert.equal(data.result.classPredictions[0].class, 'cat');
        assert.ok(Array.isArray(data.explanation.maskRLE[0]));
    });

    test('finds models, versions and samples', async () => {
        const ids = (list) => list.map((model) => model.modelId).sort();
        assert.deepEqual(ids(await client.getAllModels()), ['e3f73163d3', MODEL]);
        assert.deepEqual(ids(await client.getModels(MODEL)), [MODEL]);
        assert.deepEqual(ids(await client.getModels(null, null, null, 'image', null, true, false)),
            ['e3f73163d3']);
        assert.deepEqual(ids(await client.getModels(null, null, null, null, null, false)), []);
        const byName = await client.getModelByName('Sentiment Analysis');
        const model = await client.getModel(MODEL);
        assert.deepEqual(byName, model);
        assert.equal(model.latestVersion, VERSION);
        assert.deepEqual(model.versions, ['0.0.27', VERSION]);
        // Several hits: the SDK picks the closest name.
        assert.equal((await client.getModelByName('i')).modelId.length, 10);
        const related = await client.getRelatedModels(MODEL);
        assert.deepEqual(related.map((one) => one.identifier), ['e3f73163d3']);

        const models = client.getModelClient();
        assert.deepEqual((await models.getModelVersions(MODEL)).map((one) => one.version),
            ['0.0.27', VERSION]);
        const details = await client.getModelVersion(MODEL, VERSION);
        assert.equal(details.version, VERSION);
        assert.equal(details.inputs[0].name, 'input.txt');
        const input = await models.getModelVersionInputSample(MODEL, VERSION);
        assert.deepEqual(input.model, { identifier: MODEL, version: VERSION });
        const output = await models.getModelVersionOutputSample(MODEL, VERSION);
        assert.ok(output.data.result.classPredictions.length > 0);
        // The sample is a submission as it stands.
        const submitted = await client.getJobClient().submitJob(input);
        assert.equal(submitted.totalInputs, 1);

        for (const call of [
            () => client.getModel('unknown000'),
            () => client.getRelatedModels('unknown000'),
            () => client.getModelVersion(MODEL, '9.9.9'),
            () => models.getModelVersionInputSample(MODEL, '9.9.9'),
        ])
            await assert.rejects(call, (error) => error instanceof ApiError && error.code === 404);
        await assert.rejects(client.getModelByName('no such name'),
            (error) => error instanceof ApiError && error.code === 400);
    });

    test('finds tags, for which it sends no key', async () => {
        const tags = await client.getAllTags();
        assert.ok(tags.some((tag) => tag.identifier === 'computer_vision'));
        const both = await client.getTagsAndModels('computer_vision', 'language_and_text');
        assert.equal(both.tags.length, 2);
        assert.deepEqual(both.models.map((model) => model.identifier).sort(), ['e3f73163d3', MODEL]);
        assert.deepEqual(await client.getTagsAndModels('unknown'), { tags: [], models: [] });
    });
});
