// Control path: a decimal as Kafka Connect writes one, exactly.
import { withoutEndingZeros } from '../../kernels/decimal.ts';

/** More digits than any column holds; what is longer is not worth reading. */
const LONGEST = 4096;
const MOST_SCALE = 20_000;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The plain decimal text of unscaled · 10^−scale, without zeros at the end of the fraction.
 * @param unscaled base64 of two's complement, the high byte first
 * @param scale a whole number, or its digits
 * @returns null where they are no such thing
 */
export function decimalOf(unscaled: unknown, scale: unknown): string | null {
  if (typeof unscaled !== 'string' || unscaled.length === 0 || unscaled.length > LONGEST) return null;
  if (!BASE64.test(unscaled)) return null;
  const places = typeof scale === 'string' && /^-?\d{1,5}$/.test(scale) ? Number(scale) : scale;
  if (typeof places !== 'number' || !Number.isInteger(places) || Math.abs(places) > MOST_SCALE) return null;
  return scaledText(twosComplement(Buffer.from(unscaled, 'base64')), places);
}

function twosComplement(bytes: Buffer): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

function scaledText(unscaled: bigint, scale: number): string {
  if (unscaled === 0n) return '0';
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale <= 0) return sign + digits + '0'.repeat(-scale);
  const padded = digits.padStart(scale + 1, '0');
  const fraction = withoutEndingZeros(padded.slice(-scale));
  return sign + padded.slice(0, -scale) + (fraction === '' ? '' : `.${fraction}`);
}
