import { SingleBar } from 'cli-progress';
import type { Progress } from '../../runtime/training/contract.ts';
import { amount, duration } from '../units.ts';

/** How far the work is, with its rate and the time left of the step it is at. Without a terminal it says nothing. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  #bar: SingleBar | null = null;
  #step = '';
  #begun = 0;
  #first = 0;

  /** @param now seconds */
  constructor(stream: NodeJS.WriteStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  readonly show = ({ step, done, total }: Progress): void => {
    if (!this.#stream.isTTY) return;
    if (this.#bar === null || step !== this.#step) {
      this.#bar ??= this.#start();
      this.#step = step;
      this.#begun = this.#now();
      this.#first = done;
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, {
      step,
      pace: paceText(done - this.#first, total - done, this.#now() - this.#begun),
    });
  };

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #start(): SingleBar {
    const bar = new SingleBar({
      stream: this.#stream,
      format: '{bar} {percentage} %  {step}  {pace}',
      barsize: 24,
      clearOnComplete: true,
      hideCursor: true,
    });
    bar.start(1, 0, { step: '', pace: '' });
    return bar;
  }
}

/** `12,300/s, 4.5 s left`; nothing where nothing is known yet. */
export function paceText(done: number, left: number, seconds: number): string {
  if (done <= 0 || seconds <= 0) return '';
  const rate = done / seconds;
  return `${amount(rate)}/s, ${duration(left / rate)} left`;
}
