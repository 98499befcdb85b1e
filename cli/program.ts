// The command line: names, options and help. What a command does is loaded when it is called, so that help is there
// at once, and a service never loads a compiler.
import { Command } from 'commander';
import { version } from '../runtime/service/version.ts';
import { backfillCommand } from './backfill/command.ts';
import { configCommand } from './config/command.ts';
import { generateCommand } from './generate/command.ts';
import { importCommand } from './import/command.ts';
import { importsCommand } from './imports/command.ts';
import { initCommand } from './init/command.ts';
import { lockCommand } from './lock/command.ts';
import { reingestCommand } from './reingest/command.ts';
import { runCommand } from './run/command.ts';
import { runsCommand } from './runs/command.ts';
import { snapshotCommand } from './snapshot/command.ts';
import { statusCommand } from './status/command.ts';
import { verifyCommand } from './verify/command.ts';

export function program(): Command {
  const cli = new Command('skewless')
    .description(
      'Declare an ML feature once; get a stream, a backfill and a client that agree to the last bit.',
    )
    .version(version, '-V, --version', 'print the version of skewless')
    .option('--debug', 'show the stack of an error')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .addHelpText('after', examples);
  const commands = [
    initCommand(),
    generateCommand(),
    lockCommand(),
    runCommand(),
    statusCommand(),
    backfillCommand(),
    snapshotCommand(),
    runsCommand(),
    importCommand(),
    importsCommand(),
    reingestCommand(),
    verifyCommand(),
    configCommand(),
  ];
  for (const command of commands) {
    command.configureHelp({ showGlobalOptions: true }).helpOption('-h, --help', 'show this help');
    cli.addCommand(command);
  }
  return cli;
}

const examples = `
From nothing to a service:
  $ npx skewless init            a first feature, its test, and skewless.config.ts
  $ npx skewless generate        the stream, the SQL and the client of what features/ declares
  $ npx skewless run             reads the sources, serves the features
  $ npx skewless status          what it is doing`;
