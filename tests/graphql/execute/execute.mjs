// Differential test of execution: the same documents, variables and data through our
// executor (driver.c) and through graphql-js; data must be equal to the byte of their
// JSON, errors equal as sets of message, path and locations.
//
//     node execute.mjs path/to/execute_driver [number of generated cases] [seed]
//
// Known differences, each with its reason, are made equal in same() below:
//  - texts "Did you mean ...": we give no suggestions;
//  - values of more than 1,000 bytes in messages: we cut them (no case here has one);
//  - more than four locations of one error: we keep the first four;
//  - introspection: descriptions of built-in types are our own; the directive oneOf and
//    what later drafts added to directives are not part of October 2021.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { buildClientSchema, execute, getIntrospectionQuery, lexicographicSortSchema, parse, printSchema, specifiedRules, validate } from "graphql";

import corpus, { world } from "./corpus.mjs";
import { generate } from "./generate.mjs";
import { makeSchema, resolver } from "./world.mjs";

const schemaFile = new URL("schema.graphql", import.meta.url).pathname;
const sdl = readFileSync(schemaFile, "utf8");
const schema = makeSchema(sdl);

function theirs(test) {
  let document;
  try {
    document = parse(test.query);
  } catch (error) {
    return { before: [error.message] };
  }
  const errors = validate(schema, document, specifiedRules);
  if (errors.length) return { before: errors.map((e) => e.message) };
  return JSON.parse(JSON.stringify(execute({
    schema, document, variableValues: test.variables, operationName: test.operationName,
    fieldResolver: resolver(test.world), typeResolver: (value) => value.__typename,
  })));
}

// Echoed arguments are JSON in a string: 1.0 and 1 are the same there.
const canonical = (key, value) => {
  if (typeof value !== "string" || value[0] !== "{") return value;
  try {
    return JSON.stringify(JSON.parse(value));
  } catch {
    return value;
  }
};
const errorText = (e) => JSON.stringify([e.message.replace(/ Did you mean .*$/, ""), e.path ?? null, (e.locations ?? []).slice(0, 4)]);
const directivesOf2021 = (data) => {
  if (data?.__schema?.directives) data.__schema.directives = data.__schema.directives.filter((d) => d.name !== "oneOf").sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const d of data?.__schema?.directives ?? []) d.locations = d.locations?.filter((l) => l !== "DIRECTIVE_DEFINITION").sort();
  return data;
};

function differences(expected, got) {
  const found = [];
  if (expected.before || got.stage) {
    if (!expected.before !== !got.stage) found.push(`refused before execution: they ${!!expected.before}, we ${!!got.stage}`);
    return found;
  }
  const data = [expected.data, got.data].map((d) => (d === undefined ? "absent" : JSON.stringify(directivesOf2021(d), canonical)));
  if (data[0] !== data[1]) found.push(`data\n  theirs ${data[0]}\n  ours   ${data[1]}`);
  const errors = [expected.errors, got.errors].map((list) => (list ?? []).map(errorText).sort());
  if (JSON.stringify(errors[0]) !== JSON.stringify(errors[1])) found.push(`errors\n  theirs ${errors[0].join("\n         ")}\n  ours   ${errors[1].join("\n         ")}`);
  return found;
}

