import { ofEvents } from './declared.ts';

export const onEvents = ofEvents({
  'equality of text': [e => e.type === 'click', '(type:enum === "click")'],
  'inequality of text': [e => e.name !== 'x', '(name:text !== "x")'],
  'equality of null columns': [e => e.city === e.channel, '(city:text? === channel:enum?)'],
  'loose equality': [e => e.level == 3, '(level:int === 3)'],
  'loose inequality': [e => e.city != 'a', '(city:text? !== "a")'],
  'equality of numbers of different types': [
    e => e.level === e.amount,
    '(level:int === amount:decimal(10,2))',
  ],
  'equality of booleans': [e => e.active === e.flag, '(active:boolean === flag:boolean?)'],
  'equality of bigints': [e => e.serial === 5n, '(serial:bigint === 5n)'],
  'order of bigints': [e => e.serial > -5n, '(serial:bigint > -5n)'],
  'equality with null': [e => e.rank === null, '(rank:int? is null)'],
  'null on the left': [e => null !== e.rank, '(rank:int? is not null)'],
  'loose null': [e => e.rank != null, '(rank:int? is not null)'],
  'loose undefined': [e => e.rank == undefined, '(rank:int? is null)'],
  'order of numbers': [e => e.amount < e.score, '(amount:decimal(10,2) < score:double)'],
  'order of instants': [e => e.at >= 1_700_000_000_000_000, '(at:timestamp >= 1700000000000000)'],
  'at most': [e => e.level <= 0x10, '(level:int <= 16)'],
  'literals of every form': [
    e => e.level > 1_000 || e.level === 0x1f || e.score < 1e-7 || e.score > 1e21 || e.level === 0b11,
    '(((((level:int > 1000) || (level:int === 31)) || (score:double < 1e-7)) || (score:double > 1e+21)) || (level:int === 3))',
  ],
  'bigint literals of every form': [
    e => e.serial > -9_223_372_036_854_775_808n && e.serial < 0x7fff_ffff_ffff_ffffn,
    '((serial:bigint > -9223372036854775808n) && (serial:bigint < 9223372036854775807n))',
  ],
  'remainders of what is negative': [e => (-7 % 3) + (e.level % -3), '((-7 % 3) + (level:int % -3))'],
  'zero of either sign': [
    e => 1 / -e.level === 1 / -0 || [-0].includes(e.score),
    '(((1 / -level:int:double) === (1 / -0)) || (score:double in [-0]))',
  ],
  'equality of comparisons': [
    e => e.level < 3 === (e.rank === null),
    '((level:int < 3) === (rank:int? is null))',
  ],
  'a value that may be null, of itself': [e => e.weight !== e.weight, '(weight:double? !== weight:double?)'],
  'and, or, not': [
    e => (e.active && !(e.level > 1)) || e.name === '',
    '((active:boolean && !(level:int > 1)) || (name:text === ""))',
  ],
  'double negation': [e => !!e.active, '!!active:boolean'],
  'and with a right side that may be null': [
    e => e.active && e.flag,
    '(active:boolean ? flag:boolean? : false):boolean?',
  ],
  'or with a right side that may be null': [
    e => e.active || e.flag,
    '(active:boolean ? true : flag:boolean?):boolean?',
  ],
  default: [e => e.rank ?? 0, '(rank:int? ?? 0):int'],
  'default of another column': [
    e => e.city ?? e.channel ?? 'none',
    '((city:text? ?? channel:enum?):text? ?? "none"):text',
  ],
  'default that may be null': [e => e.fee ?? e.weight, '(fee:decimal(8,4)? ?? weight:double?):double?'],
  'default where nothing is null': [
    e => (e.active ? e.level : 0) * 2,
    '((active:boolean ? level:int : 0):int * 2)',
  ],
  choice: [
    e => (e.active ? e.amount : e.fee),
    '(active:boolean ? amount:decimal(10,2) : fee:decimal(8,4)?):decimal(12,4)?',
  ],
  'choice of null': [e => (e.active ? e.name : null), '(active:boolean ? name:text : null):text?'],
  'choice among choices': [
    e => (e.level > 2 ? 'high' : e.level > 1 ? 'middle' : 'low'),
    '((level:int > 2) ? "high" : ((level:int > 1) ? "middle" : "low"):text):text',
  ],
  'choice of enum and text': [
    e => (e.active ? e.type : 'none'),
    '(active:boolean ? type:enum : "none"):text',
  ],
  'sum and product': [
    e => e.amount * 2 + e.level / 3 - e.score,
    '(((amount:decimal(10,2) * 2) + (level:int / 3)) - score:double)',
  ],
  remainder: [e => e.level % 7, '(level:int % 7)'],
  'remainder of instants': [e => e.at % 1000, '(at:timestamp % 1000)'],
  negation: [e => -e.score, '-score:double:double'],
  'negation of an int in arithmetic': [e => 1 / -e.level, '(1 / -level:int:double)'],
  'negative constants': [e => (e.active ? -1 : -0), '(active:boolean ? -1 : -0):double'],
  'difference of instants': [
    e => e.at - (e.seen ?? e.at),
    '(at:timestamp - (seen:timestamp? ?? at:timestamp):timestamp)',
  ],
  'narrowing by and': [
    e => e.fee !== null && e.fee > 10,
    '((fee:decimal(8,4)? is not null) && (fee:decimal(8,4) > 10))',
  ],
  'narrowing by or': [
    e => e.fee === null || e.fee * 2 < 10,
    '((fee:decimal(8,4)? is null) || ((fee:decimal(8,4) * 2) < 10))',
  ],
  'narrowing by a choice': [
    e => (e.weight == null ? 0 : e.weight + 1),
    '((weight:double? is null) ? 0 : (weight:double + 1)):double',
  ],
  'parentheses and satisfies': [e => (e.level satisfies number) > 1, '(level:int > 1)'],
  'bracket access': [e => e['level'] > 1, '(level:int > 1)'],
  'numeric separators and bases': [e => e.level + 0b11 + 1_000, '((level:int + 3) + 1000)'],
});
