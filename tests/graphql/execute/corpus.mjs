// Hand-written cases: [name, query, variables, world, operationName].
export const world = {
  open: "hello",
  mustHave: "here",
  secret: "s",
  node: { __typename: "Robot", id: "r1", name: "Robbie", serial: 7 },
  named: {
    __typename: "Person", id: "p1", name: "Ann", age: 30, color: "BLUE",
    friend: { __typename: "Robot", id: 8, name: "R", serial: 1, maker: { id: "p9", name: "Maker" } },
    friends: [{ __typename: "Robot", id: "r2", name: "A", serial: 2 }, { __typename: "Person", id: "p2", name: "B" }],
    pet: { name: "Rex", kind: "RED", owner: { __typename: "Person", id: "p1", name: "Ann" } },
    pets: [{ name: "X" }, null, { name: "Y" }],
    old: "older",
  },
  people: [
    { id: "1", name: "One", friend: { __typename: "Person", id: "2", name: "Two", friend: { __typename: "Robot", id: "3", serial: 3 } }, pet: { name: "p1" } },
    { id: "4", name: null, friend: null, pet: null },
    null,
    { id: "5", name: "Five", friend: { __typename: "Robot", id: "6", serial: 6, friend: { __typename: "Person", id: "7", pet: { name: "p7" } } }, pet: { $error: "bites" } },
  ],
  beings: [
    { __typename: "Person", id: "1", name: "One", color: "GREEN" },
    { __typename: "Robot", id: "2", name: "Two", serial: 22, parts: [[{ label: "l", weight: 1.5, sub: [{ weight: 2 }, null] }], []] },
    { __typename: "Robot", id: "3", serial: 33, parts: [[{ weight: 0.1 }, { weight: 1e21, sub: [] }]] },
  ],
  connection: {
    totalCount: 2,
    edges: [
      { cursor: "a", node: { __typename: "Person", id: "1", name: "One", pet: { name: "p" }, friend: { __typename: "Robot", id: "2", serial: 1 } } },
      { cursor: "b", node: { __typename: "Robot", id: "9", serial: 9, friend: { __typename: "Person", id: "3" } } },
      { cursor: "c", node: null },
    ],
    pageInfo: { endCursor: null, hasNextPage: false },
  },
};

const cases = [];
const add = (name, query, variables, w = world, operationName) => cases.push({ name, query, variables, world: w, operationName });

// ---- selections, fragments, directives
add("scalars", "{ open mustHave secret }");
add("aliases", "{ a: open b: open open c: mustHave }");
add("merged fields", "{ named { id } named { name friend { id } } ... { named { friend { name } } } }");
add("merged arguments", "{ x: echoInt(a: 1) x: echoInt(a: 1) }");
add("order of keys", "{ b: open a: open ...F c: open } fragment F on Query { z: open a: open y: open }");
add("inline fragment without a type", "{ named { ... { id name } ... @include(if: true) { i: id } } }");
add("inline fragments by type", "{ named { ... on Robot { serial } ... on Person { age } ... on Node { id } ... on Named { name } } }");
add("union", "{ beings { __typename ... on Person { name color } ... on Robot { serial parts { label weight sub { weight } } } } }");
add("union by interface", "{ beings { ... on Named { name } ... on Node { id } } }");
add("fragments in fragments", "{ people { ...A } } fragment A on Person { ...B name } fragment B on Named { id friend { ...C } } fragment C on Named { name ... on Robot { serial } ...D } fragment D on Node { id __typename }");
add("fragment twice", "{ named { ...A ...A friend { ...A ...A } } } fragment A on Named { id name }");
add("typename everywhere", "{ __typename named { __typename t: __typename } connection { __typename edges { __typename node { __typename } } } }");
add("batch over edges", "{ connection(first: 3) { edges { node { ... on Person { pet { name } friend { id } } ... on Robot { friend { ... on Person { pet { name } } } } } } } }");
add("batch with aliases", "{ people { a: friend { id } b: friend { name } pet { name } q: pet { owner { __typename } } } }");
for (const skip of ["true", "false", "$t", "$f"])
  for (const include of ["true", "false", "$t", "$f"])
    add(`skip ${skip}, include ${include}`,
      `query ($t: Boolean! = true, $f: Boolean = false) { x: open @skip(if: $f) @include(if: $t) a: open @skip(if: ${skip}) @include(if: ${include}) ... @skip(if: ${skip}) { b: open } ...F @include(if: ${include}) } fragment F on Query { c: open }`);
