// Control path. Where the relations are made that a training set is computed through.

/**
 * `temporary`: for one transaction, and gone with it. `unlogged`: in the schema that `search_path` names, for as many
 * connections as work at a run; a crash of the server empties them, those that tell what has been done among them.
 */
export type Workspace = 'temporary' | 'unlogged';

/** Makes a relation of a query. */
export function tableAs(workspace: Workspace, relation: string, query: string): string {
  return workspace === 'temporary'
    ? `create temporary table ${relation} on commit drop as ${query}`
    : `create unlogged table ${relation} as ${query}`;
}

/** Makes an empty relation. */
export function tableOf(workspace: Workspace, relation: string, columns: readonly string[]): string {
  return workspace === 'temporary'
    ? `create temporary table ${relation} (${columns.join(', ')}) on commit drop`
    : `create unlogged table ${relation} (${columns.join(', ')})`;
}
