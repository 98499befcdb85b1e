import { entry } from '../entry.ts';

/** `value` of a condition, by what it is, as a test that yields a boolean. */
const tests: Readonly<Record<string, string>> = {
  'a number': 'compare it: `x !== 0`',
  text: "compare it: `x !== ''`",
  'a bigint': 'compare it: `x !== 0n`',
};

/** Lambdas that cannot be lowered to a tree that every side runs alike. */
export const lambdas = {
  SK200: entry({
    title: 'A function without source',
    message: (p: { name: string }) =>
      `${p.name} has no source in the feature modules, so it cannot be lowered`,
    hint: () =>
      'write a lambda, `e => …`, or a function in a module of yours: no method of a class, nothing bound',
  }),
  SK201: entry({
    title: 'An asynchronous or generating lambda',
    message: (p: { what: string }) =>
      `${p.what} cannot be a feature: it has no value at the instant of the read`,
    hint: () => 'write a plain function of the row',
  }),
  SK202: entry({
    title: 'A statement that is not lowered',
    message: (p: { what: string; instead: string }) => `${p.what} cannot be lowered to an expression`,
    hint: p => p.instead,
  }),
  SK203: entry({
    title: 'An expression that is not lowered',
    message: (p: { what: string; instead: string }) => `${p.what} cannot be lowered`,
    hint: p => p.instead,
  }),
  SK204: entry({
    title: 'A type assertion in a lambda',
    message: () => '`as` says what TypeScript cannot check, and the lowered tree would rest on it',
    hint: () => 'test the value instead (`x !== null && …`), or declare the column as what it is',
  }),
  SK205: entry({
    title: 'A non-null assertion in a lambda',
    message: () => '`!` says that a value is not null without a test, and a null would part the sides',
    hint: () => 'give a default (`x ?? 0`) or test it (`x !== null && …`)',
  }),
  SK206: entry({
    title: 'A value of type any',
    message: (p: { text: string }) => `${p.text} is of type any, so its meaning is not known`,
    hint: () => 'leave out the annotation where TypeScript infers the type, or write `e: Row<typeof source>`',
  }),
  SK207: entry({
    title: 'Truthiness of a value that is no boolean',
    message: (p: { type: string; nullable: boolean }) =>
      `a condition must be a boolean, and this is ${p.nullable ? `${p.type} or null` : p.type}`,
    hint: p => {
      if (p.type === 'a boolean') return 'say what null means: `x === true`, or `x ?? false`';
      const test = tests[p.type];
      if (test === undefined) return 'test it: `x !== null`';
      return p.nullable ? `test it: \`x !== null\`; or ${test}` : test;
    },
  }),
  SK208: entry({
    title: 'Arithmetic on what is no number',
    message: (p: { operator: string; type: string }) =>
      `\`${p.operator}\` needs numbers, and this is ${p.type}`,
    hint: p => (p.type === 'a boolean' ? 'write `x ? 1 : 0`' : null),
  }),
  SK209: entry({
    title: 'A null where the type says none can be',
    message: (p: { what: string }) => `${p.what} may be null here, though its declared type says not`,
    hint: () => 'let the type say `| null`: a method or a cast has hidden it from TypeScript',
  }),
  SK210: entry({
    title: 'Branches of different types',
    message: (p: { left: string; right: string }) =>
      `the value is ${p.left} in one case and ${p.right} in the other`,
    hint: () => 'a feature has one type: give every case that type, or null',
  }),
  SK211: entry({
    title: 'A comparison of different types',
    message: (p: { left: string; right: string }) => `this compares ${p.left} with ${p.right}`,
    hint: p =>
      p.left === 'a bigint' || p.right === 'a bigint'
        ? 'a bigint compares with a bigint: write the literal with an n, as `5n`'
        : 'compare values of one type',
  }),
  SK212: entry({
    title: 'Null and undefined told apart',
    message: (_: { instead: string }) =>
      'JavaScript tells undefined from null here, and no column, feature or store does',
    hint: p => p.instead,
  }),
  SK213: entry({
    title: 'Order of text',
    message: (p: { operator: string }) =>
      `\`${p.operator}\` on text compares UTF-16 units, which PostgreSQL does not: emoji sort elsewhere`,
    hint: () => 'textLess(a, b) of skewless compares by code point on every side',
  }),
  SK214: entry({
    title: 'A member that is not lowered',
    message: (p: { member: string; of: string; instead: string }) =>
      `\`${p.member}\` of ${p.of} has no equal in PostgreSQL`,
    hint: p => p.instead,
  }),
  SK215: entry({
    title: 'A native function whose digits differ',
    message: (p: { name: string; instead: string }) =>
      `\`${p.name}\` gives other last digits in PostgreSQL than in JavaScript`,
    hint: p => p.instead,
  }),
  SK216: entry({
    title: 'A value from outside the read',
    message: (p: { what: string; instead: string }) =>
      `${p.what} differs from run to run: a value could never be told again`,
    hint: p => p.instead,
  }),
  SK217: entry({
    title: 'A function that is not lowered',
    message: (p: { name: string; instead: string | null }) => `\`${p.name}\` is not known to every side`,
    hint: p => p.instead ?? 'write it out, or move the feature into `compute(f => …)`',
  }),
  SK218: entry({
    title: 'A function of skewless that lambdas do not take',
    message: (p: { name: string; instead: string | null }) =>
      `${p.name} is for declarations and tests, not for lambdas`,
    hint: p => p.instead,
  }),
  SK219: entry({
    title: 'A zone that is not constant',
    message: (p: { name: string }) =>
      `the zone of ${p.name} must be a constant: its offsets are installed when the DDL is`,
    hint: () => "write it as text: 'Europe/Berlin', or a captured const",
  }),
  SK220: entry({
    title: 'A fraction or an instant as text',
    message: (p: { type: string }) => `${p.type} in a text has other digits in PostgreSQL than in JavaScript`,
    hint: p =>
      p.type === 'a timestamp'
        ? "take its parts: `${yearOf(t, 'UTC')}-${monthOfYear(t, 'UTC')}`"
        : 'only whole numbers and texts may stand in a template: compare the number, or sort it into named classes',
  }),
  SK221: entry({
    title: 'Remainder of a fraction',
    message: (p: { type: string }) => `\`%\` is exact on whole numbers only, and this is ${p.type}`,
    hint: () => 'take it of int columns and whole literals; of a fraction write `x - Math.trunc(x / y) * y`',
  }),
  SK222: entry({
    title: 'Arithmetic on bigints',
    message: (p: { operator: string }) =>
      `\`${p.operator}\` on a bigint may leave the 64 bits that PostgreSQL has`,
    hint: () => 'a bigint is compared or passed through; declare the column int() to reckon with it',
  }),
  SK223: entry({
    title: 'A captured value that is no constant',
    message: (p: { name: string; what: string }) =>
      `'${p.name}' is ${p.what}, which cannot become part of a lambda`,
    hint: () => 'capture a text, number, bigint, boolean, null, plain data of these, or another lambda',
  }),
  SK224: entry({
    title: 'A captured variable that changes',
    message: (p: { name: string }) =>
      `'${p.name}' is assigned after it was made, so the lambda has no fixed meaning`,
    hint: p => `make it a const, and capture that: \`const fixed = ${p.name}\``,
  }),
  SK225: entry({
    title: 'A captured value that cannot be read',
    message: (p: { name: string; reason: string }) => `'${p.name}' cannot be read: ${p.reason}`,
    hint: () => 'declare it before its use, and break import cycles',
  }),
  SK226: entry({
    title: 'Recursion',
    message: (p: { name: string }) => `${p.name} calls itself, and an expression has a fixed depth`,
    hint: () => 'write the cases out, or move the feature into `compute(f => …)`',
  }),
  SK227: entry({
    title: 'An unknown column or feature',
    message: (p: { what: string; name: string; suggestion: string | null }) =>
      `there is no ${p.what} '${p.name}'`,
    hint: p => p.suggestion,
  }),
  SK228: entry({
    title: 'A whole row as a value',
    message: (p: { what: string }) => `${p.what} is no value: a feature is made of its members`,
    hint: p => (p.what === 'the change' ? 'name a column: `c.after?.status`' : 'name a member of it'),
  }),
  SK229: entry({
    title: 'A list in a derived lambda',
    message: (p: { name: string }) => `'${p.name}' is a list, and lists are not lowered`,
    hint: p => `compute(f => …) takes any TypeScript: \`compute(f => f.${p.name}.length)\``,
  }),
  SK230: entry({
    title: 'A list that is not constant',
    message: (p: { reason: string }) => `includes() needs a list of constants of one type: ${p.reason}`,
    hint: () =>
      "write `['a', 'b'].includes(x)` or capture a const array; of variables write `x === a || x === b`",
  }),
  SK231: entry({
    title: 'A number that is not finite',
    message: (p: { value: string }) => `${p.value} is no constant of a lambda`,
    hint: () =>
      'finite(x, otherwise) and Number.isFinite(x) tell what is not finite; a derived number is then null',
  }),
  SK232: entry({
    title: 'A signature that is only claimed',
    message: (p: { name: string; what: string }) =>
      `${p.name} has ${p.what}, which TypeScript believes without proof`,
    hint: () => 'leave the annotation out: TypeScript infers `x is …` where it holds',
  }),
  SK233: entry({
    title: 'A pattern that is not lowered',
    message: (p: { what: string; instead: string }) => `${p.what} cannot be lowered`,
    hint: p => p.instead,
  }),
  SK234: entry({
    title: 'A constant that PostgreSQL cannot hold',
    message: (p: { what: string }) => `${p.what}: PostgreSQL cannot hold it, and no row ever has it`,
    hint: () => 'leave it out: a row that held it would have been refused on the wire',
  }),
  SK235: entry({
    title: 'A zone that does not exist',
    message: (p: { zone: string; near: readonly string[] }) => `\`${p.zone}\` is no time zone`,
    hint: p => `did you mean ${p.near.join(' or ')}?`,
  }),
  SK236: entry({
    title: 'A member of an enum beside exact numbers',
    message: (p: { member: string }) =>
      `what compiles this file may put the number in the place of \`${p.member}\`, or not: so there is no telling whether the input is exact`,
    hint: () => 'write the number itself, and the input is exact',
  }),
} as const;
