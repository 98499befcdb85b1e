/** The demo's steps: what each is, and why it is there. */
export interface Step {
  readonly title: string;
  readonly why: string;
}

export const steps = {
  generate: {
    title: 'Generate',
    why: 'features/*.ts say what a feature is, once; generated/ is the stream and the SQL made of them.',
  },
  read: {
    title: 'Read real flights',
    why: 'A flight is known once it has left, so delays make the log late and out of order.',
  },
  stream: {
    title: 'Stream them',
    why: 'On the way the features are read right before each departure, as a model would be served.',
  },
  load: {
    title: 'Load the same records into PostgreSQL',
    why: 'A private server from npm; history is what training sets are made of.',
  },
  train: {
    title: 'Build the training set in SQL',
    why: 'Each row sees only what had arrived by its departure: no leak from the future.',
  },
  compare: {
    title: 'Compare',
    why: 'What was served and what is trained on, value by value, to the last bit; no tolerance.',
  },
  write: {
    title: 'Write the training set',
    why: 'Parquet, with the label: read it with pandas, DuckDB or Spark.',
  },
} as const satisfies Record<string, Step>;
