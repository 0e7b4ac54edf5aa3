// SPDX-License-Identifier: BSL-1.0
//
// npm's @modzy/modzy-sdk 1.0.7 against `inferpp_simulator modzy`. The default model of the
// simulator answers with size, SHA-256 and media type, so results prove that bytes arrived.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { ModzyClient, ApiError } = require('@modzy/modzy-sdk');
const version = JSON.parse(readFileSync('node_modules/@modzy/modzy-sdk/package.json')).version;

const base = process.env.MODZY_BASE_URL;
const client = new ModzyClient(base, process.env.MODZY_API_KEY);
const MODEL = 'ed542963de';
const VERSION = '1.0.1';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const seen = (results, input) => results.results[input]['results.json'].data.result;

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
});
