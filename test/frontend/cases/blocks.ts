import { ofEvents } from './declared.ts';

export const onEvents = ofEvents({
  'a return': [
    e => {
      return e.level;
    },
    'level:int',
  ],
  consts: [
    e => {
      const twice = e.level * 2;
      const { amount, score: points } = e;
      return twice + amount + points + twice;
    },
    '(let twice = (level:int * 2); (((twice:double + amount:decimal(10,2)) + score:double) + twice:double))',
  ],
  'an early return': [
    e => {
      if (e.rank === null) return 0;
      return e.rank + 1;
    },
    '((rank:int? is null) ? 0 : (rank:int + 1)):double',
  ],
  else: [
    e => {
      if (e.level > 2) {
        return 'high';
      } else if (e.level > 1) {
        return 'middle';
      } else {
        return 'low';
      }
    },
    '((level:int > 2) ? "high" : ((level:int > 1) ? "middle" : "low"):text):text',
  ],
  'ways that go on': [
    e => {
      if (e.level > 2) {
        if (e.active) return 1;
      }
      if (e.level > 1) {
        if (e.active) return 2;
      } else if (e.flag === true) {
        return 3;
      }
      return e.amount * 2;
    },
    '((level:int > 2) ? (active:boolean ? 1 : ((level:int > 1) ? (active:boolean ? 2 : (amount:decimal(10,2) * 2)):double : ((flag:boolean? === true) ? 3 : (amount:decimal(10,2) * 2)):double):double):double : ((level:int > 1) ? (active:boolean ? 2 : (amount:decimal(10,2) * 2)):double : ((flag:boolean? === true) ? 3 : (amount:decimal(10,2) * 2)):double):double):double',
  ],
  'ways that go on to much': [
    e => {
      if (e.level > 2) {
        if (e.active) return 1;
      }
      const sum = e.level + e.amount + e.score + e.level * 2 + e.amount * 3 + e.score * 4 + e.level / 5;
      return sum + e.level + e.amount + e.score + e.level * 2 + e.amount * 3 + e.score * 4 + e.level / 5;
    },
    '(let otherwise = (let sum = ((((((level:int + amount:decimal(10,2)) + score:double) + (level:int * 2)) + (amount:decimal(10,2) * 3)) + (score:double * 4)) + (level:int / 5)); (((((((sum:double + level:int) + amount:decimal(10,2)) + score:double) + (level:int * 2)) + (amount:decimal(10,2) * 3)) + (score:double * 4)) + (level:int / 5))); ((level:int > 2) ? (active:boolean ? 1 : otherwise:double):double : otherwise:double):double)',
  ],
  'no return': [
    e => {
      if (e.active) return e.name;
      return;
    },
    '(active:boolean ? name:text : null):text?',
  ],
  undefined: [e => (e.active ? e.level : undefined), '(active:boolean ? level:int : null):int?'],
  'narrowing of a const': [
    e => {
      const fee = e.fee;
      if (fee === null) return null;
      const total = fee + e.amount;
      return total > 10 ? total : fee;
    },
    '((fee:decimal(8,4)? is null) ? null : (let total = (fee:decimal(8,4) + amount:decimal(10,2)); ((total:double > 10) ? total:double : fee:decimal(8,4)):double)):double?',
  ],
  'a condition with a name': [
    e => {
      const missing = e.weight === null;
      return missing ? -1 : e.weight;
    },
    '(let missing = (weight:double? is null); (missing:boolean ? -1 : weight:double):double)',
  ],
  'a function inside': [
    e => {
      const half = (x: number) => x / 2;
      function quarter(x: number): number {
        return half(half(x));
      }
      return half(e.amount) + quarter(e.score);
    },
    '((amount:decimal(10,2) / 2) + (let x = (score:double / 2); (x:double / 2)))',
  ],
  'a function called above its declaration': [
    e => {
      return half(e.amount);
      function half(x: number): number {
        return x / 2;
      }
    },
    '(amount:decimal(10,2) / 2)',
  ],
  'shadowed in a branch, and not after it': [
    e => {
      const x = e.level;
      {
        const x = e.amount;
        if (x > 3) return x;
      }
      return x;
    },
    '((amount:decimal(10,2) > 3) ? amount:decimal(10,2) : level:int):double',
  ],
  'shadowed names': [
    e => {
      const x = e.level + 1;
      if (e.active) {
        const x = e.level + 2;
        return x;
      }
      return x;
    },
    '(let x = (level:int + 1); (active:boolean ? (let x_2 = (level:int + 2); x_2:double) : x:double):double)',
  ],
  'a list with a name': [
    e => {
      const types = ['click', 'view'];
      return types.includes(e.type);
    },
    '(type:enum in ["click", "view"])',
  ],
  'a block inside, a type, nothing': [
    e => {
      type Level = number;
      const level: Level = e.level;
      {
        return level;
      }
    },
    'level:int',
  ],
});
