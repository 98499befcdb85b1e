/** A read as the audit log has it: what was asked, what was known, what was answered. Texts are as in row-text.ts. */
export interface LoggedRead {
  /** When it was answered, µs. */
  readonly readAt: number;
  readonly kind: 'group' | 'vector';
  readonly name: string;
  /** Of the meaning of what was served. */
  readonly fingerprint: string;
  /** Keys and inputs. */
  readonly request: string;
  /** The instant it was asked for, µs. */
  readonly t: number;
  /** What was known: {@link frontierText}. */
  readonly frontier: string;
  readonly values: string;
}
