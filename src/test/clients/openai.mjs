import OpenAI from 'openai';

const hello = [{ role: 'user', content: 'hello there' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather = { type: 'function', function: { name: 'weather', description: 'The weather', parameters } };
const picture = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

const client = (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'ollama' });

export function served(url) {
  const openai = client(url);
  const chat = openai.chat.completions;
  return {
    'models.list': async () => {
      const ids = [];
      for await (const model of openai.models.list()) ids.push(model.id);
      return ids.sort();
    },
    'models.retrieve': async () => (await openai.models.retrieve('qwen3:latest')).id,
    'chat.completions.create': async () => {
      const answer = await chat.create({ model: 'llava', messages: hello });
      return { text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason, tokens: answer.usage.total_tokens };
    },
    'chat.completions.create, reasoning': async () => {
      const { message } = (await chat.create({ model: 'qwen3', messages: hello })).choices[0];
      return { text: message.content, reasoning: message.reasoning };
    },
    'chat.completions.create, stream': async () => {
      const pieces = [];
      let finish;
      let tokens;
      const stream = await chat.create({ model: 'llava', messages: hello, stream: true, stream_options: { include_usage: true } });
      for await (const chunk of stream) {
        pieces.push(...chunk.choices.map((choice) => choice.delta.content).filter(Boolean));
        finish = chunk.choices[0]?.finish_reason ?? finish;
        tokens = chunk.usage?.total_tokens;
      }
      return { pieces, finish, tokens };
    },
    'chat.completions.stream': async () => {
      const deltas = [];
      const stream = chat.stream({ model: 'llava', messages: hello }).on('content', (delta) => deltas.push(delta));
      return { text: await stream.finalContent(), deltas: deltas.length };
    },
    'chat.completions.create, tools': async () => {
      const { message, finish_reason } = (
        await chat.create({ model: 'qwen3', messages: [{ role: 'user', content: 'use the tool' }], tools: [weather] })
      ).choices[0];
      const call = message.tool_calls[0].function;
      return { name: call.name, arguments: JSON.parse(call.arguments), finish: finish_reason };
    },
    'chat.completions.stream, tools': async () => {
      const calls = [];
      const stream = chat
        .stream({ model: 'qwen3', messages: [{ role: 'user', content: 'use the tool' }], tools: [weather] })
        .on('tool_calls.function.arguments.done', (call) => calls.push([call.name, JSON.parse(call.arguments)]));
      await stream.finalChatCompletion();
      return calls;
    },
    'chat.completions.runTools': async () => {
      const asked = [];
      const sunny = { ...weather.function, parse: JSON.parse, function: ({ city }) => (asked.push(city), 'sunny') };
      const runner = chat.runTools({
        model: 'qwen3',
        reasoning_effort: 'none',
        messages: [{ role: 'user', content: 'use the tool' }],
        tools: [{ type: 'function', function: sunny }],
      });
      return { text: await runner.finalContent(), asked };
    },
    'chat.completions.create, JSON mode': async () => {
      const answer = await chat.create({ model: 'llava', messages: hello, response_format: { type: 'json_object' } });
      return JSON.parse(answer.choices[0].message.content);
    },
    'chat.completions.create, JSON schema': async () => {
      const response_format = { type: 'json_schema', json_schema: { name: 'place', schema: parameters, strict: true } };
      const answer = await chat.create({ model: 'llava', messages: hello, response_format });
      return JSON.parse(answer.choices[0].message.content);
    },
    'chat.completions.create, picture': async () => {
      const content = [{ type: 'text', text: 'what is it' }, { type: 'image_url', image_url: { url: picture } }];
      return (await chat.create({ model: 'llava', messages: [{ role: 'user', content }] })).choices[0].message.content;
    },
    'responses.create': async () => {
      const answer = await openai.responses.create({ model: 'llava', instructions: 'Be brief.', input: 'hello there' });
      return { text: answer.output_text, status: answer.status, tokens: answer.usage.total_tokens };
    },
    'responses.create, stream': async () => {
      const types = [];
      for await (const event of await openai.responses.create({ model: 'llava', input: 'hello', stream: true })) {
        types.push(event.type.replace('response.', ''));
      }
      return types;
    },
    'responses.stream': async () => {
      const deltas = [];
      const stream = openai.responses
        .stream({ model: 'llava', input: [{ role: 'user', content: 'hello there' }] })
        .on('response.output_text.delta', (event) => deltas.push(event.delta));
      return { text: (await stream.finalResponse()).output_text, deltas: deltas.length };
    },
    'responses.create, tools': async () => {
      const { output } = await openai.responses.create({
        model: 'qwen3',
        reasoning: { effort: 'none' },
        input: 'use the tool',
        tools: [{ type: 'function', name: 'weather', parameters, strict: true }],
      });
      return output.map((item) => [item.type, item.name, JSON.parse(item.arguments)]);
    },
  };
}

export function refused(url) {
  const openai = client(url);
  const chat = openai.chat.completions;
  return {
    'unknown model': () => chat.create({ model: 'nope', messages: hello }),
    'unknown model, stream': () => chat.stream({ model: 'nope', messages: hello }).finalContent(),
    'unknown model, responses': () => openai.responses.create({ model: 'nope', input: 'hello' }),
    'models.retrieve of an unknown model': () => openai.models.retrieve('nope'),
    'no messages': () => chat.create({ model: 'qwen3', messages: [] }),
    'cloud model': () => chat.create({ model: 'gpt-oss:120b-cloud', messages: hello }),
    'blocked endpoint': () => openai.files.list(),
    'blocked endpoint with a body': () => openai.embeddings.create({ model: 'nomic-embed-text', input: 'hello' }),
    'blocked method': () => openai.models.delete('qwen3'),
  };
}

// Creates the client without arguments: environment variables configure it.
export function environment() {
  return { 'models.list': async () => (await new OpenAI().models.list()).data.length };
}
