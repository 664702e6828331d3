/** No random stream is begun twice by one party, whatever the program, under the malicious model; the rest: streams.test.ts. */
import { testStreams } from './fixtures/begun-streams.ts';

testStreams('malicious');
