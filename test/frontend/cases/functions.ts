import type { Event } from './declared.ts';
import { ofEvents } from './declared.ts';
import { both, double, HIGH, isType, Kind, limits, named, scale, TIERS } from './helpers.ts';
import plain, * as everything from './helpers.ts';

const isClick = (e: Event) => e.type === 'click';
const isBig = ({ amount, rank: place }: Event) => amount > 100 && (place ?? 0) > 1;
const bySize =
  (least: number, most = 10) =>
  (e: Event) =>
    e.level >= least && e.level <= most;
function hoisted(e: Event): boolean {
  return later(e.level);
}
function later(level: number): boolean {
  return level > 2;
}
const rules = {
  active(e: Event) {
    return e.active;
  },
  quiet: (e: Event) => !e.active,
};
const present = <T>(x: T | null, otherwise: T): T => x ?? otherwise;
const optional = (x: number, y?: number) => x + (y ?? 1);
const known = (x: string | null) => x !== null;

const looped: ((e: Event) => boolean)[] = [];
for (let i = 0; i < 2; i++) looped.push(e => e.level === i);
for (const type of ['click', 'view'] as const) looped.push(e => e.type === type);
const byColumn = (column: 'name' | 'city') => (e: Event) => e[column];
const atLeastOf = (least: number) => (x: number) => x >= least;
const nested = { deep: [{ value: 7 }], tags: ['a', 'b'], sizes: [1, 2.5] };

export const onEvents = ofEvents({
  'a helper': [e => isClick(e), '(type:enum === "click")'],
  'a helper as the lambda': [isClick, '(type:enum === "click")'],
  'a helper that takes the row apart': [
    isBig,
    '((amount:decimal(10,2) > 100) && ((rank:int? ?? 0):int > 1))',
  ],
  'a helper of another file': [
    e => double(e.amount + 1),
    '(let x = (amount:decimal(10,2) + 1); (x:double * 2))',
  ],
  'a default export': [e => plain(e.level), '(level:int + 1)'],
  'a namespace': [e => everything.double(e.level) > everything.HIGH, '((level:int * 2) > 100)'],
  'hoisted functions': [e => hoisted(e), '(level:int > 2)'],
  'a method of an object': [e => rules.active(e) && rules.quiet(e), '(active:boolean && !active:boolean)'],
  'a factory': [isType('view'), '(type:enum === "view")'],
  'a factory called inside': [e => isType('view')(e), '(type:enum === "view")'],
  'a factory with a default': [bySize(2), '((level:int >= 2) && (level:int <= 10))'],
  'functions that take functions': [
    both(isClick, isBig),
    '((type:enum === "click") && ((amount:decimal(10,2) > 100) && ((rank:int? ?? 0):int > 1)))',
  ],
  'composition of composition': [
    both(both(isClick, isBig), bySize(1, 3)),
    '(((type:enum === "click") && ((amount:decimal(10,2) > 100) && ((rank:int? ?? 0):int > 1))) && ((level:int >= 1) && (level:int <= 3)))',
  ],
  'a generic helper': [e => present(e.city, 'none'), '(city:text? ?? "none"):text'],
  'a parameter left out': [e => optional(e.level), '(level:int + 1)'],
  'a parameter left out by default': [
    e => scale(e.level) + scale(e.level, 3),
    '((level:int * 100) + (level:int * 3))',
  ],
  'an inferred type predicate': [
    e => known(e.city) && e.city === 'a',
    '((city:text? is not null) && (city:text === "a"))',
  ],
  'the counter of a loop': [looped[1]!, '(level:int === 1)'],
  'the variable of a loop': [looped[2]!, '(type:enum === "click")'],
  'a captured name of a column': [byColumn('city'), 'city:text?'],
  'captured constants': [
    e => e.level > HIGH && e.amount < limits.amount.most,
    '((level:int > 100) && (amount:decimal(10,2) < 99.5))',
  ],
  'captured elements': [
    e => e.level > TIERS[1] && e.level !== nested.deep[0]?.value,
    '((level:int > 2) && (level:int !== 7))',
  ],
  'a captured element that is not there': [
    e => e.name === `${nested.deep[5]?.value ?? 1}`,
    '(name:text === "1")',
  ],
  'a factory given a column': [e => atLeastOf(e.level)(e.score), '(score:double >= level:int)'],
  'length of a captured list': [e => e.level < TIERS.length, '(level:int < 3)'],
  'an enum': [e => e.level === Kind.Second, '(level:int === 1)'],
  'a constant choice': [e => (named.strict ? e.level : e.rank), '(true ? level:int : rank:int?):int?'],
  includes: [e => ['click', 'view'].includes(e.type), '(type:enum in ["click", "view"])'],
  'includes with null': [e => [null, 'web'].includes(e.channel), '(channel:enum? in [null, "web"])'],
  'includes as const': [
    e => (['web', 'app'] as const).includes(e.channel ?? 'web'),
    '((channel:enum? ?? "web"):text in ["web", "app"])',
  ],
  'includes of numbers': [e => nested.sizes.includes(e.level), '(level:int in [1, 2.5])'],
  'includes of a captured list': [e => nested.tags.includes(e.name), '(name:text in ["a", "b"])'],
});
