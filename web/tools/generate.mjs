// Writes src/graphql/generated.ts: the types of every operation in src/graphql/*.graphql, taken from
// the server's own schema. An operation that the schema does not allow ends the build here. What is
// written is not committed, so it cannot be older than the schema.
import { codegen } from '@graphql-codegen/core';
import * as typedDocument from '@graphql-codegen/typed-document-node';
import * as types from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, printSchema, validate } from 'graphql';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(web, 'src/graphql');
const target = join(folder, 'generated.ts');
const schemaFile = process.env.VITRINE_SCHEMA ?? join(web, '../src/api/schema.graphql');

const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => ({ location: name, document: parse(readFileSync(join(folder, name), 'utf8')) }));

const whole = { kind: 'Document', definitions: documents.flatMap((d) => d.document.definitions) };
const problems = validate(schema, whole);
if (problems.length > 0) {
  for (const problem of problems) console.error(problem.message);
  process.exit(1);
}

const scalars = {
  ID: 'string',
  JSON: 'unknown',
  JSONString: 'string',
  Int64: 'number',
  Duration: 'number',
  DateTime: 'string',
};
const config = {
  scalars,
  strictScalars: true,
  useTypeImports: true,
  enumsAsTypes: true,
  skipTypename: true,
  onlyOperationTypes: true,
  maybeValue: 'T | null',
  documentMode: 'string',
  dedupeFragments: true,
};
const text = await codegen({
  filename: target,
  schema: parse(printSchema(schema)),
  documents,
  config,
  plugins: [{ types: {} }, { operations: {} }, { typedDocument: {} }],
  pluginMap: { types, operations, typedDocument },
});
const output = `/* Written by tools/generate.mjs; do not edit. */\n/* eslint-disable */\n${text}\n`;
if (!existsSync(target) || readFileSync(target, 'utf8') !== output) writeFileSync(target, output);
