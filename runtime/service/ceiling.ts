// Control path: what happens when the state grows too large.

/** A state this far below its ceiling takes records again. */
const RELIEF = 0.9;

export interface CeilingOptions {
  /** Bytes; null: no ceiling. */
  readonly ceiling: number | null;
  /** Bytes the state holds now. */
  readonly held: () => number;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Told at each change. */
  readonly changed: (paused: boolean, held: number) => void;
}

/**
 * Keeps the state below a ceiling: above it the sources pause, reads go on, and as the clock moves old rows go, until
 * there is room again. Records wait in their log meanwhile; none is lost.
 */
export class Ceiling {
  readonly #options: CeilingOptions;
  paused = false;

  constructor(options: CeilingOptions) {
    this.#options = options;
  }

  check(): void {
    const { ceiling, held, pause, resume, changed } = this.#options;
    if (ceiling === null) return;
    const bytes = held();
    if (!this.paused && bytes > ceiling) {
      this.paused = true;
      pause();
      changed(true, bytes);
    } else if (this.paused && bytes < ceiling * RELIEF) {
      this.paused = false;
      resume();
      changed(false, bytes);
    }
  }
}