add("condition is null", "query ($b: Boolean = true) { open @include(if: $b) }", { b: null });
add("condition is null below", "query ($b: Boolean = true) { open named { id @skip(if: $b) } mustHave }", { b: null });
add("condition is null in a fragment below non-null", "query ($b: Boolean = true) { connection { edges { ...E @skip(if: $b) } } } fragment E on Edge { cursor }", { b: null });
add("fragment skipped first, spread later", "query ($b: Boolean!) { ...F @skip(if: $b) ...F } fragment F on Query { open }", { b: true });

// ---- operations
add("by name", "query A { open } query B { mustHave }", {}, world, "B");
add("no name", "query A { open } query B { mustHave }");
add("unknown name", "query A { open }", {}, world, "C");
add("no operation", "fragment F on Query { open }");
add("mutations in order", "mutation { a: add b: add(by: 10) c: fail d: add(by: 100) { value } }".replace("a: add b: add(by: 10)", "a: add { value } b: add(by: 10) { value again { value } }").replace("c: fail", "c: fail { value }"));
add("mutation stops at a non-null failure", "mutation { a: add { value } b: mustFail { value } c: add { value } }");
add("mutation with a failing leaf", "mutation { a: add { again { bad } } b: add { value } }");
add("mutation with a failing leaf that bubbles", "mutation { a: add { value bad } b: add { value } }");

// ---- nulls and errors at every place
const shapes = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
const objects = ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7"];
const fault = { $error: "broken" };
for (const s of shapes)
  for (const [label, value] of Object.entries({
    null: null, error: fault, empty: [], oneNull: [null], mixed: ["a", null, "b"], nested: [["a", "b"], null, ["c", null]],
    deep: [[], ["x"]], text: "text", number: 5,
  })) add(`scalar shape ${s} ${label}`, `{ shapes { before: n ${s} after: n } }`, {}, { shapes: { n: 1, [s]: value } });
const good = { n: 1, m: 2 }, bad = { n: 1, m: null }, worse = { n: 1, m: fault };
for (const o of objects)
  for (const [label, value] of Object.entries({
    null: null, error: fault, good, bad, worse, list: [good, good], listBad: [good, bad, good, worse], listNull: [good, null, bad],
    nested: [[good, bad], null, [null, good], [worse]], nestedGood: [[good], []], empty: [],
  })) {
    if (!Array.isArray(value) !== ["o0", "o1"].includes(o) && value !== null && value !== fault) {
      if (!Array.isArray(value)) add(`object shape ${o} ${label}`, `{ shapes { ${o} { n m } } }`, {}, { shapes: { [o]: value } });
      continue;
    }
    if (Array.isArray(value) && value.some(Array.isArray) !== ["o6", "o7"].includes(o)) continue;
    add(`object shape ${o} ${label}`, `{ open shapes { n ${o} { n m } after: n } mustHave }`, {}, { open: "o", mustHave: "m", shapes: { n: 1, [o]: value } });
    add(`object shape twice ${o} ${label}`, `{ shapes { o1 { n a: ${o} { m n } } } }`, {}, { shapes: { o1: { n: 1, [o]: value } } });
  }
for (const u of ["u0", "u1"])
  for (const [label, value] of Object.entries({
    null: null, person: { __typename: "Person", id: "1" }, pet: { __typename: "Pet", name: "n" }, noId: { __typename: "Person" },
    badSerial: { __typename: "Robot", id: "1", serial: fault },
  })) add(`union shape ${u} ${label}`, `{ shapes { ${u} { __typename ... on Person { id } ... on Robot { id serial } } } }`, {}, { shapes: { [u]: value } });
add("union list", "{ shapes { u3 { ... on Person { id } ... on Robot { serial } } } }", {}, { shapes: { u3: [{ __typename: "Person", id: "1" }, { __typename: "Robot", serial: null }] } });
add("root bubbles", "{ open mustHave shapes { m } }", {}, { open: "x" });
add("root non-null error", "{ open mustHave other: open }", {}, { open: "x", mustHave: fault });
add("several places of one field", "{ named { id } a: named { id } named { friend { id } } }", {}, { named: fault });
add("two errors below one null", "{ shapes { a: m b: m } open }", {}, { open: "x", shapes: {} });

