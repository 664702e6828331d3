/** `sluis check list`, `sluis check RUN --pass|--refuse`: an output checker's work */
import { InvalidError } from '@sluis/base';
import type { CheckView } from '@sluis/model';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { questionRun } from '../named-run.ts';
import { printable, terminalWidth, wrap } from '../output/paint.ts';
import { print, printJson } from '../output/streams.ts';

export interface CheckOptions extends ConnectionOptions {
  readonly pass?: boolean;
  readonly refuse?: boolean;
  readonly reason?: string;
  readonly as?: string;
  readonly json?: boolean;
}

export async function listChecks(options: CheckOptions): Promise<void> {
  const answer = await withStation(options, (client) => client.checks());
  if (options.json === true) return printJson(answer);
  if (answer.checks.length === 0) return print('Nothing waits for an output checker.');
  const width = terminalWidth(process.stdout);
  print(
    answer.checks
      .map((c) =>
        lines(c)
          .map((line) => wrap(line, width, '  '))
          .join('\n'),
      )
      .join('\n\n'),
  );
}

function lines(c: CheckView): string[] {
  const hidden = c.notShown.slice(0, 20).map(({ group, cells }) => {
    const named = Object.entries(group).map(([key, value]) => `${key} ${value ?? 'NULL'}`);
    return printable(`  not shown: ${named.join(', ') || 'all rows'}${cells.length === 0 ? '' : ` (${cells.join(', ')})`}`);
  });
  return [
    `run ${c.run}, asked by ${printable(c.askedBy)} for ${c.receivers.join(', ')}${c.template === null ? '' : ` (template ${c.template})`}`,
    printable(c.sql),
    `score ${c.score} (a person is asked from ${c.askFrom} on)`,
    ...c.reasons.map((r) => `  ${r.points}: ${r.text}`),
    ...c.outputs.map((o) => printable(`${o.name}: ${o.shown} of ${o.cells} groups would be shown`)),
    ...hidden,
    ...(c.notShown.length > hidden.length ? [`  and ${c.notShown.length - hidden.length} more groups that are not shown`] : []),
  ];
}

export async function check(given: string, options: CheckOptions): Promise<void> {
  if ((options.pass === true) === (options.refuse === true)) {
    throw new InvalidError('usage/which-verdict', {
      stage: 'usage',
      message: 'Say either --pass or --refuse.',
      remedy: 'sluis check RUN --pass',
    });
  }
  const verdict = options.pass === true ? 'pass' : 'refuse';
  const run = await withStation(options, async (client) =>
    client.check(await questionRun(client, given, 'show'), {
      verdict,
      ...(options.as === undefined ? {} : { as: options.as }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    }),
  );
  if (options.json === true) return printJson({ run: run.id, verdict });
  print(verdict === 'pass' ? `Passed: run ${run.id} goes on.` : `Refused: nothing of run ${run.id} is released.`);
}
