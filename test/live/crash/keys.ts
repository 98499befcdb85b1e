/** A key of a group, or the request of a vector. */
export type Key = Readonly<Record<string, number | string>>;

/** How many keys of each kind records are drawn from, numbered from 1. */
export const keyCounts = {
  ...{ users: 40, sessions: 60, items: 25, airports: 6 },
  ...{ customers: 12, products: 15, orders: 60, transactions: 80 },
} as const;

/** Whose session it is. */
export const ownerOf = (session: number): number => (session * 7) % (keyCounts.users + 1);

export const categoryOf = (item: number): string => `shelf.${item % 6}`;
