import { test } from 'node:test';
import { assertStatedCosts, EDGES } from './fixtures/stated-costs.ts';

test('every primitive costs the rounds and bytes that its formula states, malicious', () => assertStatedCosts('malicious', EDGES));
