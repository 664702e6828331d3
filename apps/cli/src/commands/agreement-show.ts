/** `sluis agreement show` and `sluis agreement list` */
import { serialiseAgreementYaml } from '@sluis/model';
import { agreementIdFrom } from '../agreement-source.ts';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { renderGrid } from '../output/grid.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';

export async function agreementShow(which: string | undefined, options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const view = await withStation(options, async (client) => client.agreement(await agreementIdFrom(client, which)));
  if (options.json === true) return printJson(view);
  print(serialiseAgreementYaml(view.agreement));
  for (const warning of view.warnings) remark(`Note: ${warning}`);
  remark(`Id: ${view.id}`);
  remark(`State: ${view.state}${view.notInForceBecause === null ? '' : ` (${view.notInForceBecause})`}`);
  remark(`Signed by: ${view.signed.join(', ') || 'nobody'}${view.missing.length === 0 ? '' : `; missing: ${view.missing.join(', ')}`}`);
}

export async function agreementList(options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const answer = await withStation(options, (client) => client.agreements());
  if (options.json === true) return printJson(answer);
  if (answer.agreements.length === 0) return print('No agreements yet.');
  const rows = answer.agreements.map((a) => [
    a.id.slice(0, 12),
    a.collaboration,
    String(a.version),
    a.notInForceBecause === null ? a.state : a.notInForceBecause,
    `${a.signed.length} of ${a.signed.length + a.missing.length}`,
    a.missing.join(', '),
    a.validUntil.slice(0, 10),
  ]);
  print(renderGrid(['id', 'collaboration', 'version', 'state', 'signed', 'missing', 'valid until'], rows, painted.out));
}
