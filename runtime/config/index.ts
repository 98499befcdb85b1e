// Control path: from skewless.config.ts and the environment to settings.
export { checkNames } from './check-names.ts';
export type { NameCheck } from './check-names.ts';
export { defineConfig } from './config.ts';
export type * from './config.ts';
export { overrides } from './environment.ts';
export type { Environment, Override } from './environment.ts';
export { loadConfig } from './load-config.ts';
export type { LoadedConfig } from './load-config.ts';
export { loadProgram, ProgramError } from './load-program.ts';
export type { Programs } from './load-program.ts';
export { ConfigError } from './problems.ts';
export type { ConfigProblem } from './problems.ts';
export { readConfig } from './read-config.ts';
export type { ReadConfig, ReadOptions } from './read-config.ts';
export type * from './settings.ts';
export { showSettings } from './show.ts';
export type { Duration, Size } from './units.ts';
