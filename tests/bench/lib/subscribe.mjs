// A subscriber of the HTTP door's events, as a client of it is one.
//
//   const listener = await subscribe(server);
//   const seen = listener.next((event) => …);     when the first such event from now on has come, by `performance.now()`
//   listener.close();

export async function subscribe(server) {
  const leave = new AbortController();
  const response = await fetch(`${server.url}/api/v1/events`, { headers: { authorization: `Bearer ${server.token}` }, signal: leave.signal });
  if (!response.ok) throw new Error(`the events answered ${response.status}`);
  const waiting = new Set();
  const read = async () => {
    let text = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const now = performance.now();
      const blocks = (text + piece).split('\n\n');
      text = blocks.pop();
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '));
        const event = data && JSON.parse(data.slice(6)).event;
        for (const one of event ? [...waiting] : []) {
          if (!one.wanted(event)) continue;
          waiting.delete(one);
          one.come(now);
        }
      }
    }
  };
  read().catch((error) => leave.signal.aborted || waiting.forEach(({ fail }) => fail(error)));
  return {
    next: (wanted) => new Promise((come, fail) => waiting.add({ wanted, come, fail })),
    close: () => leave.abort(),
  };
}
