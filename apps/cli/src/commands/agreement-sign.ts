/** `sluis agreement sign` */
import { existsSync } from 'node:fs';
import type { SignAnswer } from '@sluis/model';
import { agreementIdFrom, readAgreementFile } from '../agreement-source.ts';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { print, printJson, remark } from '../output/streams.ts';

export async function agreementSign(which: string, options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const answer = await withStation(options, async (client) => {
    if (!existsSync(which)) return client.sign(await agreementIdFrom(client, which));
    const { agreement, warnings } = readAgreementFile(which);
    for (const warning of warnings) remark(`Note: ${warning}`);
    return client.sign((await client.propose(agreement)).id);
  });
  if (options.json === true) {
    const { id, collaboration, version, state, signed, missing, offered } = answer;
    return printJson({ id, collaboration, version, state, signed, missing, offered });
  }
  print(signedText(answer));
}

function signedText(answer: SignAnswer): string {
  const lines = [`Signed ${answer.collaboration}, version ${answer.version} (${answer.id}).`];
  if (answer.state === 'in-force') lines.push('All have signed: the agreement is in force.');
  else lines.push(`Signed by ${answer.signed.join(', ')}; still missing: ${answer.missing.join(', ')}.`);
  for (const { organisation, error } of answer.offered) {
    if (error !== null) lines.push(`${organisation} was not told (${error}); it gets the signatures when it signs.`);
  }
  return lines.join('\n');
}
