// Random documents, variables and data for the test schema; the same for the same seed.
// Documents are valid but for what random literals and fragments cannot promise.
import {
  getNamedType, isAbstractType, isEnumType, isInputObjectType, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType, isUnionType,
} from "graphql";

function random(seed) {
  let s = seed >>> 0 || 1;
  const next = () => {
    s ^= s << 13; s >>>= 0; s ^= s >>> 17; s ^= s << 5; s >>>= 0;
    return s / 4294967296;
  };
  for (let i = 0; i < 10; i++) next();
  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

const scalarText = (r, name) => ({
  Int: () => String(r.pick([0, 1, -7, 2147483647])), Float: () => r.pick(["0", "1.5", "-2e3", "7"]), String: () => JSON.stringify(r.pick(["", "x", "é", "a\nb"])),
  Boolean: () => r.pick(["true", "false"]), ID: () => r.pick(['"id"', "5"]), Int64: () => r.pick(["0", "123456789012"]), Duration: () => "5", DateTime: () => '"2026-01-01T00:00:00Z"',
  JSON: () => r.pick(["1", '"s"', "{a: [1, {b: null}]}", "[E, 1.5]", "true"]), JSONString: () => '"{}"',
})[name]();
const scalarValue = (r, name) => ({
  Int: () => r.pick([0, 1, -7, 2147483647]), Float: () => r.pick([0, 1.5, -2000, 7]), String: () => r.pick(["", "x", "é", "a\nb"]),
  Boolean: () => r.pick([true, false]), ID: () => r.pick(["id", 5]), Int64: () => r.pick([0, 123456789012]), Duration: () => 5, DateTime: () => "2026-01-01T00:00:00Z",
  JSON: () => r.pick([1, "s", { a: [1, { b: null }] }, [true, 1.5]]), JSONString: () => "{}",
})[name]();
const oddValues = [null, 0, 1.5, "odd", true, [], {}, [1, "x"], { a: { b: [1] } }, 3000000000];

export function generate(schema, seed) {
  const r = random(seed);
  const variables = {}, declarations = [], fragments = new Map();
  let names = 0;

  // A JSON value of an input type; sometimes a wrong one.
  function inputValue(type, depth = 0) {
    // A string is no odd value for Alias, which is marked @bareString.
    if (r.chance(0.02)) return r.pick(getNamedType(type).name === "Alias" ? [null, 5, {}] : oddValues);
    if (isNonNullType(type)) return inputValue(type.ofType, depth);
    if (r.chance(0.1)) return null;
    if (isListType(type)) return r.chance(0.2) ? inputValue(type.ofType, depth) : Array.from({ length: r.below(3) }, () => inputValue(type.ofType, depth));
    if (isEnumType(type)) return r.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return scalarValue(r, type.name);
    const object = {};
    for (const field of Object.values(type.getFields()))
      if ((isNonNullType(field.type) && !r.chance(0.03)) || (depth < 2 && r.chance(0.4))) object[field.name] = inputValue(field.type, depth + 1);
    if (r.chance(0.02)) object.unknown = 1;
    return object;
  }

  // Type text of a variable that may stand where `type` is wanted.
  function variable(type, hasDefault) {
    const name = `v${names++}`;
    let text = String(type);
    if (!isNonNullType(type) && r.chance(0.3)) text += "!";
    else if (isNonNullType(type) && hasDefault && r.chance(0.5)) text = text.slice(0, -1);
    const initial = r.chance(0.3) && !text.includes("Alias") ? literal(type, 0, false) : undefined;
    declarations.push(`$${name}: ${text}${initial === undefined || (text.endsWith("!") && initial === "null") ? "" : ` = ${initial}`}`);
    if (r.chance(0.85)) variables[name] = inputValue(type);
    return `$${name}`;
  }

  function literal(type, depth, allowVariables, hasDefault = false) {
    if (allowVariables && r.chance(0.25)) return variable(type, hasDefault);
    if (isNonNullType(type)) return literal(type.ofType, depth, false) === "null" ? notNull(type.ofType, depth, allowVariables) : notNull(type.ofType, depth, allowVariables);
    return r.chance(0.08) ? "null" : notNull(type, depth, allowVariables);
  }
  function notNull(type, depth, allowVariables) {
    if (isListType(type)) {
      if (r.chance(0.2) && !isListType(type.ofType)) return isNonNullType(type.ofType) ? notNull(type.ofType.ofType, depth, false) : notNull(type.ofType, depth, false);
      return `[${Array.from({ length: r.below(3) }, () => literal(type.ofType, depth, allowVariables)).join(", ")}]`;
    }
    if (isEnumType(type)) return r.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return scalarText(r, type.name);
    const parts = [];
    for (const field of Object.values(type.getFields()))
      if ((isNonNullType(field.type) && field.defaultValue === undefined) || (depth < 2 && r.chance(0.3)))
        parts.push(`${field.name}: ${literal(field.type, depth + 1, allowVariables, field.defaultValue !== undefined)}`);
    return `{${parts.join(", ")}}`;
  }

  function directives() {
    if (!r.chance(0.08)) return "";
    const name = r.pick(["skip", "include"]);
    if (r.chance(0.5)) return ` @${name}(if: ${r.pick(["true", "false"])})`;
    const v = `b${names++}`;
    declarations.push(r.chance(0.3) ? `$${v}: Boolean = true` : `$${v}: Boolean!`);
    variables[v] = r.chance(0.03) ? null : r.chance(0.5);
    return ` @${name}(if: $${v})`;
  }

  // Aliases are unique, so that fields never conflict; plain fields without arguments merge.
  function field(type, depth) {
    if (isUnionType(type) || r.chance(0.08)) return `__typename${directives()}`;
    const def = r.pick(Object.values(type.getFields()));
    const inner = getNamedType(def.type);
    if (!isLeafType(inner) && depth <= 0) return `__typename`;
    const args = def.args.filter((a) => (isNonNullType(a.type) && a.defaultValue === undefined) || r.chance(0.5))
      .map((a) => `${a.name}: ${literal(a.type, 0, true, a.defaultValue !== undefined)}`);
    const conflicts = args.length || def.args.length || ["name", "friend"].includes(def.name) || isAbstractType(type) || !isLeafType(inner);
    const alias = conflicts || r.chance(0.1) ? `a${names++}: ` : "";
    const below = isLeafType(inner) ? "" : ` ${set(inner, depth - 1)}`;
    return `${alias}${def.name}${args.length ? `(${args.join(", ")})` : ""}${directives()}${below}`;
  }

  // Types that a fragment inside `type` may name.
  function conditions(type) {
    const list = [type];
    if (isAbstractType(type)) list.push(...schema.getPossibleTypes(type));
    if (isObjectType(type) || isInterfaceType(type)) list.push(...type.getInterfaces());
    if (isObjectType(type)) for (const t of Object.values(schema.getTypeMap())) if (isAbstractType(t) && schema.isSubType(t, type)) list.push(t);
    return list;
  }

  function set(type, depth) {
    const parts = [];
    for (let n = 1 + r.below(4); n > 0; n--) {
      if (r.chance(0.75)) parts.push(field(type, depth));
      else if (r.chance(0.5)) {
        const on = r.pick(conditions(type));
        parts.push(r.chance(0.2) ? `...${directives()} ${set(type, depth - 1)}` : `... on ${on.name}${directives()} ${set(on, depth - 1)}`);
      } else {
        const on = r.pick(conditions(type));
        const known = [...fragments.values()].filter((f) => f.on === on && f.text);
        if (known.length && r.chance(0.5)) parts.push(`...${r.pick(known).name}${directives()}`);
        else if (depth > 0) {
          const fragment = { name: `F${names++}`, on };
          fragments.set(fragment.name, fragment);
          fragment.text = `fragment ${fragment.name} on ${on.name} ${set(on, depth - 1)}`;
          parts.push(`...${fragment.name}${directives()}`);
        } else parts.push("__typename");
      }
    }
    return `{ ${parts.join(" ")} }`;
  }

  // ---- data: as much as a document of this depth may look at, but no more than `budget` objects
  let budget = 300;
  const oddLeaves = [true, 1.5, "odd", 3000000000, "7"];
  function outputValue(type, depth) {
    if (isNonNullType(type)) return r.chance(0.02) ? null : outputValue(type.ofType, depth);
    if (r.chance(0.06)) return null;
    if (isListType(type)) return r.chance(0.02) ? "no list" : Array.from({ length: r.below(4) }, () => outputValue(type.ofType, depth));
    if (isEnumType(type)) return r.chance(0.03) ? r.pick(oddLeaves) : r.pick(type.getValues()).name;
    if (isLeafType(type)) return r.chance(0.02) && type.name !== "JSON" ? r.pick(oddLeaves) : scalarValue(r, type.name);
    const concrete = isAbstractType(type) ? (r.chance(0.01) ? schema.getType("Pet") : r.pick(schema.getPossibleTypes(type))) : type;
    return object(concrete, depth - 1, isAbstractType(type));
  }
  function object(type, depth, named) {
    const value = named ? { __typename: type.name } : {};
    if (depth < 0 || budget-- <= 0) return value;
    for (const def of Object.values(type.getFields())) {
      if (r.chance(0.03)) value[def.name] = { $error: `${type.name}.${def.name} failed` };
      else if (isLeafType(getNamedType(def.type)) || r.chance(0.75)) value[def.name] = outputValue(def.type, depth);
    }
    return value;
  }

  const mutation = r.chance(0.05);
  const root = mutation ? schema.getMutationType() : schema.getQueryType();
  const body = set(root, 4);
  const head = mutation ? "mutation M" : r.chance(0.5) ? "query Q" : "query";
  const query = `${head}${declarations.length ? `(${declarations.join(", ")})` : ""} ${body} ${[...fragments.values()].map((f) => f.text).join(" ")}`;
  return { query, variables, world: object(schema.getQueryType(), 5, false) };
}
