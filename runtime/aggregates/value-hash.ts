// Hot path.
import { hash } from '../state/key-index.ts';

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** A hash of a double that is not NaN: equal for equal values, −0 and 0 among them. */
export function hashValue(value: number): number {
  const whole = value | 0;
  if (whole === value) {
    // Codes and small numbers, which are most values.
    const mixed = Math.imul(whole, 0x9e3779b1);
    return mixed ^ (mixed >>> 15);
  }
  if (Math.floor(value) === value) return hash(value);
  double[0] = value;
  return hash(words[0]! ^ Math.imul(words[1]!, 0x9e3779b1));
}
