import type { OrderChange } from './declared.ts';
import { ofChanges } from './declared.ts';

const paid = (row: OrderChange['after']) => row !== null && row.status === 'paid';

export const onChanges = ofChanges({
  'the operation': [c => c.op === 'd', '(op:enum === "d")'],
  'images that are there': [
    c => c.before !== null && c.after != null,
    '((before.order_id:int? is not null) && (after.order_id:int? is not null))',
  ],
  'narrowed images': [
    c => c.before !== null && c.after !== null && c.before.total < c.after.total,
    '(((before.order_id:int? is not null) && (after.order_id:int? is not null)) && (before.total:decimal(10,2) < after.total:decimal(10,2)))',
  ],
  'optional column': [c => c.before?.status === 'paid', '(before.status:text? === "paid")'],
  'optional columns that are never null': [
    c => c.before?.status !== c.after?.status,
    '(before.status:text? !== after.status:text?)',
  ],
  'optional columns that may be null': [
    c => (c.before?.note ?? null) !== (c.after?.note ?? null),
    '((before.note:text? ?? null):text? !== (after.note:text? ?? null):text?)',
  ],
  'optional column and undefined': [c => c.before?.status === undefined, '(before.status:text? is null)'],
  'optional column, loosely': [c => c.before?.note == null, '(before.note:text? is null)'],
  'optional column with a default': [
    c => (c.after?.total ?? 0) - (c.before?.total ?? 0),
    '((after.total:decimal(10,2)? ?? 0):decimal(10,2) - (before.total:decimal(10,2)? ?? 0):decimal(10,2))',
  ],
  'an image handed on': [
    c => paid(c.after) && !paid(c.before),
    '(((after.order_id:int? is not null) && (after.status:text === "paid")) && !((before.order_id:int? is not null) && (before.status:text === "paid")))',
  ],
  'images with names': [
    ({ before, after }) => {
      if (before === null || after === null) return false;
      return before.status !== after.status;
    },
    '(((before.order_id:int? is null) || (after.order_id:int? is null)) ? false : (before.status:text !== after.status:text)):boolean',
  ],
  'a method in a chain': [
    c => c.after?.status.startsWith('p') ?? false,
    '(((after.status:text? is null) ? null : startsWith(after.status:text, "p")):boolean? ?? false):boolean',
  ],
  'a narrowed chain': [
    c => c.after?.note != null && c.after.note.trim() === 'x',
    '((after.note:text? is not null) && (trim(after.note:text) === "x"))',
  ],
});
