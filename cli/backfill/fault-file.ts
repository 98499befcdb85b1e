import { appendFileSync, rmSync } from 'node:fs';
import { said } from '../../runtime/training/io/errors.ts';
import type { SpineFault } from '../../runtime/training/check-spine.ts';

const held = 1000;

/** All faults of a spine, one JSON object a line. There is no file where there are none. */
export class FaultFile {
  readonly path: string;
  #lines: string[] = [];
  #count = 0;
  #failed: string | null = null;

  /** What an earlier run has left there goes. */
  constructor(path: string) {
    this.path = path;
    try {
      rmSync(path, { force: true });
    } catch (error) {
      this.#failed = said(error);
    }
  }

  get count(): number {
    return this.#count;
  }

  readonly add = (fault: SpineFault): void => {
    this.#lines.push(`${JSON.stringify(fault)}\n`);
    this.#count += 1;
    if (this.#lines.length === held) this.flush();
  };

  flush(): void {
    if (this.#lines.length === 0 || this.#failed !== null) return;
    try {
      appendFileSync(this.path, this.#lines.join(''));
    } catch (error) {
      this.#failed = said(error);
    }
    this.#lines = [];
  }

  /** Where the faults are. That they could not be written is no reason to say nothing of them. */
  whereabouts(): string {
    return this.#failed === null
      ? `All of them are in ${this.path}`
      : `The list of all of them cannot be written: ${this.#failed}`;
  }
}
