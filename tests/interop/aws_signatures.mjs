// SPDX-License-Identifier: BSL-1.0
//
// Signs requests of our client again with Amazon's own signer from npm, and compares.
//
//     node aws_signatures.mjs REQUESTS.jsonl

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

const lines = readFileSync(process.argv[2], 'utf8').trim().split('\n');
assert.ok(lines.length > 0);
let sessions = 0;
for (const line of lines) {
    const { method, target, headers: sent, body } = JSON.parse(line);
    const headers = Object.fromEntries(
        Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
    const [, date, region, service, names] =
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/
            .exec(headers.authorization);
    const time = headers['x-amz-date'];
    assert.equal(time.slice(0, 8), date);
    const [path, search = ''] = target.split('?');
    const query = Object.fromEntries(search.split('&').filter(Boolean).map((pair) => {
        const [name, value = ''] = pair.split('=');
        return [decodeURIComponent(name), decodeURIComponent(value)];
    }));
    const kept = Object.fromEntries(names.split(';').map((name) => [name, headers[name]]));
    for (const name of Object.keys(headers))
        if (name.startsWith('x-amz-')) assert.ok(name in kept, `${name} is not signed`);
    const sessionToken = kept['x-amz-security-token'];
    sessions += sessionToken ? 1 : 0;
    const signer = new SignatureV4({
        service, region, sha256: Sha256, uriEscapePath: service !== 's3', applyChecksum: false,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secretkeyEXAMPLE', sessionToken },
    });
    const signed = await signer.sign(
        { method, protocol: 'https:', hostname: headers.host, path, query, headers: kept, body },
        { signingDate: new Date(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) });
    assert.equal(signed.headers.authorization, headers.authorization, line);
}
assert.ok(sessions > 0);
console.log(`${lines.length} requests are signed as Amazon's own signer signs them`);
