// SPDX-License-Identifier: BSL-1.0
//
// node signatures_peer.mjs [COUNT]: how many requests npm's @smithy/signature-v4 signs in a second,
// of those that bench_signatures signs. Its hash is that of node itself, which is the faster one.

import { createHash, createHmac } from 'node:crypto';

import { SignatureV4 } from '@smithy/signature-v4';

class Sha256 {
    constructor(key) {
        this.hash = key ? createHmac('sha256', key) : createHash('sha256');
    }
    update(data) {
        this.hash.update(data);
    }
    async digest() {
        return new Uint8Array(this.hash.digest());
    }
}

const times = Number(process.argv[2] ?? 20000);
const signer = new SignatureV4({
    service: 'bedrock', region: 'us-east-1', sha256: Sha256, applyChecksum: false,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secretkeyEXAMPLE' },
});

async function measure(name, method, path, headers, body, count) {
    const host = 'bedrock-runtime.us-east-1.amazonaws.com';
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; ++i)
        await signer.sign({ method, protocol: 'https:', hostname: host, path, query: {}, body,
            headers: { host, ...headers } },
        { signingDate: new Date((1722470400 + i % 86400) * 1000) });
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    console.log(`  ${name.padEnd(24)} ${String(Math.round(count / seconds)).padStart(8)} signatures/s`);
}

const json = { 'content-type': 'application/json' };
const converse = '/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse';
console.log('@smithy/signature-v4');
await measure('GET', 'GET', '/model-invocation-job/abcdefghij12', {}, undefined, times);
await measure('POST of 1 KiB', 'POST', converse, json, 'x'.repeat(1024), times);
await measure('POST of 100 KiB', 'POST', converse, json, 'x'.repeat(100 * 1024), times / 20);
