import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';

const max_tokens = 64;
const hello = [{ role: 'user', content: 'hello there' }];
const input_schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather = { name: 'weather', description: 'The weather', input_schema };
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

const client = (url) => new Anthropic({ baseURL: url, apiKey: 'ollama' });

const textOf = (message) => message.content.filter((block) => block.type === 'text').map((block) => block.text).join('');

export function served(url) {
  const anthropic = client(url);
  const { messages } = anthropic;
  return {
    'messages.create': async () => {
      const answer = await messages.create({ model: 'llava', max_tokens, messages: hello });
      return { role: answer.role, text: textOf(answer), stop: answer.stop_reason, tokens: answer.usage.output_tokens };
    },
    'messages.create, stream': async () => {
      const types = [];
      for await (const event of await messages.create({ model: 'llava', max_tokens, messages: [{ role: 'user', content: 'hello' }], stream: true })) {
        types.push(event.type);
      }
      return types;
    },
    'messages.stream': async () => {
      const pieces = [];
      const stream = messages.stream({ model: 'llava', max_tokens, messages: hello }).on('text', (text) => pieces.push(text));
      const answer = await stream.finalMessage();
      return { text: textOf(answer), pieces, stop: answer.stop_reason };
    },
    'messages.create, conversation': async () => {
      const conversation = [...hello, { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }, { role: 'user', content: 'how are you' }];
      const system = [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }];
      return textOf(await messages.create({ model: 'llava', max_tokens, system, messages: conversation }));
    },
    'messages.create, thinking': async () => {
      const thinking = { type: 'enabled', budget_tokens: 1024 };
      const answer = await messages.create({ model: 'qwen3', max_tokens: 2048, system: 'Be brief.', thinking, messages: hello });
      return answer.content.map((block) => block[block.type]);
    },
    'messages.create, tools': async () => {
      const options = { model: 'qwen3', max_tokens, thinking: { type: 'disabled' }, tools: [weather] };
      const question = { role: 'user', content: 'use the tool' };
      const call = await messages.create({ ...options, messages: [question] });
      const use = call.content.find((block) => block.type === 'tool_use');
      const result = { type: 'tool_result', tool_use_id: use.id, content: 'sunny' };
      const answer = await messages.create({
        ...options,
        messages: [question, { role: 'assistant', content: call.content }, { role: 'user', content: [result] }],
      });
      return { stop: call.stop_reason, name: use.name, input: use.input, text: textOf(answer) };
    },
    'messages.stream, tools': async () => {
      const parts = [];
      const stream = messages
        .stream({ model: 'qwen3', max_tokens, thinking: { type: 'disabled' }, tools: [weather], messages: [{ role: 'user', content: 'use the tool' }] })
        .on('inputJson', (partial) => parts.push(partial));
      return { input: (await stream.finalMessage()).content[0].input, parts: parts.length };
    },
    'beta.messages.toolRunner': async () => {
      const asked = [];
      const run = ({ city }) => (asked.push(city), 'sunny');
      const tools = [betaTool({ name: 'weather', description: 'The weather', inputSchema: input_schema, run })];
      const question = [{ role: 'user', content: 'use the tool' }];
      const answer = await anthropic.beta.messages.toolRunner({ thread: false, model: 'qwen3', max_tokens, tools, messages: question });
      return { text: textOf(answer), asked };
    },
    'messages.create, picture': async () => {
      const source = { type: 'base64', media_type: 'image/png', data: picture };
      const content = [{ type: 'image', source }, { type: 'text', text: 'what is it' }];
      return textOf(await messages.create({ model: 'llava', max_tokens, messages: [{ role: 'user', content }] }));
    },
    'messages.create, token instead of key': async () => {
      const bearer = new Anthropic({ baseURL: url, apiKey: null, authToken: 'ollama' });
      return textOf(await bearer.messages.create({ model: 'llava', max_tokens, messages: hello }));
    },
  };
}

export function refused(url) {
  const anthropic = client(url);
  const { messages } = anthropic;
  return {
    'unknown model': () => messages.create({ model: 'nope', max_tokens, messages: hello }),
    'unknown model, stream': () => messages.stream({ model: 'nope', max_tokens, messages: hello }).finalMessage(),
    'no messages': () => messages.create({ model: 'llava', max_tokens, messages: [] }),
    'no tokens': () => messages.create({ model: 'llava', max_tokens: 0, messages: hello }),
    'cloud model': () => messages.create({ model: 'gpt-oss:120b-cloud', max_tokens, messages: hello }),
    'blocked endpoint': () => messages.batches.list(),
    'blocked endpoint with a body': () => messages.countTokens({ model: 'llava', messages: hello }),
    'blocked method': () => anthropic.beta.files.delete('file_1'),
  };
}

// Creates the client without arguments: environment variables configure it.
export function environment() {
  return { 'messages.create': async () => textOf(await new Anthropic().messages.create({ model: 'llava', max_tokens, messages: hello })) };
}