// ---- our side
function start(file) {
  const driver = spawn(process.argv[2], [file], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
  const raw = async (line) => {
    driver.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("the driver is gone");
    return value;
  };
  const ask = async ({ query, variables, operationName, world, print }) =>
    JSON.parse(await raw(JSON.stringify({ query, variables, operationName, world, print })));
  return { raw, ask, stop: () => driver.stdin.end() };
}
const { raw, ask: ours, stop } = start(schemaFile);

// ---- run
let number = 0, failed = 0;
function report(name, problems, test) {
  number++;
  if (!problems.length) return console.log(`ok ${number} - ${name}`);
  failed++;
  console.log(`not ok ${number} - ${name}`);
  if (test) console.log(`# ${test.query}\n# variables ${JSON.stringify(test.variables)}\n# world ${JSON.stringify(test.world)}`.slice(0, 3000));
  for (const problem of problems) console.log(problem.slice(0, 4000).replace(/^/gm, "# "));
}

for (const test of corpus) {
  const expected = theirs(test);
  report(test.name, differences(expected, await ours(test)), test);
}

// Generated cases are counted as one test each hundred, to keep the output readable.
const wanted = Number(process.argv[3] ?? 3000), seed = Number(process.argv[4] ?? 1);
let refused = 0, withErrors = 0;
for (let start = 0; start < wanted; start += 100) {
  const problems = [];
  for (let i = start; i < start + 100 && i < wanted; i++) {
    const test = generate(schema, seed * 1000003 + i);
    const expected = theirs(test);
    if (expected.before) refused++;
    if (expected.errors) withErrors++;
    const found = differences(expected, await ours(test));
    if (found.length) problems.push(`case ${i}: ${test.query}\nvariables ${JSON.stringify(test.variables)}\nworld ${JSON.stringify(test.world)}\n${found.join("\n")}`);
  }
  report(`generated ${start} to ${start + 99}`, problems);
}
console.log(`# ${wanted} generated: ${refused} refused before execution, ${withErrors} with errors`);
report("most generated documents are valid", refused < wanted / 5 ? [] : [`${refused} were not`]);

// ---- introspection
// A schema rebuilt from our introspection prints as the SDL it was made of, and so does ours.
const plain = (s) => printSchema(lexicographicSortSchema(s));
const everything = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true };
async function checkIntrospection(name, ask, wanted) {
  for (const options of [{}, { descriptions: false }, everything]) {
    const answer = await ask({ query: getIntrospectionQuery(options) });
    const problems = [];
    if (answer.errors || !answer.data) problems.push(JSON.stringify(answer).slice(0, 1000));
    else {
      const rebuilt = plain(buildClientSchema(answer.data));
      if (options === everything && rebuilt !== plain(wanted)) problems.push(`printed schemas differ:\n${rebuilt}`);
    }
    report(`${name}: introspection ${JSON.stringify(options)}`, problems);
  }
  const printed = await ask({ print: true });
  report(`${name}: the printed schema is that of printSchema()`, printed === printSchema(wanted) ? [] : [`ours:\n${printed}`]);
}
await checkIntrospection("test schema", ours, schema);
{
  const file = new URL("../../../src/api/schema.graphql", import.meta.url).pathname;
  const server = start(file);
  await checkIntrospection("the server's schema", server.ask, makeSchema(readFileSync(file, "utf8")));
  server.stop();
}

// ---- what graphql-js does not know: a plain string for an input object marked @bareString
for (const [value, expected] of [
  ["x", [{ alias: "x", collection: "main" }]], [["x", { alias: "y", collection: null }], [{ alias: "x", collection: "main" }, { alias: "y", collection: null }]],
]) {
  const answer = await ours({ query: "query ($a: [Alias!]) { echoAlias(aliases: $a) }", variables: { a: value }, world });
  const got = answer.data && JSON.stringify(JSON.parse(answer.data.echoAlias).aliases);
  report(`bare string ${JSON.stringify(value)}`, got === JSON.stringify(expected) ? [] : [JSON.stringify(answer)]);
}
{
  const answer = await ours({ query: 'query { echoAlias(aliases: ["x", {alias: "y"}]) }', world });
  const got = answer.data && answer.data.echoAlias;
  report("bare string literal", got === '{"aliases":[{"alias":"x","collection":"main"},{"alias":"y","collection":"main"}]}' ? [] : [JSON.stringify(answer)]);
  const wrong = await ours({ query: "query ($a: [Alias!]) { echoAlias(aliases: $a) }", variables: { a: [5] }, world });
  report("bare number is refused", wrong.errors?.[0].message === 'Variable "$a" got invalid value 5 at "a[0]"; Expected type "Alias" to be an object.' ? [] : [JSON.stringify(wrong)]);
}
// Integers beyond 2^53 pass unharmed; JavaScript cannot write them.
{
  const query = "query ($i: Int64) { echoScalars(int64: $i) }";
  const line = await raw(`{"query": "${query}", "variables": {"i": 9223372036854775807}}`);
  report("64 bits", line.includes("9223372036854775807") ? [] : [line]);
  const over = await raw(`{"query": "${query}", "variables": {"i": 9223372036854775808}}`);
  report("more than 64 bits", over.includes("Int64 cannot represent non 64-bit signed integer value") ? [] : [over]);
}

stop();
console.log(`1..${number}`);
process.exitCode = failed ? 1 : 0;
