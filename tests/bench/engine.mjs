// The embedded engine as a person gets it, `webplus serve` and its runner, against the bare llama.cpp loop: the same model, the same
// prompt, the same tokens, one thread each, in turns. The bare loop is the example `bare_loop`.

import { execFileSync } from 'node:child_process';
import { browserTools } from '../e2e/lib/browser.mjs';
import { carrying, until } from '../e2e/lib/process.mjs';
import { bench, cpu, program, report, rounds, said, skip } from './lib/bench.mjs';

const tokens = Number(process.env.WEBPLUS_BENCH_TOKENS ?? 200);
const system = 'You are a helpful assistant.';
const question = 'Write a very long story about a lighthouse keeper and the sea.';
// What the model's own template makes of them; both count the tokens of the prompt, and the counts are compared.
const prompt = `<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;

const names = ['engine.tokens_per_second', 'engine.tokens_per_second.runner', 'engine.cpu_per_token', 'engine.app_cpu_per_token', 'engine.first_token_of_cached_prompt'];

await bench(names, async () => {
  const model = process.env.WEBPLUS_TEST_MODEL;
  if (!model) skip('WEBPLUS_TEST_MODEL does not name a small model');
  if (process.platform !== 'linux') skip('CPU time by process is read from /proc, which is Linux only');
  program('bare_loop');
  const tools = browserTools();
  const server = await tools.offered.serve({ env: { WEBPLUS_ENGINE_THREADS: '1' } });
  const words = ['--data-dir', server.data, 'models', 'import', model, '--json'];
  const id = JSON.parse(execFileSync(program('webplus'), words, { encoding: 'utf8' }).trim().split('\n').at(-1)).model;

  const ended = (message) => until('the answer has ended', async () => {
    const now = await server.call('message/get', { id: message });
    return now.status === 'running' ? undefined : now;
  }, { within: 300_000, every: 100 });
  // The first answer loads the model and reads the prompt; the others find it read, so that what they cost is generating.
  const sent = await server.call('message/send', { text: question, model: id, systemPrompt: system, parameters: { temperature: 0, maxTokens: tokens } });
  let last = sent.messages.at(-1).id;
  const first = await ended(last);
  if (first.status !== 'succeeded') throw new Error(`the answer ended as ${first.status}: ${first.errorMessage}`);
  const runner = (await carrying(process.env.WEBPLUS_JOURNEY)).find(({ name }) => name === 'webplus-runner').pid;

  const ours = { wall: [], own: [], cpu: [], app: [], first: [] };
  const bare = { wall: [], cpu: [] };
  for (let time = 0; time < rounds; time += 1) {
    const { value, stderr } = said('bare_loop', [model, String(tokens), '1'], { input: prompt });
    bare.wall.push(value.tokensPerSecond);
    bare.cpu.push((value.cpuSeconds * 1000) / tokens);

    const before = { runner: await cpu(runner), app: await cpu(server.process.pid) };
    const again = await server.call('message/regenerate', { id: last });
    last = again.messages.at(-1).id;
    const message = await ended(last);
    const after = { runner: await cpu(runner), app: await cpu(server.process.pid) };

    const [call] = (await server.call('call/list', { limit: 1 })).items;
    const { usage } = call;
    if (usage.output !== tokens) throw new Error(`${usage.output} tokens came instead of ${tokens}`);
    if (usage.input + usage.cacheRead !== value.promptTokens) {
      throw new Error(`the prompts differ: ${usage.input + usage.cacheRead} and ${value.promptTokens} tokens`);
    }
    if (!stderr.includes(message.text.trim().slice(0, 200))) throw new Error('the answers differ');
    ours.wall.push(((tokens - 1) * 1000) / (call.totalMs - call.firstTokenMs));
    ours.own.push(call.tokensPerSecond);
    ours.cpu.push((after.runner - before.runner) / tokens);
    ours.app.push(((after.app - before.app) * 1000) / tokens);
    ours.first.push(call.firstTokenMs);
  }
  const same = `${tokens} greedy tokens, 1 thread, the prompt already read; against bare_loop in turns`;
  report(names[0], { samples: ours.wall, baselines: bare.wall, unit: '1/s', how: `first to last token as the ledger has it; ${same}` });
  report(names[1], { samples: ours.own, baselines: bare.wall, unit: '1/s', how: `as the runner measures it; ${same}` });
  report(names[2], { samples: ours.cpu, baselines: bare.cpu, unit: 'ms', how: `CPU time of the runner's threads; ${same}` });
  report(names[3], { samples: ours.app, unit: 'us', how: `CPU time of \`webplus serve\` for the whole answer (gateway, rendering, database; the bench polls it ten times a second); ${tokens} tokens` });
  report(names[4], { samples: ours.first, baselines: bare.wall.map((rate) => 1000 / rate), unit: 'ms', how: 'from sending to the first token as the ledger has it, the prompt already read; against what bare_loop takes for a token' });
  await tools.close();
});
