// Differential test of the language: the same documents through our parser, printer and
// validation (driver.c) and through graphql-js. Equal must be: whether a document is
// accepted, the printed tree, and messages and locations of all errors, as sets.
//
//     node language.mjs path/to/language_driver [number of mutations] [seed]
//
// Prints TAP. Known differences, each with its reason, are made equal in expected():
//  - no "Did you mean": a hint tells strangers the names there are (hideSuggestions);
//  - half a surrogate pair or U+0000, quoted in a message, is shown as U+FFFD;
//  - an error keeps its first four locations;
//  - type system definitions in a request are refused as such and not looked into;
//  - nesting beyond 200 levels is a syntax error here (bounded recursion);
//  - the directive oneOf and MaxIntrospectionDepth are not part of October 2021; limits on
//    introspection are the executor's;
//  - a plain string may stand for an input object marked @bareString;
//  - a variable's type with more than 15 brackets and marks is refused.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, GraphQLSchema, parse, print, printSchema, specifiedDirectives, specifiedRules, validate } from "graphql";

import { rules as ruleCases, syntax as syntaxCases } from "./cases.mjs";

const [driver, mutationsArg, seedArg] = process.argv.slice(2);
const mutationCount = Number(mutationsArg ?? 4000);
const seed = Number(seedArg ?? 1);
const here = new URL(".", import.meta.url).pathname;
const rules = specifiedRules.filter((rule) => rule.name !== "MaxIntrospectionDepthRule");
let failures = 0;
let count = 0;

function result(name, problems) {
  count++;
  if (problems.length) failures++;
  console.log(`${problems.length ? "not ok" : "ok"} ${count} - ${name}`);
  for (const problem of problems.slice(0, 20)) console.log(`# ${problem.replaceAll("\n", "\n# ")}`);
}

// The schema as clients may see it: without what is internal.
function load(file) {
  const config = buildSchema(readFileSync(file, "utf8")).toConfig();
  return new GraphQLSchema({
    ...config,
    types: config.types.filter((type) => type.name !== "AccessLevel"),
    directives: specifiedDirectives.filter((directive) => directive.name !== "oneOf"),
  });
}

const shown = (error) => JSON.stringify({
  message: Buffer.from(error.message).toString().replaceAll("\0", "\ufffd"),
  locations: (error.locations ?? []).slice(0, 4).map(({ line, column }) => ({ line, column })),
});

function expected(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    return { syntax: shown(error) };
  }
  return {
    printed: print(document),
    stable: true,
    errors: validate(schema, document, rules, { hideSuggestions: true }).map(shown).sort(),
  };
}

const tooDeep = /^Syntax Error: Document is nested more than 200 levels deep/;
const notExecutable = /definition is not executable/;
const bare = /Expected value of type \\"\[?Bare!?\]?!?\\", found \\"/;
const wrapped = /brackets and marks; use 15 or fewer/;
const tooMany = /Too many validation errors/;

function difference(theirs, ours) {
  if (ours.syntax && tooDeep.test(ours.syntax.message)) return null;
  if (ours.syntax) {
    const text = shown(ours.syntax);
    return theirs.syntax === text ? null : `graphql-js: ${theirs.syntax ?? "accepted"}\nours:       ${text}`;
  }
  if (theirs.syntax) return `graphql-js: ${theirs.syntax}\nours:       accepted`;
  if (theirs.printed !== ours.printed) return `printed by graphql-js:\n${theirs.printed}\nby us:\n${ours.printed}`;
  if (!ours.stable) return `printing what was printed gives another text:\n${ours.printed}`;
  let left = theirs.errors;
  let right = ours.errors.map(shown).sort();
  if (left.some((e) => notExecutable.test(e))) [left, right] = [left, right].map((list) => list.filter((e) => notExecutable.test(e)));
  // Past the limit which errors are kept depends on the order of rules.
  if (left.some((e) => tooMany.test(e))) [left, right] = [left, right].map((list) => [String(list.length), ...list.filter((e) => tooMany.test(e))]);
  // Types we cannot hold are refused, and nothing more is said about what uses them.
  if (right.some((e) => wrapped.test(e))) return left.length || right.length ? null : "both empty";
  left = left.filter((e) => !bare.test(e));
  const missing = left.filter((e) => !right.includes(e));
  const extra = right.filter((e) => !left.includes(e));
  if (!missing.length && !extra.length && left.length === right.length) return null;
  return `only graphql-js: ${missing.join("\n                 ")}\nonly we:         ${extra.join("\n                 ")}`;
}

