// The JavaScript twin of world.c: the test schema, answered from a JSON document.
import { buildSchema, GraphQLError, GraphQLScalarType } from "graphql";
import { inspect } from "graphql/jsutils/inspect.js";

// Our internal directives are no part of what clients see.
export function publicSdl(sdl) {
  return sdl
    .replace(/^directive @(access|batch|cost|bareString).*\n/gm, "")
    .replace(/^enum AccessLevel.*\n/gm, "")
    .replace(/ @(access|cost|bareString)\([^)]*\)/g, "")
    .replace(/ @batch\b/g, "");
}

const integer = (name) => ({
  serialize(value) {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return value;
    throw new GraphQLError(`${name} cannot represent value: ${inspect(value)}`);
  },
  parseValue(value) {
    if (Number.isInteger(value)) {
      if (Math.abs(value) < 2 ** 63) return value;
      throw new GraphQLError(`${name} cannot represent non 64-bit signed integer value: ${inspect(value)}`);
    }
    throw new GraphQLError(`${name} cannot represent non-integer value: ${inspect(value)}`);
  },
});
const text = (name) => ({
  serialize(value) {
    if (typeof value === "string") return value;
    throw new GraphQLError(`${name} cannot represent value: ${inspect(value)}`);
  },
  parseValue(value) {
    if (typeof value === "string") return value;
    throw new GraphQLError(`${name} cannot represent a non string value: ${inspect(value)}`);
  },
});
const scalars = {
  Int64: integer("Int64"),
  Duration: integer("Duration"),
  DateTime: text("DateTime"),
  JSONString: text("JSONString"),
};

export function makeSchema(sdl) {
  const schema = buildSchema(publicSdl(sdl));
  for (const [name, functions] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (type instanceof GraphQLScalarType) Object.assign(type, functions);
  }
  return schema;
}

export function resolver(world) {
  let counter = 0;
  return (source, args, _context, info) => {
    const name = info.fieldName;
    if (name.startsWith("echo")) return JSON.stringify(args);
    if (info.parentType.name === "Mutation") {
      counter += args.by ?? 1;
      if (name !== "add") throw new Error(`failed at ${counter}`);
      return { value: counter, again: { value: counter }, bad: { $error: "bad counter" } };
    }
    const value = (source ?? world ?? {})[name];
    if (value && typeof value === "object" && "$error" in value) throw new Error(value.$error);
    return value;
  };
}
