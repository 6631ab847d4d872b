// Runs the cases of one SDK: node run.mjs openai|anthropic|ollama served|refused|environment URL
// Prints one JSON object with the result or the error of each case.
const [sdk, kind, url] = process.argv.slice(2);
const cases = (await import(`./${sdk}.mjs`))[kind](url);
const outcomes = {};
for (const [name, run] of Object.entries(cases)) {
  try {
    outcomes[name] = await run();
  } catch (thrown) {
    outcomes[name] = { thrown: thrown.constructor.name, message: thrown.message };
  }
}
console.log(JSON.stringify(outcomes));
