// SPDX-License-Identifier: BSL-1.0
//
// node sse_peer.mjs FILE: how fast npm's eventsource-parser decodes the bytes that bench_sse wrote.

import {readFileSync} from 'node:fs';
import {createParser} from 'eventsource-parser';

const bytes = readFileSync(process.argv[2]);

function parse(piece) {
  let events = 0;
  const start = process.hrtime.bigint();
  const parser = createParser({onEvent: () => { ++events; }});
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += piece)
    parser.feed(decoder.decode(bytes.subarray(at, at + piece), {stream: true}));
  return {events, seconds: Number(process.hrtime.bigint() - start) / 1e9};
}

console.log(`eventsource-parser, ${bytes.length >> 20} MiB of ASCII tokens`);
for (const piece of [1, 16, 1460, 16384, bytes.length]) {
  let best = {seconds: Infinity};
  for (let round = 0; round < (piece < 1460 ? 2 : 7); ++round) {
    const got = parse(piece);
    if (got.seconds < best.seconds)
      best = got;
  }
  const label = String(piece === bytes.length ? 'whole' : piece).padEnd(6);
  const speed = (bytes.length / best.seconds / 1e9).toFixed(3).padStart(7);
  const rate = (best.events / best.seconds / 1e6).toFixed(2).padStart(6);
  console.log(`  pieces of ${label} ${speed} GB/s, ${rate} M events/s`);
}
