/** A checkpoint of other features, or of another version of the runtime. */
export class IncompatibleState extends Error {
  override readonly name = 'IncompatibleState';

  constructor(
    readonly file: string,
    directory: string,
    reason: string,
  ) {
    super(
      `${file} ${reason}: its state must be built again from the log or from history. ` +
        `Move ${directory} away, or set another directory for the state`,
    );
  }
}

/** There are checkpoints, but none that is whole: to begin anew is for an operator to decide. */
export class DamagedState extends Error {
  override readonly name = 'DamagedState';

  constructor(
    directory: string,
    readonly rejected: readonly { readonly file: string; readonly reason: string }[],
  ) {
    super(
      `no checkpoint in ${directory} can be used (${rejected.map(({ file, reason }) => `${file}: ${reason}`).join('; ')}). ` +
        'Bring one back from a backup, or move the directory away to have the state built again from the log or from history',
    );
  }
}

/** Another process holds the directory, or has taken it over. */
export class StateInUse extends Error {
  override readonly name = 'StateInUse';
}

/** The directory cannot be made or written. */
export class UnusableDirectory extends Error {
  override readonly name = 'UnusableDirectory';

  constructor(directory: string, cause: Error) {
    super(
      `the state cannot be kept in ${directory} (${cause.message}): ` +
        'give it a folder that this user can write, on a disk with room, by state.directory',
      { cause },
    );
  }
}

/** A file that is no whole checkpoint. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
}
