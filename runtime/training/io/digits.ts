// Hot path of the inference.
import { withoutEndingZeros } from '../../../kernels/decimal.ts';

/** The digits of a number's text that say something: no sign, point, exponent, zeros at either end. */
export function significantDigits(text: string): string {
  return withoutEndingZeros(
    text
      .replace(/[eE].*$/, '')
      .replace(/[-+.]/g, '')
      .replace(/^0+/, ''),
  );
}

/** Whether the nearest double, in its shortest form or written with as many digits, is the number again. */
export function isKeptByDouble(text: string): boolean {
  const number = Number(text);
  if (String(number) === text) return Number.isFinite(number);
  const digits = significantDigits(text);
  if (!Number.isFinite(number)) return false;
  if (number === 0) return digits === '';
  // Below the normal numbers a double has fewer digits than 15.
  if (digits.length <= 15 && Math.abs(number) >= 2 ** -1022) return true;
  if (significantDigits(String(number)) === digits) return true;
  return digits.length <= 100 && significantDigits(number.toPrecision(digits.length)) === digits;
}
