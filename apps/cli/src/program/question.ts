/** `sluis ask`, `explain`, `runs`, `approve`, `refuse`, `check`, `cancel`, `result`, `verify`. */
import type { Command } from 'commander';
import { asOption, examples, formatOptions, jsonOption, list, stationOptions, wholeNumber } from './options.ts';

export function addQuestionCommands(program: Command): void {
  const question = (command: Command) =>
    asOption(stationOptions(command))
      .argument('[sql]', 'the question; or give --template')
      .option('--template <name>', 'a question that the agreement has pre-approved')
      .option('--collaboration <name>', 'which collaboration, if there are several')
      .option('--receivers <names>', 'who gets the result (default: all receivers of the agreement)', list);
  examples(
    formatOptions(question(program.command('ask')))
      .description('ask, follow the run and print the answer; Ctrl-C cancels at all stations')
      .option('--no-wait', 'print the id of the run and end; see sluis result')
      .option('--explain', 'show first what the question reveals')
      .option('--receipt <file>', 'write the receipt to a file')
      .option('--each-receiver', 'ask once for every receiver, each of which gets a result of its own (my_rank, auctions)')
      .option('--continue', 'of a relative error: take up what was answered before; nothing of it is paid again')
      .action(async (sql, options) => (await import('../commands/ask.ts')).ask(sql, options)),
    [
      'sluis ask "SELECT sector, count(*) AS n FROM incidents GROUP BY sector" --home /srv/sluis',
      'sluis ask --template per-sector --json',
      'sluis ask --template benchmark --each-receiver',
      'sluis ask "SELECT count(*) AS n FROM incidents WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT"',
    ],
  );
  jsonOption(question(program.command('explain')))
    .description('say who would learn what, and at what cost, without asking')
    .action(async (sql, options) => (await import('../commands/explain.ts')).explain(sql, options));
  jsonOption(stationOptions(program.command('runs')))
    .description('questions at this station, newest first; or one of them in full, with what it would reveal')
    .argument('[run]', 'id of a run, or its beginning')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (run, options) => {
      const commands = await import('../commands/runs.ts');
      return run === undefined ? commands.runs(options) : commands.showRun(run, options);
    });
  const decision = (name: string, description: string) =>
    asOption(
      jsonOption(stationOptions(program.command(name).description(description).argument('<run>', 'id of the run, or its beginning'))),
    );
  decision('approve', "say yes for your organisation's data").action(async (run, options) =>
    (await import('../commands/decide.ts')).decide('approve', run, options),
  );
  decision('refuse', "say no for your organisation's data")
    .option('--reason <text>', 'why; the asker reads it')
    .action(async (run, options) => (await import('../commands/decide.ts')).decide('refuse', run, options));
  const checks = asOption(
    jsonOption(
      stationOptions(
        program
          .command('check')
          .description('as an output checker: what waits for you (list), or your word on a run')
          .argument('<run>', '"list", or the id of a run, or its beginning'),
      ),
    ),
  )
    .option('--pass', 'let the answer be released')
    .option('--refuse', 'do not')
    .option('--reason <text>', 'why; the asker reads it');
  examples(
    checks.action(async (run, options) => {
      const commands = await import('../commands/check.ts');
      return run === 'list' ? commands.listChecks(options) : commands.check(run, options);
    }),
    ['sluis check list --home /srv/sluis', 'sluis check 3f0c92aa --refuse --reason "too few groups are shown"'],
  );
  decision('cancel', 'stop a question at all stations')
    .option('--reason <text>', 'why')
    .action(async (run, options) => (await import('../commands/decide.ts')).decide('cancel', run, options));
  formatOptions(stationOptions(program.command('result')))
    .description('print the answer of a run')
    .argument('<run>', 'id of the run, or its beginning')
    .option('--wait', 'wait until the run has ended')
    .option('--receipt <file>', 'write the receipt to a file')
    .action(async (run, options) => (await import('../commands/result.ts')).result(run, options));
  examples(
    formatOptions(program.command('verify'))
      .description('check a receipt offline and recompute its result')
      .argument('<receipt>', 'file written by --receipt')
      .option('--agreement <file>', 'the agreement whose keys you trust (default: the one inside, shown for comparison)')
      .action(async (file, options) => (await import('../commands/verify.ts')).verify(file, options)),
    ['sluis verify receipt.json --agreement agreement.yaml'],
  );
}
