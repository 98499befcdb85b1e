import { existsSync, readFileSync } from 'node:fs';

/** One life of the service, as its log tells it. */
export class Life {
  /** Of the process, once it has answered. */
  pid: number | null = null;

  /** ms. */
  readonly startedAt = Date.now();

  constructor(readonly log: string) {}

  text(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  said(message: string): boolean {
    return this.text().includes(`"msg":${JSON.stringify(message)}`);
  }

  /** How often it has said so. */
  count(message: string): number {
    return this.text().split(`"msg":${JSON.stringify(message)}`).length - 1;
  }

  hasRestored(): boolean {
    return this.said('the state is back');
  }
}
