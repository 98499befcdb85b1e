import type { Event } from './declared.ts';
import { ofEvents } from './declared.ts';

// Factories whose parameters may be left out: which way a lambda goes is then known before any row.

const above = (least?: number) => (e: Event) => least === undefined || e.level > least;
const raised = (by?: number) => (e: Event) => {
  if (by === undefined) return e.level;
  return e.level + by;
};
const beginning = (prefix: string | null) => (e: Event) => prefix !== null && e.name.startsWith(prefix);
const within =
  (bounds: { readonly least?: number; readonly types?: readonly string[] } = {}) =>
  (e: Event) =>
    (bounds.least != null ? e.level >= bounds.least : true) &&
    (bounds.types === undefined || bounds.types.includes(e.type));
const also = (extra?: (e: Event) => boolean) => (e: Event) => e.active && (extra === undefined || extra(e));
const named = (name: string | null) => (e: Event) => name === undefined || e.name === name;
const either = (level: number | null) => (e: Event) =>
  level === null ? e.name : `${e.level + level}`.trim();

export const onEvents = ofEvents({
  'no bound': [above(), 'true'],
  'a bound': [above(3), '((3 is null) || (level:int > 3))'],
  'an early return': [raised(), 'level:int'],
  'past an early return': [raised(2), '((2 is null) ? level:int : (level:int + 2)):double'],
  'no prefix': [beginning(null), 'false'],
  'a prefix': [beginning('a'), '(("a" is not null) && startsWith(name:text, "a"))'],
  'no bounds': [within(), '(true && true)'],
  'some bounds': [within({ types: ['view'] }), '(true && (false || (type:enum in ["view"])))'],
  'all bounds': [
    within({ least: 2, types: ['view'] }),
    '(((2 is not null) ? (level:int >= 2) : true):boolean && (false || (type:enum in ["view"])))',
  ],
  'no function': [also(), '(active:boolean && true)'],
  'a function': [also(e => e.level > 1), '(active:boolean && (false || (level:int > 1)))'],
  'null is not undefined': [named(null), '(false || (name:text is null))'],
  'ways of different types': [either(null), 'name:text'],
  'a variable by the name of undefined': [
    e => {
      const undefined = 3;
      return e.rank ?? undefined;
    },
    '(rank:int? ?? 3):int',
  ],
});
