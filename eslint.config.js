import tseslint from 'typescript-eslint';

/** The layers of the house (DESIGN: data flows one way), as import rules. */
const layer = (folder, forbidden, message) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden.map(group => ({ group: [group].flat(), message })) },
    ],
  },
});

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.skewless', 'out', 'test/diagnostics/samples'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { prefer: 'type-imports', fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
    },
  },
  layer(
    'kernels',
    [['../dsl/*', '**/generator/**', '**/runtime/**', '**/testing/**']],
    'kernels are leaves: they import nothing of ours',
  ),
  layer(
    'dsl',
    [['**/generator/**', '**/runtime/**', '**/generated/**', '**/testing/**', '**/features/**']],
    'dsl imports nothing of ours but the kernels it re-exports',
  ),
  layer(
    'runtime',
    [['**/dsl/**', '**/generator/**', '**/generated/**', '**/testing/**', '**/features/**']],
    'runtime imports neither dsl nor generator',
  ),
  layer(
    'generator',
    [['**/generated/**', '**/testing/**', '**/features/**'], 'ts-morph'],
    'only generator/frontend imports ts-morph; the generator knows no particular feature',
  ),
  {
    files: ['generator/frontend/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/backends/**', '**/generated/**', '**/testing/**'],
              message: 'the front end ends at the ir',
            },
          ],
        },
      ],
    },
  },
  layer(
    'cli',
    [['**/dsl/**', '**/generated/**', '**/testing/**', '**/features/**']],
    'the command line calls generator and runtime; what is generated it loads by path',
  ),
  layer(
    'generated',
    [['**/dsl/**', '**/generator/**', '**/testing/**', '**/features/**', '**/runtime/!(abi.ts)']],
    'generated code calls only runtime/abi.ts',
  ),
  // The one exception: `compute` bodies are the authors' own code, called where they stand.
  { files: ['generated/stream/compute.ts'], rules: { 'no-restricted-imports': 'off' } },
  layer(
    'testing',
    [['**/generator/**', '**/runtime/**', '**/generated/**']],
    'the oracle is written from the semantics alone: it sees declarations, never lowered trees or the engine',
  ),
  // What these files declare is there for its type alone: compiling them is the test.
  { files: ['test/types/**'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  { files: ['cli/**', 'bench/**', 'scripts/**', 'test/**'], rules: { 'no-console': 'off' } },
);
