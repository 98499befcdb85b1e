import { entry } from '../entry.ts';

/** Reading, checking and running the feature modules. */
export const loading = {
  SK100: entry({
    title: 'An error of TypeScript',
    message: (p: { text: string; number: number }) => `${p.text} (TS${p.number})`,
  }),
  SK101: entry({
    title: 'A tsconfig that cannot be read',
    message: (p: { path: string; reason: string }) => `${p.path} cannot be read: ${p.reason}`,
    hint: () => 'feature modules are checked under the tsconfig of their project; `skewless init` writes one',
  }),
  SK102: entry({
    title: 'A tsconfig that is not strict',
    message: (p: { path: string }) => `${p.path} does not turn on "strict", so that null is in no type`,
    hint: () => 'set "strict": true: a lambda that does not know what may be null cannot be lowered',
  }),
  SK103: entry({
    title: 'A module that throws',
    message: (p: { reason: string }) => `running this throws ${p.reason}`,
  }),
  SK104: entry({
    title: 'A module that is not checked',
    message: (p: { comment: string }) =>
      `\`${p.comment}\` turns TypeScript’s check off, and what the module declares would rest on nothing`,
    hint: () => 'take the comment out, and put right what TypeScript then finds',
  }),
} as const;
