import { entry } from '../entry.ts';

/** What the analysis finds in declarations: names, keys, windows, lifetimes. */
export const declarations = {
  SK401: entry({
    title: 'A name that cannot be',
    message: (p: { what: string; name: string; reason: string; suggestion: string }) =>
      `the ${p.what} \`${p.name}\` ${p.reason}`,
    hint: p => `write \`${p.suggestion}\``,
  }),
  SK402: entry({
    title: 'A name declared twice',
    message: (p: { what: string; name: string }) => `there are two ${p.what} named \`${p.name}\``,
    hint: () => 'give one of them another name',
  }),
  SK403: entry({
    title: 'A feature declared twice',
    message: (p: { name: string }) =>
      `the feature \`${p.name}\` is declared twice, and the later would silently take the place of the earlier`,
    hint: () => 'give one of them another name',
  }),
  SK404: entry({
    title: 'A window that cannot be',
    message: (p: { option: string; reason: string; instead: string }) => `\`${p.option}\`: ${p.reason}`,
    hint: p => p.instead,
  }),
  SK405: entry({
    title: 'A lifetime that cannot be held',
    message: (p: { aggregate: string }) =>
      `${p.aggregate} without a window needs every event there ever was, and its memory grows without end`,
    hint: () => "give it a window, as `over: '30d'`, or bound it with `last: 100`",
  }),
  SK406: entry({
    title: 'An input of a wrong type',
    message: (p: { aggregate: string; wanted: string; got: string }) =>
      `${p.aggregate} takes ${p.wanted}, and this lambda yields ${p.got}`,
    hint: () => null,
  }),
  SK407: entry({
    title: 'A key that a source does not have',
    message: (p: { key: string; entity: string; source: string }) =>
      `rows of \`${p.source}\` have no column \`${p.key}\` to find the ${p.entity} by`,
    hint: p => `say how it is found, as \`${p.source}.on({ ${p.key}: row => … })\``,
  }),
  SK408: entry({
    title: 'A key of another type',
    message: (p: { key: string; wanted: string; got: string }) =>
      `the key \`${p.key}\` is ${p.wanted}, and this is ${p.got}`,
    hint: () => 'give both the same type: a key never passes through a conversion',
  }),
  SK409: entry({
    title: 'A column that skewless has no type for',
    message: (p: { column: string; problem: string }) => `the column \`${p.column}\` is ${p.problem}`,
    hint: () => null,
  }),
  SK410: entry({
    title: 'A time that is no timestamp',
    message: (p: { role: string; column: string; got: string }) =>
      `the ${p.role} \`${p.column}\` is ${p.got}`,
    hint: () => 'declare the column as `timestamp()`',
  }),
  SK411: entry({
    title: 'A key type that cannot be',
    message: (p: { role: string; column: string; got: string }) =>
      `the ${p.role} \`${p.column}\` is ${p.got}, which cannot tell one from another exactly`,
    hint: () => 'use int(), bigint(), z.string(), z.enum(…), z.boolean() or uuid(), without .nullable()',
  }),
  SK412: entry({
    title: 'A column that is not there',
    message: (p: { role: string; column: string; source: string; known: string }) =>
      `the ${p.role} \`${p.column}\` is no column of \`${p.source}\``,
    hint: p => p.known,
  }),
  SK413: entry({
    title: '`latest` without a key of the table',
    message: (p: { entity: string; keys: string; table: string; candidates: string }) =>
      `\`latest\` finds one row of \`${p.table}\`, and the keys of ${p.entity} (${p.keys}) are neither its primary key nor declared unique`,
    hint: p => `key the entity by ${p.candidates}, or declare the columns in \`unique\``,
  }),
  SK414: entry({
    title: 'A parameter out of bounds',
    message: (p: { parameter: string; value: string; bounds: string }) => `${p.parameter} is ${p.value}`,
    hint: p => `write ${p.bounds}`,
  }),
  SK415: entry({
    title: 'A default of another type',
    message: (p: { name: string; type: string; value: string }) =>
      `the default of \`${p.name}\` is ${p.value}, and the feature is ${p.type}`,
    hint: () => null,
  }),
  SK416: entry({
    title: 'A window over a table without a time',
    message: (p: { table: string }) => `a window needs a time, and the table \`${p.table}\` declares none`,
    hint: () => "name its timestamp column, as `time: 'created_at'`, or leave out the window",
  }),
  SK417: entry({
    title: 'A vector that takes something else than a ref',
    message: (p: { name: string }) => `\`${p.name}\` is no feature, table column or request input`,
    hint: () => 'take it from `v.get(group, keys)`, `v.row(table, keys)` or `v.request`',
  }),
  SK418: entry({
    title: 'A derived feature that yields no value',
    message: (p: { name: string; got: string }) => `the derived feature \`${p.name}\` yields ${p.got}`,
    hint: () => 'return a number, boolean, text, instant or null',
  }),
  SK419: entry({
    title: 'A compute that generated code cannot reach',
    message: (p: { name: string }) =>
      `the compute of \`${p.name}\` cannot be reached from an export of its module`,
    hint: () => 'export it: `export const compute… = compute(f => …)`, or export the group that declares it',
  }),
  SK420: entry({
    title: 'No features',
    message: (p: { folder: string }) => `nothing in ${p.folder} exports a feature group or a vector`,
    hint: () => 'write `export const user = features(…)`',
  }),
  SK421: entry({
    title: 'A duration that cannot be',
    message: (p: { option: string; text: string }) => `\`${p.option}\`: \`${p.text}\` is no duration`,
    hint: () => "write a whole number and a unit, as '30m', '24h', '7d'",
  }),
  SK422: entry({
    title: 'A lookup without a key',
    message: (p: { group: string; key: string }) => `reading \`${p.group}\` needs the key \`${p.key}\``,
    hint: p => `pass it: \`v.get(${p.group}, { ${p.key}: v.request.… })\``,
  }),
  SK423: entry({
    title: 'Names that meet in generated code',
    message: (p: { one: string; other: string; as: string }) =>
      `${p.one} and ${p.other} would both be \`${p.as}\` in the generated code`,
    hint: () => 'give one of them another name',
  }),
  SK424: entry({
    title: 'An entity without keys',
    message: (p: { entity: string }) =>
      `the entity \`${p.entity}\` has no key, so that nothing tells its rows from others`,
    hint: p =>
      `features of everything have a constant for key: \`entity('${p.entity}', { all: z.boolean() })\` and \`events.on({ all: () => true })\``,
  }),
  SK425: entry({
    title: 'A label that is none',
    message: (p: { name: string }) => `\`${p.name}\` is no label`,
    hint: () =>
      "declare it as `label(events.count({ ahead: '30d' }))`; in a vector, take it from `v.get(labels, keys)`",
  }),
  SK426: entry({
    title: 'A label over the rows of a table',
    message: (p: { table: string }) =>
      `the rows of \`${p.table}\` are what they are at an instant: nothing of them lies ahead`,
    hint: p => `take its changes, as \`changesOf(${p.table})\``,
  }),
  SK427: entry({
    title: 'A feature that is none',
    message: (p: { what: string }) => `${p.what} is no feature`,
    hint: () => "declare it by a method of a source, as `events.count({ over: '24h' })`",
  }),
  SK428: entry({
    title: 'A group without an entity',
    message: (p: { group: string }) => `the entity of \`${p.group}\` is none`,
    hint: () => "pass what `entity('user', { user_id: int() })` yields",
  }),
  SK429: entry({
    title: 'A declaration that nothing exports',
    message: (p: { name: string }) =>
      `\`${p.name}\` is declared and not exported, so nothing would be generated of it`,
    hint: p =>
      `write \`export const …\` before it, or take \`${p.name}\` out; of a namespace or a list only what is exported by itself counts`,
  }),
} as const;
