// Validates every GraphQL document that released clients carry against the
// server's schema.
//
// client-documents/<version>/<Operation>[-n].graphql holds each document once,
// under the oldest of the sampled clients that has it; index.json says which
// clients send it. Where a client fills in a template, every form it can take is
// a document of its own. Two rules of strict GraphQL are left out, because clients
// prune documents as they go: unused variables and unused fragments.
//
// usage: node check-client-documents.mjs [--unused] [schema.graphql]
//   --unused  also list the fields and arguments that no document asks for
import { readFileSync } from 'node:fs';
import {
  buildSchema, isInterfaceType, isObjectType, NoUnusedFragmentsRule,
  NoUnusedVariablesRule, parse, specifiedRules, TypeInfo, validate,
  validateSchema, visit, visitWithTypeInfo,
} from 'graphql';

const here = new URL('.', import.meta.url);
const args = process.argv.slice(2);
const listUnused = args.includes('--unused');
const schemaPath = args.find((arg) => !arg.startsWith('--'))
  ?? new URL('../../src/api/schema.graphql', here);

const schema = buildSchema(readFileSync(schemaPath, 'utf8'));
const index = JSON.parse(readFileSync(new URL('client-documents/index.json', here), 'utf8'));
const lenient = [NoUnusedFragmentsRule, NoUnusedVariablesRule];
const rules = specifiedRules.filter((rule) => !lenient.includes(rule));
const asked = new Set();
const problems = validateSchema(schema).map((error) => `schema: ${error.message}`);

function note(document) {
  const info = new TypeInfo(schema);
  const name = () => `${info.getParentType()?.name}.${info.getFieldDef()?.name}`;
  visit(document, visitWithTypeInfo(info, {
    Field() { asked.add(name()); },
    Argument(node) { if (info.getFieldDef()) asked.add(`${name()}(${node.name.value})`); },
  }));
}

// Every entry of Query and Mutation must say who may call it: the server denies by default.
for (const root of [schema.getQueryType(), schema.getMutationType()]) {
  for (const field of Object.values(root.getFields())) {
    if (!field.astNode.directives.some((directive) => directive.name.value === 'access')) {
      problems.push(`schema: ${root.name}.${field.name} has no @access`);
    }
  }
}

for (const { file, clients } of index) {
  let document;
  try {
    document = parse(readFileSync(new URL(`client-documents/${file}`, here), 'utf8'));
  } catch (error) {
    problems.push(`${file}: ${error.message}`);
    continue;
  }
  for (const error of validate(schema, document, rules)) {
    problems.push(`${file} (${clients.join(', ')}): ${error.message}`);
  }
  if (listUnused) note(document);
}

if (listUnused) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
    const names = [type, ...type.getInterfaces()].map((t) => t.name);
    const used = (suffix) => names.some((name) => asked.has(`${name}.${suffix}`));
    for (const field of Object.values(type.getFields())) {
      if (!used(field.name)) console.log(`unused: ${type.name}.${field.name}`);
      else for (const arg of field.args) {
        if (!used(`${field.name}(${arg.name})`)) console.log(`unused: ${type.name}.${field.name}(${arg.name})`);
      }
    }
  }
}

for (const problem of problems) console.error(problem);
console.log(`${index.length} documents, ${problems.length} problems`);
process.exitCode = index.length > 0 && problems.length === 0 ? 0 : 1;
