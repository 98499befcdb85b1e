export { bootstrapEngine } from './bootstrap-engine.ts';
export type { Bootstrapped, BootstrapOptions, BootstrapProgress } from './bootstrap-engine.ts';
export { DroppedHistory } from './errors.ts';
export type { DroppedArrivals } from './errors.ts';
