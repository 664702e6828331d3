/** Entry of the command line. Commands load what they need themselves, so that each starts fast. */
import { enableCompileCache } from 'node:module';

enableCompileCache?.();
const { run } = await import('./program.ts');
await run(process.argv.slice(2));