async function ask(schemaFile, documents) {
  const child = spawn(driver, [schemaFile], { stdio: ["pipe", "pipe", "inherit"] });
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve) => child.on("close", resolve));
  for (const text of documents) {
    const bytes = Buffer.from(text, "utf8");
    child.stdin.write(`${bytes.length}\n`);
    child.stdin.write(bytes);
  }
  child.stdin.end();
  const status = await ended;
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  lines.pop();
  if (status !== 0 || lines.length !== documents.length) {
    const next = documents[lines.length];
    throw new Error(`the driver ended with ${status} after ${lines.length} of ${documents.length} documents, at ${JSON.stringify(next)}`);
  }
  return lines.map((line) => JSON.parse(line));
}

async function compare(name, schemaFile, documents) {
  const schema = load(schemaFile);
  const problems = [];
  let answers;
  try {
    answers = await ask(schemaFile, documents);
  } catch (error) {
    result(name, [error.message]);
    return;
  }
  let accepted = 0;
  const messages = new Set();
  documents.forEach((text, i) => {
    const theirs = expected(schema, text);
    if (theirs.errors?.length === 0) accepted++;
    for (const error of theirs.errors ?? []) messages.add(JSON.parse(error).message.replaceAll(/"[^"]*"/g, '"x"'));
    const problem = difference(theirs, answers[i]);
    if (problem) problems.push(`${JSON.stringify(text)}\n${problem}`);
  });
  result(`${name}: ${documents.length} documents, ${accepted} of them valid, ${messages.size} kinds of errors, ${problems.length} differences`, problems);
}

// Pieces that a mutation may put anywhere.
const pieces = [
  "{", "}", "(", ")", "[", "]", ":", "=", "@", "!", "$", "|", "&", "...", ",", "\n", "# x\n", "\"", "\"\"\"", "\\", "a", "on", "query", "mutation", "fragment", "true", "null", "1", "-", "1.5", "0", "\"text\"", "\"\"\"block\"\"\"",
  "$a", "$id", "@skip(if: true)", "@include(if: $a)", "@nope", "id", "name", "__typename", "type", "... on ", "...F", "é", "😀", "\ufeff", "{ id }", "(first: 1)", "input", "[1]", "{a: 1}", "ENUM", "String", "Int!", "!]", "extend type ",
];

function* mutations(corpus, amount, start) {
  let state = start >>> 0;
  const random = (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor(((Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0) / 2 ** 32) * n);
  };
  const token = /"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?[0-9]+(?:\.[0-9]+)?|\s+|#[^\n]*|./gu;
  const split = corpus.map((text) => text.match(token) ?? []);
  for (let i = 0; i < amount; i++) {
    const tokens = [...split[random(split.length)]];
    for (let edits = 1 + random(3); edits > 0; edits--) {
      const at = random(tokens.length + 1);
      const other = split[random(split.length)];
      switch (random(6)) {
        case 0: tokens.splice(at, 1 + random(3)); break;
        case 1: tokens.splice(at, 0, ` ${pieces[random(pieces.length)]} `); break;
        case 2: tokens.splice(at, 1, pieces[random(pieces.length)]); break;
        case 3: tokens.splice(at, 0, ...tokens.slice(at, at + 1 + random(12))); break;
        case 4: tokens.splice(at, 1, other[random(other.length)] ?? ""); break;
        default: tokens.splice(at, 1, tokens[random(tokens.length)] ?? "");
      }
    }
    yield tokens.join("");
  }
}

const ownFile = `${here}schema.graphql`;
const apiFile = `${here}../../../src/api/schema.graphql`;
const clients = `${here}../client-documents`;
const clientDocuments = readdirSync(clients, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  .flatMap((entry) => readdirSync(`${clients}/${entry.name}`).map((file) => readFileSync(`${clients}/${entry.name}/${file}`, "utf8")));

for (const [name, file] of [["test schema", ownFile], ["server's schema", apiFile]]) {
  const child = spawn(driver, [file, "--print"], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => { printed += chunk; });
  await new Promise((resolve) => child.on("close", resolve));
  const wanted = printSchema(load(file));
  const lines = [wanted, printed].map((text) => text.split("\n"));
  const at = lines[0].findIndex((line, i) => line !== lines[1][i]);
  result(`${name} prints as graphql-js prints it`, wanted === printed ? [] : [`line ${at + 1}: ${lines[0][at]}\nours: ${lines[1][at]}`]);
}
await compare("syntax by hand", ownFile, syntaxCases);
await compare("rules by hand", ownFile, ruleCases);
await compare("documents of clients", apiFile, clientDocuments);
await compare("mutations of syntax", ownFile, [...mutations(syntaxCases, mutationCount, seed)]);
await compare("mutations of rules", ownFile, [...mutations(ruleCases, mutationCount, seed + 1)]);
await compare("mutations of documents of clients", apiFile, [...mutations(clientDocuments, Math.ceil(mutationCount / 2), seed + 2)]);
console.log(`1..${count}`);
process.exitCode = failures ? 1 : 0;
