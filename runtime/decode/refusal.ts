/** Why a record takes no part in anything (semantics §10, Wire). */
export type RefusalReason =
  | 'undecodable'
  | 'not-json'
  | 'not-an-object'
  | 'missing'
  | 'wrong-type'
  | 'out-of-range'
  | 'unstorable-text'
  | 'not-an-option'
  | 'too-many-digits'
  | 'not-an-instant'
  | 'failed-check'
  | 'bad-envelope';

/** A record that does not decode. `column` is null where the record as a whole is at fault. */
export class Refusal {
  readonly kind = 'refused';

  constructor(
    readonly reason: RefusalReason,
    readonly column: string | null,
    readonly message: string,
  ) {}
}