// ---- leaves
const leafValues = [null, true, false, 0, 1, -1, 1.5, 2147483647, 2147483648, -2147483648, -2147483649, 1e10, 1e21, 1e-7, 123456789.125, "", "1", "1.5", "text", "RED", "é\u{1F600}\u0000\"\\", " 12 ", "1e3"];
for (const leaf of ["int", "float", "string", "boolean", "id", "color", "int64", "duration", "dateTime", "json", "jsonString"])
  add(`leaf ${leaf}`, `{ ${leafValues.map((_, i) => `a${i}: leaves { ${leaf} }`).join(" ")} }`.replace(/a(\d+): leaves/g, "leaves"), {}, { leaves: {} });
for (const leaf of ["int", "float", "string", "boolean", "id", "color", "int64", "duration", "dateTime", "json", "jsonString"])
  for (const value of leafValues)
    add(`leaf ${leaf} ${JSON.stringify(value)}`, `{ leaves { ${leaf} } }`, {}, { leaves: { [leaf]: value } });
add("leaf ints", "{ leaves { ints } }", {}, { leaves: { ints: [1, "2", "x", null, 3000000000, true] } });
add("json of all kinds", "{ leaves { json } }", {}, { leaves: { json: { a: [1, 2.5, "x", null, true, { b: [] }] } } });

// ---- variables
const values = [undefined, null, 0, 1, -5, 1.5, 1.0, 2147483647, 2147483648, 1e20, "1", "RED", "PURPLE", "", true, false, [], [1], [null], ["x"], [1, "x", 2.5], [[1]], [["a"]], [[["a"]]], {}, { word: "w" }, { word: 5 }, { word: null }, { word: "w", range: null }, { word: "w", range: { from: "x", to: 2.5, other: 1 } }, { word: "w", unknown: 1, and: [{ word: "v" }, {}, null] }, { word: "w", colors: ["RED", "NO"], deep: [[{ to: 1 }], { from: null }], limit: 1e15, extra: { any: ["thing"] } }, [{ word: "w" }, { wrong: 1 }], { a: { b: { c: { d: 1 } } } }, [[[[1]]]], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "quote \" and \n line"];
const uses = [
  ["Int", "echoInt(a: $v)"], ["Int!", "echoInt(a: $v)"], ["Int = 4", "echoInt(a: $v)"], ["Int = 4", "echoInt(b: $v)"], ["Int! = 4", "echoInt(b: $v)"], ["Int", "echoInt(b: $v)"],
  ["Float", "echoFloat(a: $v, b: $v)"], ["Float!", "echoFloat(a: $v)"],
  ["String", "echoString(a: $v, b: $v)"], ["String!", "echoString(a: $v)"], ["Boolean", "echoBoolean(a: $v, b: $v)"], ["Boolean!", "echoBoolean(a: $v)"],
  ["ID", "echoId(a: $v, b: $v)"], ["ID!", "echoId(a: $v)"], ["Color", "echoColor(a: $v, b: $v)"], ["Color!", "echoColor(a: $v, c: [$v, RED])"], ["[Color!]", "echoColor(c: $v)"],
  ["[Int]", "echoList(a: $v)"], ["[Int]!", "echoList(a: $v)"], ["[Int!]", "echoList(b: $v)"], ["[Int!]!", "echoList(a: $v, b: $v)"], ["[[Int]]", "echoList(c: $v)"], ["[[String!]!]!", "echoList(d: $v)"], ["Int", "echoList(a: [1, $v], c: [[$v], [2]])"], ["Int!", "echoList(a: [$v], b: [$v, 1])"],
  ["Filter", "echoInput(a: $v)"], ["Filter!", "echoInput(a: $v, c: $v)"], ["Filter", "echoInput(c: $v)"], ["[Filter!]", "echoInput(b: $v)"], ["[Filter!]!", "echoInput(b: $v)"], ["String!", "echoInput(a: {word: $v})"], ["Range", "echoInput(a: {word: \"x\", range: $v})"], ["Int", "echoInput(a: {word: \"x\", range: {to: $v, from: $v}})"], ["Float", "echoInput(a: {word: \"x\", range: {step: $v}})"],
  ["Int64", "echoScalars(int64: $v)"], ["Duration", "echoScalars(duration: $v)"], ["DateTime", "echoScalars(dateTime: $v)"], ["JSON", "echoScalars(json: $v)"], ["JSONString", "echoScalars(jsonString: $v)"], ["Int64!", "echoScalars(int64: $v)"],
  ["JSON", "echoScalars(json: {a: [$v], b: $v})"],
  ["Int!", "echoRequired(a: $v, b: [$v])"], ["[Int!]!", "echoRequired(a: 1, b: $v)"],
  ["ID!", "node(id: $v) { id }"],
];
for (const [type, use] of uses)
  for (const value of values)
    add(`variable ${type} in ${use} is ${JSON.stringify(value)}`, `query Q($v: ${type}) { open ${use} }`, value === undefined ? {} : { v: value });
