/** The commands, their arguments and help. What they do stands in `commands/`, loaded when called. */
import { InvalidError } from '@sluis/base';
import { Command, CommanderError } from 'commander';
import { reportFailure } from './output/failure.ts';
import { tolerateClosedPipes } from './output/streams.ts';
import { addAgreementCommands } from './program/agreement.ts';
import { addBilateralCommands } from './program/bilateral.ts';
import { addBudgetCommands } from './program/budget.ts';
import { addCollectCommands } from './program/collect.ts';
import { addContributeCommands } from './program/contribute.ts';
import { addDatasetCommands } from './program/dataset.ts';
import { addIntersectCommands } from './program/intersect.ts';
import { addLookupCommands } from './program/lookup.ts';
import { addMatchingCommands } from './program/matching.ts';
import { addPseudonymsCommands } from './program/pseudonyms.ts';
import { addQuestionCommands } from './program/question.ts';
import { addSandboxCommands } from './program/sandbox.ts';
import { addStationCommands } from './program/station.ts';

/** Runs the command line; sets the exit code of the contract (docs/cli). */
export async function run(args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  const json = wantsJson(args);
  try {
    await buildProgram(json).parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return reportFailure(thrown, json);
    if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.version') return;
    process.exitCode = 2;
    // Commander has said it in words already.
    if (json)
      reportFailure(new InvalidError('usage/arguments', { stage: 'usage', message: said(thrown), remedy: 'See: sluis --help' }), true);
  }
}

export function buildProgram(quiet: boolean): Command {
  const program = new Command('sluis')
    .description("Ask questions over each other's confidential data, and get only the answer you agreed on.")
    .version('0.1.0')
    .exitOverride()
    // An option belongs to the command that it stands behind, so that a command may have options and subcommands.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ sortSubcommands: false, sortOptions: false })
    .addHelpText(
      'after',
      `
Begin with:
  sluis demo                                     five organisations, three questions
  sluis try DIR --ask "SELECT …"                 the same over your own files

Exit codes: 0 done · 2 wrong usage or file · 3 refused · 4 all suppressed or empty · 5 a peer failed · 1 other
Environment: SLUIS_HOME, SLUIS_STATION, SLUIS_LANG=en|nl, NO_COLOR`,
    );
  if (quiet) program.configureOutput({ writeErr: () => {} });
  addSandboxCommands(program);
  addStationCommands(program);
  addAgreementCommands(program);
  addDatasetCommands(program);
  addContributeCommands(program);
  addQuestionCommands(program);
  addBudgetCommands(program);
  addCollectCommands(program);
  addIntersectCommands(program);
  addBilateralCommands(program);
  addLookupCommands(program);
  addMatchingCommands(program);
  addPseudonymsCommands(program);
  return program;
}

/** Whether stdout must be one JSON document, also when the arguments can't be parsed. */
export function wantsJson(args: readonly string[]): boolean {
  return args.some((a, i) => a === '--json' || a === '--format=json' || (a === 'json' && args[i - 1] === '--format'));
}

/** Commander's words; a command of which a part is missing shows its help, and says nothing more. */
const said = ({ code, message }: CommanderError): string =>
  code === 'commander.help' ? 'The command is not complete.' : message.replace(/^error: /, '');
