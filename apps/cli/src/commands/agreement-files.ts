/** `sluis agreement check` and `sluis agreement diff` */
import { agreementId, diffAgreements } from '@sluis/model';
import { StationClient } from '@sluis/sdk';
import { agreementFrom, readAgreementFile } from '../agreement-source.ts';
import { accessOf, type ConnectionOptions } from '../connection.ts';
import { print, printJson, remark } from '../output/streams.ts';

export function agreementCheck(file: string, options: { readonly json?: boolean }): void {
  const { agreement, warnings } = readAgreementFile(file);
  const id = agreementId(agreement);
  const { collaboration, version } = agreement;
  if (options.json === true) {
    printJson({ valid: true, id, collaboration, version, warnings });
    return;
  }
  for (const warning of warnings) remark(`Note: ${warning}`);
  print(`${file} is a valid agreement: ${collaboration}, version ${version}.\nIts id is ${id}.`);
}

export async function agreementDiff(
  before: string,
  after: string,
  options: ConnectionOptions & { readonly json?: boolean },
): Promise<void> {
  let client: StationClient | null = null;
  const station = () => {
    client ??= new StationClient(accessOf(options));
    return client;
  };
  try {
    const changes = diffAgreements(await agreementFrom(station, before), await agreementFrom(station, after));
    if (options.json === true) return printJson({ changes });
    print(changes.length === 0 ? 'Nothing changes.' : changes.map((c) => c.text).join('\n'));
  } finally {
    (client as StationClient | null)?.close();
  }
}
