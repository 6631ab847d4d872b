import { Ollama } from 'ollama';

const hello = [{ role: 'user', content: 'hello there' }];

export function served(url) {
  const ollama = new Ollama({ host: url });
  return {
    version: async () => (await ollama.version()).version,
    list: async () => (await ollama.list()).models.map((model) => model.name).sort(),
    show: async () => (await ollama.show({ model: 'qwen3' })).capabilities,
  };
}

export function refused(url) {
  const ollama = new Ollama({ host: url });
  return {
    chat: () => ollama.chat({ model: 'llava', messages: hello }),
    'chat, stream': async () => {
      for await (const part of await ollama.chat({ model: 'llava', messages: hello, stream: true })) return part;
    },
    generate: () => ollama.generate({ model: 'llava', prompt: 'hello' }),
    embed: () => ollama.embed({ model: 'nomic-embed-text', input: 'hello' }),
    ps: () => ollama.ps(),
    pull: () => ollama.pull({ model: 'nope' }),
    delete: () => ollama.delete({ model: 'nope' }),
    'show of an unknown model': () => ollama.show({ model: 'nope' }),
  };
}
