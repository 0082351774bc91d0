// An OpenAI-compatible server that says what the journey wrote, so that a page can be looked at in every state.
//
//   const scripted = await startScripted();   scripted.url, .requests (bodies), .release(), .stop()
//   await startScripted({ parrot: ({ messages }) => messages.at(-1).content });    with a model of the journey's own
//
// The model's name says what it does: `words` answers with a numbered list of words until it is stopped, `rich` with every kind of
// block, `holds` with twenty words and the rest once it is released, `thinks` thinks first, `refuses` answers 401, `waits` answers
// 429 with Retry-After, `cut` breaks off in the middle, `short` answers with a few lines and has a window of 300 tokens. One of the journey's own answers with its text, or with `{ text, holds }`:
// half of it, and the rest once it is released.

import { createServer } from 'node:http';

export const rich = `# A report with everything

Text with *emphasis*, **strong words**, ~~struck~~, \`inline code\`, a [link](https://example.com/page "Example") and an image: ![A chart](https://images.example.net/chart.png).

## A table

| Model | Size | Speed | Notes |
|:------|-----:|------:|:-----:|
| smollm2 | 98 MB | 41 tok/s | test size |
| qwen3-4b | 2.5 GB | 12 tok/s | thinks first |
| a-model-with-a-rather-long-name | 14.8 GB | 3 tok/s | needs memory |

- [x] A task that is done
- [ ] A task that isn't
- [ ] Another

1. First
2. Second with \`code\`
   - nested
   - list

> A quotation, which may hold **anything**.

\`\`\`python
from collections import defaultdict

def group(words: list[str]) -> dict[str, list[str]]:
    """Group words by their first letter."""
    groups = defaultdict(list)
    for word in words:
        groups[word[0].lower()].append(word)  # 26 at most
    return dict(groups)

print(group(["apple", "avocado", "banana"]), 3.14)
\`\`\`

Euler said $e^{i\\pi} + 1 = 0$, and a sum looks like this:

$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$

\`\`\`mermaid
graph LR
  A --> B
\`\`\`

A claim with a footnote[^1].

[^1]: And what stands behind it.
`;

const models = ['words', 'rich', 'holds', 'thinks', 'refuses', 'waits', 'cut', 'fast', 'short'];

export async function startScripted(own = {}) {
  const requests = [];
  const held = new Set();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.endsWith('/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ object: 'list', data: [...models, ...Object.keys(own)].map((id) => ({ id, object: 'model', owned_by: 'script', ...(id === 'short' ? { max_model_len: 300 } : {}) })) }));
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    requests.push(body);
    await answer(body, response, held, own[body.model]?.(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    /** Lets those go on that hold. */
    release() {
      for (const go of held) go();
      held.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

async function answer({ model }, response, held, own) {
  const refuse = (status, message, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: status === 401 ? 'invalid_api_key' : null } }));
  };
  if (model === 'refuses') return refuse(401, 'Incorrect API key provided.');
  if (model === 'waits') return refuse(429, 'Slow down.', { 'retry-after': '20' });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let open = true;
  response.on('close', () => (open = false));
  const say = (delta, more = {}) =>
    response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, ...more }] })}\n\n`);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const released = () =>
    new Promise((resolve) => {
      held.add(resolve);
      response.on('close', resolve);
    });
  let tokens = 0;
  if (model === 'thinks') {
    for (const word of 'Let me see what was asked, and weigh it twice before I say anything at all about it.'.split(' ')) {
      say({ reasoning_content: `${word} ` });
      await pause(120);
    }
    say({ content: 'Forty-two.' });
    tokens = 20;
  } else if (model === 'words') {
    for (let number = 1; open && number <= 600; number += 1) {
      say({ content: `word${number} ${number % 40 === 0 ? '\n\n' : ''}` });
      await pause(30);
    }
  } else if (own !== undefined) {
    const { text, holds } = typeof own === 'string' ? { text: own } : own;
    const half = Math.ceil(text.length / 2);
    say({ content: text.slice(0, half) });
    if (holds) await released();
    say({ content: text.slice(half) });
    tokens = Math.ceil(text.length / 4);
  } else if (model === 'holds') {
    for (let number = 1; number <= 20; number += 1) say({ content: `word${number} ` });
    await released();
    say({ content: 'and the rest of it.' });
    tokens = 25;
  } else if (model === 'fast') {
    // 200 tokens a second for a minute, of every kind.
    const text = rich.repeat(40);
    const start = Date.now();
    for (let at = 0; open && Date.now() - start < 60_000; ) {
      const due = Math.floor(((Date.now() - start) / 1000) * 200);
      for (; tokens < due; tokens += 1, at += 4) say({ content: text.slice(at, at + 4) });
      await pause(5);
    }
  } else {
    const text = { cut: 'It begins well, and then the line', short: 'A few words to fill the window with. '.repeat(12) }[model] ?? rich;
    for (let at = 0; open && at < text.length; at += 12) {
      say({ content: text.slice(at, at + 12) });
      tokens += 3;
      await pause(3);
    }
    if (model === 'cut') return response.destroy();
  }
  if (!open) return;
  say({}, { finish_reason: 'stop' });
  response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model, choices: [], usage: { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 + tokens } })}\n\n`);
  response.end('data: [DONE]\n\n');
}
