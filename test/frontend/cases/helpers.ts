import type { Event } from './declared.ts';

export const HIGH = 100;
export const TIERS = [1, 2, 3] as const;
export const limits = { amount: { least: 0.5, most: 99.5 } };
export const named: { readonly strict: boolean } = { strict: true };
export enum Kind {
  First,
  Second,
}

export const double = (x: number) => x * 2;
export function isType(type: string) {
  return (e: Event) => e.type === type;
}
export const both = (a: (e: Event) => boolean, b: (e: Event) => boolean) => (e: Event) => a(e) && b(e);
export const scale = (x: number, by = HIGH) => x * by;

export default function (x: number): number {
  return x + 1;
}
