// SPDX-License-Identifier: BSL-1.0
//
// npm's @aws-sdk/client-bedrock-runtime, with its handler for HTTP/1.1, against
// `inferpp_simulator bedrock-runtime` as tests/interop/run starts it: Amazon's own client signs,
// reads both streams and names errors as it does with the service itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';

import {
    ApplyGuardrailCommand,
    BedrockRuntimeClient,
    ConverseCommand,
    ConverseStreamCommand,
    CountTokensCommand,
    GetAsyncInvokeCommand,
    InvokeModelCommand,
    InvokeModelWithResponseStreamCommand,
    StartAsyncInvokeCommand,
    paginateListAsyncInvokes,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const name = '@aws-sdk/client-bedrock-runtime';
const pkg = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
const wanted = JSON.parse(readFileSync('package.json')).dependencies[name];

const endpoint = process.env.BEDROCK_RUNTIME_BASE_URL;
const key = process.env.BEDROCK_SIMULATOR_KEY; // all three: access key, secret key, API key
const credentials = { accessKeyId: key, secretAccessKey: key };
const clients = [];
const connect = (more = {}) => {
    clients.push(new BedrockRuntimeClient({
        region: 'us-east-1', endpoint, credentials, maxAttempts: 1,
        requestHandler: new NodeHttpHandler(), ...more })); // by itself it would speak HTTP/2
    return clients.at(-1);
};
const client = connect();
// It leaves the connection of a damaged stream open, which keeps the program from its end.
after(() => clients.forEach((each) => each.destroy()));

const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';
const saying = (text) => ({ modelId, messages: [{ role: 'user', content: [{ text }] }] });
const asText = (bytes) => new TextDecoder().decode(bytes);

// The error that a command ends with.
async function refused(command, by = client) {
    try {
        await by.send(command);
    } catch (error) {
        return error;
    }
    assert.fail('it was not refused');
}

// The events of a conversation, and the error that it ends with.
async function listen(text) {
    const { stream } = await client.send(new ConverseStreamCommand(saying(text)));
    const events = [];
    try {
        for await (const event of stream) events.push(event);
    } catch (error) {
        return { events, error };
    }
    return { events };
}
const textOf = (events) =>
    events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('');

describe("Amazon's client of the runtime from npm", () => {
    test('is the version that package.json names', () => {
        assert.equal(pkg.version, wanted);
    });

    test('has a conversation with all that a model can be told', async () => {
        const answer = await client.send(new ConverseCommand({
            ...saying('hello there'),
            system: [{ text: 's' }, { cachePoint: { type: 'default' } }],
            inferenceConfig: { maxTokens: 5, temperature: 0.5, topP: 1, stopSequences: ['x'] },
            toolConfig: {
                tools: [{ toolSpec: { name: 'weather', description: 'd',
                    inputSchema: { json: { type: 'object' } } } }],
                toolChoice: { auto: {} },
            },
            additionalModelRequestFields: { top_k: 5 },
            additionalModelResponseFieldPaths: ['/stop_sequence'],
            requestMetadata: { team: 'research' },
            performanceConfig: { latency: 'optimized' },
            serviceTier: { type: 'flex' },
        }));
        assert.deepEqual(answer.output.message,
            { role: 'assistant', content: [{ text: 'hello there' }] });
        assert.equal(answer.stopReason, 'end_turn');
        assert.equal(answer.usage.outputTokens, 2);
        assert.equal(answer.usage.totalTokens, answer.usage.inputTokens + 2);
        assert.equal(answer.metrics.latencyMs, 10);
        assert.deepEqual(answer.performanceConfig, { latency: 'optimized' });
        assert.deepEqual(answer.serviceTier, { type: 'flex' });
        assert.match(answer.$metadata.requestId, /^00000000-/);
    });

    test('sends images and documents', async () => {
        const answer = await client.send(new ConverseCommand({
            modelId,
            messages: [{ role: 'user', content: [
                { image: { format: 'png', source: { bytes: new Uint8Array([1, 2, 3]) } } },
                { document: { format: 'txt', name: 'doc',
                    source: { bytes: new TextEncoder().encode('text') } } },
                { video: { format: 'mp4', source: { s3Location: { uri: 's3://bucket/v.mp4' } } } },
                { text: 'what is that' },
            ] }],
        }));
        assert.equal(answer.output.message.content[0].text, 'what is that');
    });

    test('hears a conversation as it is said', async () => {
        const { events, error } = await listen('one two three four');
        assert.equal(error, undefined);
        assert.deepEqual(events[0], { messageStart: { role: 'assistant' } });
        assert.equal(textOf(events), 'one two three four');
        assert.ok(events.filter((event) => event.contentBlockDelta).length === 4);
        assert.deepEqual(events.at(-2), { messageStop: { stopReason: 'end_turn' } });
        assert.equal(events.at(-1).metadata.usage.outputTokens, 4);
    });

    test('hears which tool is to be used', async () => {
        const { events } = await listen('use the weather tool');
        const begin = events.find((event) => event.contentBlockStart).contentBlockStart;
        assert.deepEqual(begin.start, { toolUse: { toolUseId: 't1', name: 'weather' } });
        const input = events
            .filter((event) => event.contentBlockDelta?.contentBlockIndex === begin.contentBlockIndex)
            .map((event) => event.contentBlockDelta.delta.toolUse.input).join('');
        assert.deepEqual(JSON.parse(input), { city: 'Oslo', days: [1, 2] });
        assert.equal(events.find((event) => event.messageStop).messageStop.stopReason, 'tool_use');
        const whole = await client.send(new ConverseCommand(saying('use the weather tool')));
        assert.deepEqual(whole.output.message.content[1].toolUse,
            { toolUseId: 't1', name: 'weather', input: { city: 'Oslo', days: [1, 2] } });
    });

    test('meets what goes wrong inside a stream', async () => {
        const throttled = await listen('throttle me later please');
        assert.equal(throttled.error.name, 'ThrottlingException');
        assert.equal(throttled.error.message, 'Too many requests');
        assert.equal(throttled.events.length, 2);
        const failed = await listen('fail me later please');
        assert.equal(failed.error.name, 'ModelStreamErrorException');
        assert.equal(failed.error.message, 'It failed');
        const broken = await listen('error me later please');
        assert.equal(broken.error.name, 'InternalError');
        assert.equal(broken.error.message, 'It broke');
        const surprised = await listen('surprise me later please');
        assert.equal(surprised.error, undefined);
        assert.equal(textOf(surprised.events), 'surprise me later please');
        const damaged = await listen('damage me later please');
        assert.match(damaged.error.message, /checksum/);
        const cut = await listen('cut me later please');
        assert.ok(cut.error);
    });

    test('invokes a model by id and by ARN', async () => {
        const answer = await client.send(new InvokeModelCommand({
            modelId, contentType: 'application/json', accept: 'application/json',
            body: '{"prompt":"h\u00e9 you"}' }));
        assert.deepEqual(JSON.parse(asText(answer.body)), { prompt: 'h\u00e9 you' });
        assert.equal(answer.contentType, 'application/json');
        const other = await client.send(new InvokeModelCommand({
            modelId: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
            contentType: 'application/json', accept: '*/*', trace: 'ENABLED',
            guardrailIdentifier: 'gr1', guardrailVersion: 'DRAFT',
            performanceConfigLatency: 'optimized', serviceTier: 'flex',
            requestMetadata: '{"a":"b"}', body: '{}' }));
        assert.equal(other.performanceConfigLatency, 'optimized');
        assert.equal(other.serviceTier, 'flex');
    });

    test('hears what a model says in its own language', async () => {
        const ask = async (content) => {
            const { body } = await client.send(new InvokeModelWithResponseStreamCommand({
                modelId, contentType: 'application/json', accept: 'application/json',
                body: JSON.stringify(content) }));
            const chunks = [];
            for await (const event of body) chunks.push(JSON.parse(asText(event.chunk.bytes)));
            return chunks;
        };
        const chunks = await ask({ a: 1 });
        assert.equal(chunks.length, 3);
        assert.deepEqual(chunks[0], { a: 1 });
        assert.equal(chunks[2]['amazon-bedrock-invocationMetrics'].firstByteLatency, 5);
        await assert.rejects(ask({ fault: 'throttle me later please' }),
            { name: 'ThrottlingException' });
    });

    test('starts, follows and lists asynchronous invocations', async () => {
        const request = { modelId: 'amazon.nova-reel-v1:0', modelInput: { taskType: 'TEXT_VIDEO' },
            outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket/o' } },
            tags: [{ key: 'team', value: 'research' }] };
        const { invocationArn } = await client.send(new StartAsyncInvokeCommand(request));
        const read = await client.send(new GetAsyncInvokeCommand({ invocationArn }));
        assert.equal(read.status, 'InProgress');
        assert.deepEqual(read.outputDataConfig, request.outputDataConfig);
        assert.ok(Math.abs(Date.now() - read.submitTime) < 60e3);
        assert.match(read.clientRequestToken, /^[0-9a-f-]{36}$/);
        const started = [invocationArn];
        for (let i = 0; i < 4; ++i)
            started.push((await client.send(new StartAsyncInvokeCommand(request))).invocationArn);
        const found = [];
        for await (const page of paginateListAsyncInvokes(
            { client, pageSize: 2 },
            { sortBy: 'SubmissionTime', sortOrder: 'Ascending', statusEquals: 'InProgress',
              submitTimeAfter: new Date(Date.now() - 3600e3) }))
            found.push(...page.asyncInvokeSummaries.map((each) => each.invocationArn));
        assert.deepEqual(found.filter((each) => started.includes(each)), started);
        const unknown = invocationArn.replace(/.{12}$/, 'zzzzzzzzzzzz');
        assert.equal((await refused(new GetAsyncInvokeCommand({ invocationArn: unknown }))).name,
            'ValidationException');
    });

    test('asks a guardrail, and counts tokens', async () => {
        const apply = (text) => client.send(new ApplyGuardrailCommand({
            guardrailIdentifier: 'gr1', guardrailVersion: '1', source: 'INPUT',
            content: [{ text: { text, qualifiers: ['query'] } }], outputScope: 'FULL' }));
        assert.equal((await apply('nice')).action, 'NONE');
        const blocked = await apply('so forbidden');
        assert.equal(blocked.action, 'GUARDRAIL_INTERVENED');
        assert.equal(blocked.assessments[0].wordPolicy.customWords[0].match, 'forbidden');
        const { messages } = saying('three little words');
        const counted = await client.send(new CountTokensCommand({
            modelId, input: { converse: { messages } } }));
        assert.ok(counted.inputTokens >= 3);
        const invoked = await client.send(new CountTokensCommand({
            modelId, input: { invokeModel: { body: new TextEncoder().encode('{"a":"b c"}') } } }));
        assert.equal(invoked.inputTokens, 2);
    });

    test('is refused by name, status and message', async () => {
        const slow = await refused(new ConverseCommand(saying('throttle me now please')));
        assert.equal(slow.name, 'ThrottlingException');
        assert.equal(slow.$metadata.httpStatusCode, 429);
        assert.equal(slow.message, 'Too many requests');
        for (const wrong of [
            { modelId: 'a b' }, { inferenceConfig: { maxTokens: 0 } },
            { requestMetadata: { '{': '' } }, { toolConfig: { tools: [] } },
            { guardrailConfig: { guardrailIdentifier: 'GR', guardrailVersion: '1' } },
        ])
            assert.equal((await refused(new ConverseCommand({ ...saying('a'), ...wrong }))).name,
                'ValidationException', JSON.stringify(wrong));
    });

    test('is refused with a wrong key, and comes in with an API key', async () => {
        const command = new ConverseCommand(saying('hello'));
        const wrong = connect({ credentials: { accessKeyId: key, secretAccessKey: 'other' } });
        assert.equal((await refused(command, wrong)).name, 'InvalidSignatureException');
        const bearer = (token) => connect({ credentials: undefined, token: { token },
            authSchemePreference: ['httpBearerAuth'] });
        const answer = await bearer(key).send(command);
        assert.equal(answer.output.message.content[0].text, 'hello');
        assert.equal((await refused(command, bearer('other'))).name, 'AccessDeniedException');
    });
});