add("many variables fail", `query (${[...Array(60).keys()].map((i) => `$v${i}: Int!`).join(", ")}) { ${[...Array(60).keys()].map((i) => `a${i}: echoInt(a: $v${i})`).join(" ")} }`, {});
add("one variable fails in many places", "query ($v: [Int]) { echoList(a: $v) }", { v: Array(70).fill("x") });
add("variables of another operation", "query A($a: Int!) { echoInt(a: $a) } query B($b: Int!) { echoInt(a: $b) }", { b: 1 }, world, "B");
add("undeclared variables are ignored", "query ($a: Int) { echoInt(a: $a) }", { a: 1, b: "x" });
add("no variables", "query ($a: Int) { echoInt(a: $a) }", undefined);
add("variable in a fragment", "query ($a: Int) { ...F } fragment F on Query { echoInt(a: $a) }", { a: 3 });
add("default values of variables", 'query ($a: Filter = {word: "d"}, $b: [Filter!] = {word: "e", colors: GREEN}, $c: Color = RED, $d: Float = 3, $e: ID = 5, $f: [[Int]] = [1, null, [2]], $g: JSON = {a: [1, "x", E, null, 1.50]}) { echoInput(a: $a, b: $b) echoColor(a: $c) echoFloat(a: $d) echoId(a: $e) echoList(c: $f) echoScalars(json: $g) }', {});

// ---- literals
for (const call of [
  "echoInt", "echoInt(a: null)", "echoInt(a: 2147483647, b: -2147483648, c: 0)", "echoFloat(a: 1, b: -1.5e3)", 'echoString(a: "", b: null)', 'echoString(a: """\n  block\n    text\n""")', 'echoString(a: "\\u00e9 \\n \\"q\\"")', "echoBoolean(a: false)", 'echoId(a: 5, b: "x")', "echoId(a: 123456789012345678901234567890)", "echoColor(a: RED, c: BLUE)", "echoColor(c: [])", "echoList(a: 1, b: [1, 2], c: 5, d: \"x\")", "echoList(a: [1, null], c: [[1], null, [null]])", "echoList(a: [])", 'echoInput(a: {word: "w"}, b: {word: "x", range: {}})', 'echoInput(a: {word: "w", range: null, colors: RED, deep: {to: 1}, and: {word: "i"}, limit: 9007199254740991, extra: {k: [1, 2.5, "s", ENUM, null, true, {x: {}}]}})', 'echoInput(c: {word: "w", and: [{word: "a", and: []}]})', 'echoScalars(int64: 5, duration: 7, dateTime: "2026-01-01", json: [1, {a: "b"}], jsonString: "{}")', "echoScalars(json: 1.5e3)", 'echoScalars(json: "text")', "echoScalars(json: null)", "echoRequired(a: 1, b: 2)",
]) add(`literal ${call}`, `{ ${call} }`);

// ---- introspection by name
for (const type of ["Query", "Person", "Named", "Being", "Color", "Filter", "Alias", "Int", "DateTime", "Nope", "__Type", "Shapes"])
  add(`__type ${type}`, `{ __type(name: "${type}") { kind name specifiedByURL fields { name } all: fields(includeDeprecated: true) { name isDeprecated deprecationReason args { name defaultValue type { kind name ofType { kind name ofType { name } } } } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } interfaces { name } possibleTypes { name } enumValues { name } every: enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } inputFields { name defaultValue type { kind name ofType { name } } } ofType { name } } }`);
add("__type by a variable", "query ($n: String!) { __type(name: $n) { description } __schema { queryType { name } mutationType { name } subscriptionType { name } } }", { n: "Color" });
add("__type without a value", "query ($n: String!) { __type(name: $n) { description } }", {});
add("directives", "{ __schema { directives { name isRepeatable locations args { name type { kind ofType { name } } defaultValue } } } }");

export default cases;
