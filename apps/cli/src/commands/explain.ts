/** `sluis explain` */
import { withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { sentencesOf } from '../output/answer.ts';
import { renderEstimate, renderExplanation } from '../output/explanation.ts';
import { terminalWidth } from '../output/paint.ts';
import { painted, print, printJson } from '../output/streams.ts';
import { isRelative, type QuestionOptions, questionOf } from './ask.ts';
import { tableLines } from './budget-price.ts';

export async function explain(sql: string | undefined, options: QuestionOptions & { readonly json?: boolean }): Promise<void> {
  const request = questionOf(sql, options);
  if (isRelative(request)) return (await import('./explain-relative.ts')).explainRelative(request, options);
  const answer = await withStation(options, (client) => client.explain(request));
  if (options.json === true) {
    const { explanation, ...rest } = answer;
    return printJson({ ...rest, explain: sentencesOf(explanation), about: explanation.sentences, cost: explanation.cost });
  }
  print(renderExplanation(answer.explanation, text, painted.out, terminalWidth(process.stdout)));
  for (const table of answer.budget) print(tableLines(table).join('\n'));
  print(painted.out.dim(renderEstimate(answer.explanation, text)));
  if (answer.approvals.length > 0) print(`${text.stepWaiting}: ${answer.approvals.join(', ')}`);
}
