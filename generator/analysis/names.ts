import { sqlFunctions } from '../../kernels/sql.ts';

/** The longest identifier PostgreSQL keeps whole. */
const LONGEST = 63;

/** Of a group or source: room is left for what its tables of a training set are called, `<group>_0_truncates`. */
const LONGEST_DECLARATION = 48;

/** Names that every object has, or that generated code and reads use for something else. */
const RESERVED = new Set([
  'constructor',
  'prototype',
  'to_string',
  'value_of',
  'has_own_property',
  'then',
  'many',
  'read',
  'spine',
  'ordinal',
  'known_at',
  't',
]);

/** Words of JavaScript that cannot be variables of a module: a group or source is one in the generated SQL. */
const KEYWORDS = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

/** What the generated SQL of a group or source calls and takes. */
const CALLED = new Set(['db', 'feature_rows', 'feed_rows', 'reads', 'window']);

/** Functions of the schema `skewless`, beside which those of groups and vectors stand. */
const SQL_FUNCTIONS = new Set([
  ...sqlFunctions.map(({ name }) => name),
  ...[
    'adopt_table',
    'check_read',
    'check_retained',
    'doubles',
    'instant',
    'instants',
    'known_us',
    'retire',
    'us',
  ],
]);

/** Tables and views of the history that are no source's. */
const HISTORY_TABLES = new Set([
  'audit',
  'audit_frontier',
  'completeness',
  'frontier',
  'imports',
  'refused',
  'retained',
]);

/** Why a name cannot be: of a group, source or vector it also becomes a variable, and of a source a table. */
export function declarationProblem(kind: string, name: string): string | null {
  const problem = nameProblem(name);
  if (problem !== null) return problem;
  if (name.length > LONGEST_DECLARATION) {
    return `is longer than ${LONGEST_DECLARATION} characters: the names made from it would not fit the ${LONGEST} of PostgreSQL`;
  }
  if ((kind === 'group' || kind === 'vector') && SQL_FUNCTIONS.has(name))
    return 'is a function that the schema skewless has in every database, where there would be one of this';
  if (kind === 'vector') return null;
  if (KEYWORDS.has(name)) return 'is a word of JavaScript, and would be a variable in the generated code';
  if (CALLED.has(name)) return 'is a name that the generated code has for something else';
  if (kind !== 'group' && HISTORY_TABLES.has(name)) return 'is a table that every history has';
  return null;
}

/** Whether PostgreSQL keeps the name whole. */
export function nameFits(name: string): boolean {
  return name.length <= LONGEST;
}

/** Why a name of a source, entity, group, vector, feature or key cannot be; null where it can. */
export function nameProblem(name: string): string | null {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    return 'is not in snake_case: small letters, digits and underscores, a letter first';
  if (!nameFits(name)) return `is longer than the ${LONGEST} characters PostgreSQL keeps of a name`;
  if (RESERVED.has(name)) return 'is reserved';
  return null;
}

/** `clickRate 7d` → `click_rate_7d`: what to write instead. `problemOf`: what would be wrong with that. */
export function suggestName(name: string, problemOf: (name: string) => string | null): string {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  const fitting = [snake, snake.slice(0, LONGEST), snake.slice(0, LONGEST_DECLARATION)].find(
    each => problemOf(each) === null,
  );
  return fitting ?? `${snake || 'a'}_value`;
}
