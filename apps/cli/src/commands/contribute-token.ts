/** `sluis contribute token` and `sluis contribute issuer-key` */
import { type ConnectionOptions, withStation } from '../connection.ts';
import { type ContributorOptions, withContributor } from '../contributing.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { tokenInFile } from '../token-place.ts';

export async function contributeToken(table: string, options: ContributorOptions & { readonly out: string }): Promise<void> {
  const { token } = await withContributor(options, (all) => tokenInFile(all, table, options.out));
  if (options.json === true) printJson({ table, round: token.round, file: options.out });
  else remark(text.contributeTokenWritten(options.out, token.round));
}

export async function issuerKey(collaboration: string, options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const answer = await withStation(options, (client) => client.issuerKey(collaboration));
  if (options.json === true) {
    printJson(answer);
    return;
  }
  remark(text.contributeIssuer);
  print(`key: "${answer.key}"`);
}
